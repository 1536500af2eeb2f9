"""Parsers of blocks: what is not a list, a table or HTML."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.scanner import Scanner
from reportgen.blog.text import Piece, Text


def blank(s: Scanner) -> bool:
    """Blank lines."""
    match = s.scan(p.BLANK)
    if match:
        s.add("blank", match.start(), match.end(), value=match[0])
    return match is not None


def code(s: Scanner) -> bool:
    """Indented code."""
    if not s.match(p.INDENT):
        return False
    match = s.scan(p.CODE)
    if match is None or not match[0]:
        return False
    value = re.sub(r"\n( {0,3}[^ \t\r\n\f\v])", r" \1", match[0])
    value = re.sub(r"(?m)^(?:\t| {4})", "", value)
    text = s.text.part(match.start(), match.end())
    s.add("code", match.start(), match.end(), value=value, text=text)
    return True


def fence(s: Scanner) -> bool:
    """A fenced block of code."""
    if not s.match(p.FENCE_START) or not _closes(s):
        return False
    start = s.position
    match = s.scan(p.FENCE)
    if match is None:
        s.state.spend((len(s.string) - start) // 2000, s.here)
        return False
    text = s.text.part(match.start(5), match.end(5))
    made = s.add("fence", start, match.end(), value=match[5], text=text)
    made.info = (match[3] or "").strip()
    if made.info:
        made.attr["class"] = f"language-{match[4]}"
    return True


def _closes(s: Scanner) -> bool:
    """Whether a line that can end a fenced block stands below the cursor."""
    if s.last_fence is None:
        s.last_fence = max((end.start() for end in p.FENCE_STOP.finditer(s.string)), default=-1)
    return s.last_fence > s.position


def quote(s: Scanner) -> bool:
    """A block quote."""
    from reportgen.blog.kramdown.blocks import read_blocks

    start = s.position
    if not s.match(p.QUOTE):
        return False
    pieces: list[Piece] = []
    while not pieces or not s.match(p.LAZY_END):
        mark, line = s.match(p.QUOTE), s.scan(p.LINE)
        if line is None:
            break
        pieces += s.pieces(mark.end() if mark else line.start(), line.end())
    made = s.add("quote", start, s.position, text=Text(pieces))
    read_blocks(made.text, made, s.state)
    return True


def heading(s: Scanner) -> bool:
    """A heading with '#'."""
    match = s.match(p.HEADING)
    return match is not None and _heading(s, match, 2, len(match[1]), r"[\t ]#+\Z")


def underlined_heading(s: Scanner) -> bool:
    """A heading underlined with '=' or '-'."""
    match = s.match(p.SETEXT) if s.after_boundary() else None
    return match is not None and _heading(s, match, 1, 2 if match[2] == "-" else 1, r"\Z(?!)")


def _heading(s: Scanner, match: re.Match[str], group: int, level: int, marks: str) -> bool:
    contents = match[group].rstrip()
    given = p.HEADING_ID.search(contents)
    if given:
        contents = contents[: given.start()].rstrip()
    contents = re.sub(marks, "", contents).rstrip()
    if not contents:
        return False
    start = match.start(group)
    made = s.add("heading", match.start(), match.end(), level=level)
    made.children.append(raw(s.pieces(start, start + len(contents))))
    if given:
        made.attr["id"] = made.info = given[1]
    s.position = match.end()
    return True


def raw(pieces: list[Piece]) -> Element:
    """A text whose spans are still to be read."""
    text = Text(pieces)
    size = len(text.string)
    return Element("raw text", text.origin(0), text.origin(size - 1) + 1 if size else 0, text=text)


def rule(s: Scanner) -> bool:
    """A horizontal rule."""
    match = s.scan(p.RULE)
    if match:
        s.add("rule", match.start(), match.end())
    return match is not None


def maths(s: Scanner) -> bool:
    """A formula between '$$' that stands on its own."""
    if s.state.dollars:
        return _labelled(s)
    match = s.match(p.BLOCK_MATHS)
    if match is None or not s.after_boundary():
        return False
    if match[1]:
        if match[3]:
            s.position += match.start(1) - match.start() + 1
        return False
    if not _ends_block(s, match):
        return False
    text = s.text.part(match.start(2), match.end(2))
    s.add("maths", match.start(), match.end(), value=match[2].strip(), text=text)
    return True


def _ends_block(s: Scanner, match: re.Match[str]) -> bool:
    """Steps over a formula where a block may end behind it."""
    start, s.position = s.position, match.end()
    if not s.before_boundary():
        s.position = start
    return s.position != start


def _labelled(s: Scanner) -> bool:
    """A formula on its own in the dialect ``dollars``, with its label."""
    match = s.match(p.LABELLED) if s.after_boundary() else None
    if match is None or p.EMPTY_LINE.search(match[0]):
        return False
    if not _ends_block(s, match):
        return False
    s.scan(p.TRAILING)
    text = s.text.part(match.start(1) - 2, match.end())
    s.add("maths", match.start(), match.end(), value=match[1], text=text, info=match[2] or "")
    return True


def footnote(s: Scanner) -> bool:
    """The text of a footnote."""
    from reportgen.blog.kramdown.blocks import read_blocks

    start, match = s.position, s.scan(p.FOOTNOTE)
    if match is None:
        return False
    s.scan(p.CODE)
    pieces: list[Piece] = []
    for line in p.LINE.finditer(s.string, match.start(2), s.position):
        indent = p.INDENT.match(s.string, line.start())
        pieces += s.pieces(indent.end() if indent else line.start(), line.end())
    first, last = s.range(start, s.position)
    note = Element("footnote", first, last, info=match[1], text=Text(pieces))
    read_blocks(note.text, note, s.state)
    end = s.add("boundary", start, s.position, info="footnote", children=[note])
    s.state.notes[match[1]] = (note, end)
    return True


def link_definition(s: Scanner) -> bool:
    """'[name]: address'."""
    match = s.match(p.LINK_DEFINITION)
    if match is None or re.search("[ \t]+[\"']", match[3] or ""):
        return False
    s.position = match.end()
    name, url = link_name(match[1]), match[2] if match[2] is not None else match[3]
    text = s.text.part(match.start(), match.end())
    made = s.add("boundary", match.start(), match.end(), info="link", value=name, text=text)
    s.state.links[name] = (url, match[5], made)
    return True


def link_name(written: str) -> str:
    """The name of a link's definition: blanks and case do not count."""
    return re.sub(rf"{p.S}+", " ", written).lower()


