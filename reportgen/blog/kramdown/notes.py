"""The footnotes at the end of a page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.parts import escape

if TYPE_CHECKING:
    from reportgen.blog.kramdown.convert import Converter

NBSP = "\u00a0"
BACKLINK = '{}<a href="#fnref:{}" class="reversefootnote" role="doc-backlink">{}</a>'


def footnotes(c: Converter) -> None:
    """The list of footnotes, each with links back to its marks, at the end of what is converted."""
    prefix = c.option("footnote_prefix", "")
    outer, c.parts = c.parts, []
    done = 0
    while done < len(c.notes):
        name = list(c.notes)[done]
        note = c.state.notes[name.removeprefix(prefix)][0]
        attr = {"id": f"fn:{name}", "role": "doc-endnote"}
        item = Element("item", note.start, note.end, attr=attr)
        item.children = with_backlinks(c, note.children, name)
        c.stack = [Element("list", info="ol")]
        c.convert(item, 4)
        done += 1
    items, c.parts = c.parts, outer
    if items:
        start = {"start": str(c.first_note)} if c.first_note != 1 else {}
        c.open("div", {"class": "footnotes", "role": "doc-endnotes"})
        c.space(0, "\n  ")
        c.open("ol", start)
        c.space(0, "\n")
        c.parts += items
        c.space(2)
        c.close("ol")
        c.space(0, "\n")
        c.close("div")
        c.space(0, "\n")


def with_backlinks(c: Converter, children: list[Element], name: str) -> list[Element]:
    """The blocks of a note, and at their end the links back to its marks."""
    children = list(children)
    text = c.option("footnote_backlink", "&#8617;")
    text = escape(text)
    inline = c.state.is_on("footnote_backlink_inline", False)
    place, into = children, None
    if (children and children[-1].kind == "paragraph") or inline:
        while place and place[-1].kind not in ("paragraph", "heading"):
            place[-1] = replace(place[-1], children=list(place[-1].children))
            place = place[-1].children
        into = place[-1] if place else None
    links = Element("paragraph") if into is None else replace(into, children=list(into.children))
    if into is None:
        children.append(links)
    else:
        place[-1] = links
    if text:
        first = BACKLINK.format("" if into is None else NBSP, name, text)
        links.children.append(Element("raw", value=first, is_span=True))
        for i in range(1, c.notes[name][1] + 1):
            more = BACKLINK.format(NBSP, f"{name}:{i}", f"{text}<sup>{i + 1}</sup>")
            links.children.append(Element("raw", value=more, is_span=True))
    return children
