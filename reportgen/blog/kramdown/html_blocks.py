"""The parser of raw HTML between blocks, in which Markdown rests unless ``markdown="1"``."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.leaves import grow
from reportgen.blog.kramdown.scanner import Scanner
from reportgen.blog.text import Piece, Text

FOUND = object()
"""What a step returns that has read the closing tag of the element around it."""
MODELS = {"0": "raw", "span": "span", "block": "block"}


def html(s: Scanner) -> bool | object:
    """A comment, an element, or the end of the element around, at the beginning of a line."""
    if not s.match(p.HTML_START):
        return False
    if s.closes("-->") and (comment := s.scan(p.COMMENT)):
        first, last = s.range(comment.start(), comment.end())
        text = s.text.part(comment.start(), comment.end())
        s.tree.children.append(Element("comment", first, last, value=comment[0], text=text))
        s.scan(p.TRAILING)
        return True
    start = s.position
    indent = start + len(re.match(r" {0,3}", s.string[start : start + 3])[0])  # type: ignore[index]
    tag = p.TAG.match(s.string, indent)
    if tag and tag[1].lower() not in p.SPAN_ELEMENTS:
        s.position = tag.end()
        mark = len(s.markdown)
        top = _open(s, tag, s.tree)
        top.text = Text(_between(s, start, s.position, s.markdown[mark:]))
        del s.markdown[mark:]
        return True
    closing = p.CLOSING_TAG.match(s.string, indent)
    name = closing[1].lower() if closing else ""
    if closing and s.tree.kind == "html" and s.tree.value == name and name not in p.SPAN_ELEMENTS:
        s.position = closing.end()
        return FOUND
    return False


def _open(s: Scanner, tag: re.Match[str], parent: Element) -> Element:
    """Reads an element whose opening tag is before the cursor."""
    name = html_name(tag[1])
    made = Element("html", s.text.origin(tag.start()), value=name, info=name)
    made.attr = html_attributes(tag[2], name)
    parent.children.append(made)
    made.closed = tag[3] is not None or name in p.VOID_ELEMENTS
    if name in ("script", "style"):
        _take_raw(s, made)
        made.model, made.closed = _model(s, made, parent), False
    else:
        made.model = _model(s, made, parent)
        if made.model == "block":
            s.scan(p.TRAILING)
        if not made.closed:
            _body(s, made, parent)
    made.end = s.range(tag.start(), s.position)[1]
    return made


def _model(s: Scanner, made: Element, parent: Element) -> str:
    """How the contents of an element are read: raw, span or block."""
    made.ial, s.attributes = s.attributes, None
    mode = made.attr.pop("markdown", "")
    return model_of(made.value, mode, parent, usually=s.state.is_on("parse_block_html", False))


def model_of(name: str, mode: str, parent: Element, *, usually: bool) -> str:
    """How kramdown reads the contents of an element: raw, span or block.

    ``mode`` is its attribute ``markdown``; where it has none, Markdown is ``usually`` read or not.
    """
    if mode in MODELS:
        return MODELS[mode]
    inside_raw = parent.kind == "html" and parent.model == "raw"
    if name in p.RAW_CONTENT or (mode != "1" and (inside_raw or not usually)):
        return "raw"
    return "span" if name in p.SPAN_CONTENT else "block" if name in p.BLOCK_CONTENT else "raw"


def _body(s: Scanner, made: Element, parent: Element) -> None:
    from reportgen.blog.kramdown.blocks import read_on

    if made.model == "block":
        start = s.position
        read_on(s, made)
        s.markdown.append((start, s.position))
    elif made.model == "span":
        start = s.position
        stop = _closing(s, made.value)
        end = stop.start() if stop else len(s.string)
        inner = Element("paragraph", *s.range(start, end), transparent=True)
        made.children.append(inner)
        if end > start:
            grow(inner, s.pieces(start, end))
        s.markdown.append((start, end))
        s.position = stop.end() if stop else end
    else:
        _read_raw(s, made)
    if not (parent.kind == "html" and parent.model == "raw"):
        s.scan(p.TRAILING)


def _read_raw(s: Scanner, made: Element) -> None:
    """Reads an element's contents as HTML up to its closing tag, or to the end."""
    s.state.enter("html", s.here)
    while start := p.RAW_START.search(s.string, s.position):
        s.state.spend(1, s.here)
        _add_text(s, made, start.start())
        if s.closes("-->") and (match := s.scan(p.COMMENT)):
            _add(s, made, "comment", match)
        elif s.closes("?>") and (match := s.scan(p.INSTRUCTION)):
            _add(s, made, "instruction", match)
        elif match := s.scan(p.TAG):
            _open(s, match, made)
        elif match := s.scan(p.CLOSING_TAG):
            if made.value == html_name(match[1]):
                break
            s.position = match.start()
            _add_text(s, made, match.end())
        else:
            _add_text(s, made, s.position + 1)
    else:
        _add_text(s, made, len(s.string))
    s.state.depth -= 1


def _add(s: Scanner, parent: Element, kind: str, match: re.Match[str]) -> None:
    first, last = s.range(match.start(), match.end())
    parent.children.append(Element(kind, first, last, value=match[0]))


def _add_text(s: Scanner, parent: Element, end: int) -> None:
    """Adds the text up to ``end`` and steps over it."""
    value, start = s.string[s.position : end], s.position
    s.position = end
    last = parent.children[-1] if parent.children else None
    if last is not None and last.kind == "text":
        last.pieces.append(value)  # type: ignore[union-attr]
        last.end = s.range(start, end)[1]
    elif value:
        parent.children.append(Element("text", *s.range(start, end), pieces=[value]))


def _take_raw(s: Scanner, made: Element) -> None:
    """Takes the contents of a script or a style as they are."""
    stop = _closing(s, made.value)
    end = stop.start() if stop else len(s.string)
    if end > s.position:
        first, last = s.range(s.position, end)
        made.children.append(Element("raw", first, last, value=s.string[s.position : end]))
    s.position = stop.end() if stop else end


def _closing(s: Scanner, name: str) -> re.Match[str] | None:
    """The next closing tag of an element of this name."""
    if not s.closes(f"</{name}"):
        return None
    return re.compile(rf"</{re.escape(name)}{p.S}*>", re.IGNORECASE).search(s.string, s.position)


def _between(s: Scanner, start: int, end: int, without: list[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    for first, last in without:
        pieces += s.pieces(start, first)
        start = last
    return pieces + s.pieces(start, end)


def html_name(written: str) -> str:
    """The name of an element: in lower case where it is HTML's."""
    return written.lower() if written.lower() in p.ELEMENTS else written


def html_attributes(written: str, name: str) -> dict[str, str]:
    """The attributes of a tag by name."""
    found: dict[str, str] = {}
    for key, word, double, single in p.HTML_ATTRIBUTE.findall(written):
        found[key.lower() if name in p.ELEMENTS else key] = word or double or single
    return found
