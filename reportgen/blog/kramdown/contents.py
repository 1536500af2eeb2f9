"""The table of contents that ``{:toc}`` stands for."""

from dataclasses import replace

from reportgen.blog.kramdown.element import Element


def contents_tree(headings: list[Element], toc: Element) -> Element:
    """The table of contents: nested lists of links to the headings."""
    top = Element("list", info=toc.info, attr=dict(toc.attr))
    top.attr.setdefault("id", "markdown-toc")
    stack: list[Element] = []
    for heading in headings:
        id = heading.attr["id"]
        link = Element(
            "link", attr={"href": f"#{id}", "id": f"{top.attr['id']}-{id}"}, is_span=True
        )
        link.children = _for_contents(heading.children)
        text = Element("paragraph", transparent=True, children=[link])
        item = Element("item", level=heading.level, children=[text, Element("list", info=toc.info)])
        while stack and stack[-1].level >= item.level:
            _close_item(stack.pop())
        (stack[-1].children[-1] if stack else top).children.append(item)
        stack.append(item)
    while stack:
        _close_item(stack.pop())
    return top


def _close_item(item: Element) -> None:
    if not item.children[-1].children:
        item.children.pop()


def _for_contents(children: list[Element]) -> list[Element]:
    """The text of a heading without notes, its links unwrapped."""
    kept: list[Element] = []
    for child in children:
        inner = _for_contents(child.children)
        if child.kind == "link":
            kept += inner
        elif child.kind != "footnote mark":
            kept.append(replace(child, children=inner))
    return kept