def abbreviation(s: Scanner) -> bool:
    """'*[short]: long'."""
    match = s.scan(p.ABBREVIATION)
    if match is None:
        return False
    made = s.add("boundary", match.start(), match.end(), info="abbreviation")
    s.state.abbreviations[match[1]] = (match[2].strip(), made)
    return True


def end_of_block(s: Scanner) -> bool:
    """'^', which ends a block as a blank line does."""
    match = s.scan(p.END_OF_BLOCK)
    if match:
        s.add("boundary", match.start(), match.end())
    return match is not None


def paragraph(s: Scanner) -> bool:
    """A paragraph, which may go on with the one before."""
    if not s.match(p.PARAGRAPH):
        return False
    start = s.position
    s.position = s.match(p.LINE).end()  # type: ignore[union-attr]
    while not _ends(s) and (line := s.scan(p.LINE)):
        s.position = line.end()
    end = start + len(s.string[start : s.position].rstrip(BLANKS))
    last = s.last
    if last is not None and last.kind == "paragraph":
        joiner = "  \n" if s.string[max(start - 3, 0) : start] == "  \n" else "\n"
        more = [(joiner, s.text.origin(start - len(joiner))), *s.pieces(start, end)]
        grow(last, more)
        last.end = s.range(start, end)[1]
        return True
    start += len(s.string[start:end]) - len(s.string[start:end].lstrip(BLANKS))
    made = s.add("paragraph", start, end)
    grow(made, s.pieces(start, end))
    return True


BLANKS = " \t\r\n\f\v\0"


def _ends(s: Scanner) -> bool:
    if s.at_end:
        return True
    if p.ORDINARY.match(s.string, s.position):
        return False
    return s.match(p.PARAGRAPH_END) is not None


def grow(element: Element, pieces: list[Piece]) -> None:
    """Adds pieces to the text of an element, whose spans are still to be read."""
    last = element.children[-1] if element.children else None
    if last is None or last.kind != "raw text":
        element.children.append(Element("raw text", pieces[0][1] if pieces else element.start))
        last = element.children[-1]
        last.waiting = []
    last.waiting += pieces  # type: ignore[operator]


def line(s: Scanner) -> bool:
    """A line that is nothing else."""
    if match := s.scan(p.LINE):
        grow(s.tree, s.pieces(*match.span()))
    return match is not None
