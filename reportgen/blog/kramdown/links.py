"""Links and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import apply_attributes
from reportgen.blog.kramdown.element import NOWHERE, Attributes, Element, Range

if TYPE_CHECKING:
    from reportgen.blog.kramdown.spans import Reader


def autolink(r: Reader) -> bool:
    """An address between angle brackets."""
    match = r.match(p.AUTOLINK)
    if match is None:
        return False
    start = match.start()
    url = match[1] if match[2] else f"mailto:{match[1]}"
    r.note("autolink", start, match.end())
    made = r.add("link", match.end(), attr={"href": url})
    shown = match[1].removeprefix("mailto:")
    made.children = [r.element("text", start + 1, match.end() - 1, pieces=[shown])]
    return True


def link(r: Reader) -> bool:
    """A link or an image, or its bracket as text."""
    start, image = r.position, r.string[r.position] == "!"
    first = start + 1 + image
    if not r.string.startswith("[", first - 1) or r.string[first : first + 1] in ("", "^"):
        return False
    if not image and ("link" in r.inside or "image" in r.inside):
        return r.as_text(first, start)
    mark, made = len(r.found), r.element("image" if image else "link", start, start)
    if not _text(r, made, first):
        del r.found[mark:]
        return r.as_text(first, start)
    written = (first, r.position)
    if image:
        del r.found[mark:]
    r.position += len(p.BRACKET.match(r.string, r.position)[0])  # type: ignore[index]
    url, title, place, definition = _target(r, written)
    if url is None:
        named = r.position > written[1] + 1 or definition is not None
        name = p.LINK_ID.match(r.string, written[1] + 1)
        del r.found[mark:]
        if name and named:
            known = _name(r, name[1], written)
            r.note("reference", start, name.end(), known, text=written)
        return r.as_text(first, start)
    if definition is None:
        r.note(made.kind, start, r.position, text=written, url=place)
    else:
        name = p.LINK_ID.match(r.string, written[1] + 1)
        known = _name(r, name[1] if name else None, written)
        r.note("reference", start, r.position, known, text=written)
        if definition.ial:
            made.ial = Attributes(dict(definition.ial.values), [*definition.ial.refs])
            apply_attributes(made.attr, definition.ial, r.state.lists)
    made.end = r.text.origin(r.position - 1) + 1
    made.attr["src" if image else "href"] = url
    if image:
        made.attr["alt"] = p.ALT_ESCAPE.sub(r"\1", r.string[written[0] : written[1]])
        made.children = []
    if title is not None:
        made.attr["title"] = title
    r.tree.children.append(made)
    return True


def _text(r: Reader, made: Element, first: int) -> bool:
    """Reads the text of a link up to the bracket that ends it."""
    r.position = first
    tried = ("link", first, "emphasis" in r.inside, "strong" in r.inside, "image" in r.inside)
    if tried in r.failed or not r.closes("]", first):
        return False
    count = 1

    def accept(tree: Element) -> bool:
        nonlocal count
        count += -1 if r.string[r.position] == "]" else 1
        return count - sum(child.kind == "image" for child in tree.children) == 0

    found = r.read(made, p.BRACKET.pattern, accept)
    if not found:
        r.failed.add(tried)
    return found


Target = tuple[str | None, str | None, Range, Element | None]
NONE: Target = (None, None, NOWHERE, None)


def _target(r: Reader, written: Range) -> Target:
    """Address, title, the place of the address, and the definition; the cursor is behind them."""
    name = r.match(p.LINK_ID)
    if name:
        r.position = name.end()
    if name or not r.string.startswith("(", r.position):
        known = _name(r, name[1] if name else None, written)
        if known not in r.state.links:
            return NONE
        url, title, definition = r.state.links[known]
        return url, title, NOWHERE, definition or Element("boundary")
    return _inline(r)


def _name(r: Reader, given: str | None, written: Range) -> str:
    from reportgen.blog.kramdown.leaves import link_name

    text = p.ALT_ESCAPE.sub(r"\1", r.string[written[0] : written[1]])
    return link_name(given or text)


def _inline(r: Reader) -> Target:
    """Reads ``(url "title")``."""
    opening = r.position
    if angled := r.match(p.ANGLED):
        url, place, r.position = angled[1], angled.span(1), angled.end()
        if r.string.startswith(")", r.position):
            r.position += 1
            return url, None, place, None
    else:
        depth = 0
        while match := p.PARENTHESIS.search(r.string, r.position):
            r.position = match.end()
            r.state.spend(1, r.text.origin(opening))
            depth += 1 if match[1] else -1 if match[2] else 0
            if not match[1] and (depth == 0 or not match[2]):
                break
        else:
            r.state.spend((len(r.string) - opening) // 2000, r.text.origin(opening))
        place = (opening + 1, max(r.position - 1, opening + 1))
        url = r.string[place[0] : place[1]].strip(" \t\r\n\f\v\0")
        if depth == 0:
            return url, None, place, None
    title = r.match(p.LINK_TITLE)
    if title is None:
        r.state.spend((len(r.string) - r.position) // 2000, r.text.origin(opening))
        return NONE
    r.position = title.end()
    return url, title[2], place, None
