"""Parsers of the blocks that hold no other blocks."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.scanner import Scanner
from reportgen.blog.text import Text


def blank(s: Scanner) -> bool:
    """Blank lines."""
    return s.take("blank", s.match(p.BLANK))


def code(s: Scanner) -> bool:
    """Indented code."""
    return s.match(p.INDENTED) is not None and s.take("code", s.match(p.INDENTED_CODE))


def fence(s: Scanner) -> bool:
    """A fenced block of code."""
    match = s.match(p.FENCE) if s.match(p.FENCE_START) else None
    if match is None:
        return False
    s.add("fence", s.text.part(match.start(4), match.end(4)), info=match[3])
    s.position = match.end()
    return True


def heading(s: Scanner) -> bool:
    """A heading with '#'."""
    match = s.match(p.HEADING)
    if match is None or not match[2].strip():
        return False
    _heading(s, match.start(2), match[2], len(match[1]))
    s.position = match.end()
    return True


def underlined_heading(s: Scanner) -> bool:
    """A heading underlined with '=' or '-'."""
    match = s.match(p.SETEXT) if s.after_boundary() else None
    if match is None:
        return False
    _heading(s, match.start(1), match[1], 1 if match[2] == "=" else 2)
    s.position = match.end()
    return True


def _heading(s: Scanner, start: int, contents: str, level: int) -> None:
    contents = contents.rstrip()
    explicit = p.HEADING_ID.search(contents)
    if explicit:
        contents = contents[: explicit.start()].rstrip()
    contents = re.sub(r"[\t ]#+\Z", "", contents).rstrip()
    text = s.text.part(start, start + len(contents))
    s.add("heading", text, level, explicit[1] if explicit else "")


def horizontal_rule(s: Scanner) -> bool:
    """A horizontal rule."""
    return s.take("rule", s.match(p.RULE))


def maths(s: Scanner) -> bool:
    """A formula between '$$' that stands on its own."""
    match = s.match(p.BLOCK_MATHS)
    if match is None or match[1] or not s.after_boundary() or not s.before_boundary(match.end()):
        return False
    s.add("maths", s.text.part(match.start(2), match.end(2)))
    s.position = match.end()
    return True


def link_definition(s: Scanner) -> bool:
    """'[name]: address'."""
    match = s.match(p.LINK_DEFINITION)
    return s.take("link", match, " ".join(match[1].lower().split()) if match else "")


def abbreviation(s: Scanner) -> bool:
    """'*[short]: long'."""
    return s.take("attributes", s.match(p.ABBREVIATION))


def extension(s: Scanner) -> bool:
    """An extension, or an attribute list or its definition."""
    if s.take("attributes", s.match(p.ALD)):
        return True
    match = s.match(p.EXTENSION)
    if match is None:
        return _attribute_list(s)
    stop = re.compile(r"(?m)^ {0,3}\{:/\w*\}[ \t]*\n").search(s.string, match.end())
    end = stop.end() if match[1] and not match[2] and stop else match.end()
    s.add("attributes", s.text.part(match.start(), end))
    s.position = end
    return True


def _attribute_list(s: Scanner) -> bool:
    match = s.match(p.IAL)
    if match is None:
        return False
    if s.last is None or s.last.kind in ("blank", "boundary"):
        s.attributes += " " + match[1]
        s.position = match.end()
        return True
    s.last.attributes += " " + match[1]
    return s.take("attributes", match)


def end_of_block(s: Scanner) -> bool:
    """'^', which ends a block."""
    return s.take("boundary", s.match(p.END_OF_BLOCK))


def paragraph(s: Scanner) -> bool:
    """Whatever else there is."""
    start = s.position
    end = p.PARAGRAPH_END.search(s.string, start)
    s.position = end.end() if end else len(s.string)
    if s.last is not None and s.last.kind == "paragraph":
        before = s.last.text
        s.last.text = Text(
            [*before.cut(0, len(before.string)), ("\n", s.text.origin(start)),
             *s.text.cut(start, s.position - 1)]
        )  # fmt: skip
        return True
    while s.string[start] in " \t":
        start += 1
    s.add("paragraph", s.text.part(start, s.position - 1))
    return True
