"""HTML in running text; Markdown is read in most of its elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.html_blocks import html_attributes, html_name, model_of

if TYPE_CHECKING:
    from reportgen.blog.kramdown.spans import Reader

NEWLINES = re.compile(r"\n+")
SPAN_START = re.compile(rf"<(?:{p.NAME}|!--|/)")


def html(r: Reader) -> bool:
    """A tag with its element, or a comment; what is neither is text."""
    if not r.match(SPAN_START):
        return False
    start = r.position
    if r.closes("-->", start) and (match := r.match(p.COMMENT)):
        r.note("comment", start, match.end())
        r.add("comment", match.end(), value=match[0])
        return True
    if match := r.match(p.CLOSING_TAG):
        r.note("html", start, match.end(), match[1].lower())
        return r.as_text(match.end())
    tag = r.match(p.TAG)
    if tag is None:
        return r.as_text(start + 1)
    name = html_name(tag[1])
    if name in p.BLOCK_ELEMENTS:
        return r.as_text(tag.end())
    _element(r, tag, name)
    return True


def _element(r: Reader, tag: re.Match[str], name: str) -> None:
    start = tag.start()
    attr = {key: NEWLINES.sub(" ", value) for key, value in html_attributes(tag[2], name).items()}
    mode = attr.pop("markdown", "").replace("block", "")
    usually = r.state.is_on("parse_span_html", True)
    parsed = model_of(name, mode, r.tree, usually=usually) != "raw"
    r.note("html", start, tag.end(), name)
    made = r.add("html", tag.end(), value=name, attr=attr, model="span" if parsed else "raw")
    made.closed = tag[3] is not None
    if made.closed or name in p.VOID_ELEMENTS:
        return
    stop = rf"</(?{'i' * (name in p.ELEMENTS)}:{re.escape(name)}){p.S}*>"
    if r.read(made, stop, only=() if parsed else ("html",)):
        end = p.CLOSING_TAG.match(r.string, r.position).end()  # type: ignore[union-attr]
        r.note("html", r.position, end, name)
        r.position = end
    else:
        outer, r.tree = r.tree, made
        r.as_text(len(r.string))
        r.tree = outer
    made.end = r.text.origin(r.position - 1) + 1
    r.note("element" if parsed else "raw", start, r.position, name)
