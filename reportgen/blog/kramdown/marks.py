"""The spans that a sign of its own begins: notes, formulas, references, dashes, attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import apply_attributes, read_attributes
from reportgen.blog.kramdown.element import Span
from reportgen.blog.kramdown.entities import code_point
from reportgen.blog.kramdown.extensions import extension

if TYPE_CHECKING:
    from reportgen.blog.kramdown.spans import Reader

SYMBOLS = {"---": "mdash", "--": "ndash", "...": "hellip", "<< ": "laquo_space",
           " >>": "raquo_space", "<<": "laquo", ">>": "raquo"}  # fmt: skip


def footnote(r: Reader) -> bool:
    """The mark of a footnote."""
    match = r.match(p.FOOTNOTE_MARK)
    if match is None:
        return False
    r.note("footnote", match.start(), match.end(), match[1])
    if match[1] not in r.state.notes:
        return r.as_text(match.end())
    r.add("footnote mark", match.end(), value=match[1])
    return True


def maths(r: Reader) -> bool:
    """A formula between '$$'."""
    match = r.match(p.MATHS) if r.closes("$$", r.position + 2) else None
    if match is None:
        return False
    r.note("maths", match.start(), match.end())
    r.add("formula", match.end(), value=match[1].strip())
    return True


def dollars(r: Reader) -> bool:
    """A formula between '$$' or '$', in the dialect that knows both."""
    match = r.match(p.DISPLAY)
    kind, label = ("maths", match[2]) if match else ("dollar", "")
    match = match or r.match(p.DOLLAR)
    if match is None:
        return False
    r.note(kind, match.start(), match.end(), label or "", text=match.span(1))
    r.add("formula", match.end(), value=match[1])
    return True


def entity(r: Reader) -> bool:
    """A character reference; an unknown name is text."""
    match = r.match(p.ENTITY)
    if match is None:
        return False
    point = code_point(match[1] or (int(match[2]) if match[2] else int(match[3], 16)))
    r.note("entity", match.start(), match.end())
    if point is None:
        r.add("entity", match.start() + 1, level=ord("&"))
        return r.as_text(match.end())
    r.add("entity", match.end(), level=point, info=match[0])
    return True


def typography(r: Reader) -> bool:
    """Dashes, an ellipsis, angled quotes."""
    match = r.match(p.TYPOGRAPHY)
    if match is None:
        return False
    r.note("typography", match.start(), match.end())
    if match[0][0] == "\\":
        end = match.end()
        for _ in range(2):
            r.add("entity", end, level=ord(match[0][1]))
        return True
    r.add("symbol", match.end(), value=SYMBOLS[match[0]])
    return True


def line_break(r: Reader) -> bool:
    """Two spaces, or two backslashes, at the end of a line."""
    match = r.match(p.LINE_BREAK)
    if match is None:
        return False
    r.note("break", match.start(), match.end())
    r.add("break", match.end())
    return True


def escape(r: Reader) -> bool:
    """A character after a backslash."""
    match = r.match(p.ESCAPE)
    if match is None:
        return False
    r.note("escape", match.start(), match.end())
    r.add_text(match.start(), match.end(), match[1])
    r.position = match.end()
    return True


def strike(r: Reader) -> bool:
    """Struck-out text, and the spans in it, which know nothing of those around."""
    match = r.match(p.STRIKE) if r.closes("~~", r.position + 2) else None
    if match is None:
        return False
    start, end = match.span()
    made = r.add("html", end, value="del", model="span")
    r.state.enter("html", made.start)
    inner = type(r)(r.text.part(start + 2, end - 2), r.state)
    inner.read(made)
    r.state.depth -= 1
    shift = start + 2
    for span in inner.found:
        ranges = [(a + shift, b + shift) for a, b in (span[1:3], span.text, span.url)]
        r.found.append(Span(span.kind, *ranges[0], span.info, *ranges[1:]))
    r.note("strike", start, end)
    return True


def attributes(r: Reader) -> bool:
    """An extension, or the attribute list of the span before it."""
    if match := r.match(p.SPAN_EXTENSION):
        is_closed = r.closes("{:/", match.end())
        found = extension(r.state, match, r.string, is_closed=is_closed)
        if found is None:
            return False
        made, end = found
        r.note("extension", match.start(), end, match[1])
        if made.kind == "extension":
            r.add("extension", end, value=made.value, info=made.info)
        r.position = end
        return True
    children = r.tree.children
    if not children or children[-1].kind == "text":
        return False
    if (match := r.match(p.SPAN_IAL)) is None:
        return False
    given = read_attributes(match[1])
    last = children[-1]
    last.ial = read_attributes(match[1], last.ial)
    apply_attributes(last.attr, given, r.state.lists)
    r.note("attributes", match.start(), match.end(), match[1])
    r.position = match.end()
    return True


def _backslash(r: Reader) -> bool:
    return typography(r) or line_break(r) or escape(r)


def _space(r: Reader) -> bool:
    return typography(r) or line_break(r)


STEPS: dict[str, Callable[[Reader], bool]] = {
    "$": maths, "{": attributes, "&": entity, "-": typography,
    ".": typography, "<": typography, ">": typography, " ": _space,
    "\\": _backslash, "~": strike,
}  # fmt: skip
