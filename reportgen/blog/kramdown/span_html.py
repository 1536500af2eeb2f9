"""HTML in running text; Markdown is read in most of its elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.html_blocks import content_model, html_attributes

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
        return _as_text(r, match.end())
    tag = r.match(p.TAG)
    if tag is None:
        return _as_text(r, start + 1)
    name = tag[1].lower() if tag[1].lower() in p.ELEMENTS else tag[1]
    if name in p.BLOCK_ELEMENTS:
        return _as_text(r, tag.end())
    _element(r, tag, name)
    return True


def _as_text(r: Reader, end: int) -> bool:
    r.add_text(r.position, end)
    r.position = end
    return True


def _element(r: Reader, tag: re.Match[str], name: str) -> None:
    start = tag.start()
    attr = {key: NEWLINES.sub(" ", value) for key, value in html_attributes(tag[2], name).items()}
    parsed = _is_parsed(r, name, attr.pop("markdown", ""))
    r.note("html", start, tag.end(), name)
    made = r.add("html", tag.end(), value=name, attr=attr, model="span" if parsed else "raw")
    made.closed = tag[3] is not None
    if made.closed or name in p.VOID_ELEMENTS:
        return
    stop = (
        rf"</(?i:{re.escape(name)}){p.S}*>"
        if name in p.ELEMENTS
        else rf"</{re.escape(name)}{p.S}*>"
    )
    if r.read(made, stop, only=() if parsed else ("html",)):
        end = p.CLOSING_TAG.match(r.string, r.position).end()  # type: ignore[union-attr]
        r.note("html", r.position, end, name)
        r.position = end
    else:
        outer, r.tree = r.tree, made
        r.add_text(r.position, len(r.string))
        r.tree, r.position = outer, len(r.string)
    made.end = r.text.origin(r.position - 1) + 1
    r.note("element" if parsed else "raw", start, r.position, name)


def _is_parsed(r: Reader, name: str, mode: str) -> bool:
    """Whether Markdown is read in an element; ``mode`` is its attribute ``markdown``."""
    if mode in ("0", "span"):
        return mode == "span"
    inside_raw = r.tree.kind == "html" and r.tree.model == "raw"
    usual = span_model(name) != "raw"
    if mode == "1":
        return usual
    return usual and not inside_raw and r.state.is_on("parse_span_html", True)


def span_model(name: str) -> str:
    """How kramdown reads what stands inside this element among spans."""
    return content_model(name)
