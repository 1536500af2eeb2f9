"""The parser of tables: any block whose every line holds a pipe is one."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.leaves import raw
from reportgen.blog.kramdown.scanner import Scanner
from reportgen.blog.kramdown.spans import code_pieces, plain_pieces
from reportgen.blog.text import Piece, Text

CODE = re.compile(r"<code.*?>.*?</code>")
PIPES = re.compile(r"(?<!\\)\|")
PIPES_BUT_IN_FORMULAS = re.compile(
    rf"\\\$|{p.DISPLAY.pattern}|{p.DOLLAR.pattern}|{PIPES.pattern}", re.DOTALL
)


class _Table:
    """The rows of a table while they are gathered into sections."""

    def __init__(self, made: Element) -> None:
        self.made = made
        self.rows: list[Element] = []
        self.alignment: list[str] = []
        self.has_foot = False

    def close(self, name: str, *, force: bool = False) -> None:
        """Puts the rows gathered so far into a section."""
        if not self.has_foot or name != "tbody" or force:
            self.made.children.append(Element("section", info=name, children=self.rows))
            self.rows = []

    def rule(self, written: str) -> None:
        """Reads a line of dashes: the first one below rows makes them the head."""
        if not self.rows:
            return
        if self.alignment or self.has_foot:
            self.close("tbody")
            return
        self.close("thead")
        self.alignment = [
            {"": "", ":": "left"}[left] if not right else "center" if left else "right"
            for left, right in p.TABLE_ALIGN.findall(written)
        ]


def table(s: Scanner) -> bool:
    """A table: lines with pipes, between block boundaries."""
    if not s.after_boundary() or not s.match(p.TABLE_START):
        return False
    if s.state.dollars and not _has_dashes(s):
        return False
    start = s.position
    t = _Table(s.element("table", start, start))
    leading = s.match(p.TABLE_LEADING) is not None
    s.scan(p.TABLE_RULE)
    while not s.at_end and s.match(p.TABLE_LINE):
        if match := s.scan(p.TABLE_RULE):
            t.rule(match[1])
        elif s.scan(p.TABLE_FOOT):
            if t.rows:
                t.close("tbody", force=True)
            t.has_foot = True
        elif match := s.scan(p.TABLE_ROW):
            s.state.spend(match[1].count("|"), s.text.origin(match.start()))
            t.rows.append(_row(s, match, leading))
    bounded = s.before_boundary() and _has_pipes(s.string[start : s.position - 1])
    if bounded and t.rows:
        t.close("tfoot" if t.has_foot else "tbody")
    if not bounded or not any(section.info == "tbody" for section in t.made.children):
        s.state.spend((s.position - start) // 2000, s.here)
        s.position = start
        return False
    _finish(s, t, start)
    return True


def _has_dashes(s: Scanner) -> bool:
    """Whether the second line is a row of dashes, as GitHub wants it."""
    second = s.string.find("\n", s.position) + 1
    row = p.TABLE_RULE.match(s.string, second)
    return row is not None and "|" in row[0]


def _finish(s: Scanner, t: _Table, start: int) -> None:
    made = t.made
    made.end = s.range(start, s.position)[1]
    made.text = s.text.part(start, s.position)
    rows = [row for section in made.children for row in section.children]
    columns = max(len(row.children) for row in rows)
    s.state.spend(columns * len(rows), made.start)
    for row in rows:
        row.children += [
            Element("cell", row.end, row.end) for _ in range(columns - len(row.children))
        ]
        for cell, side in zip(row.children, t.alignment, strict=False):
            cell.info = side
    for section in made.children:
        if section.info == "thead":
            for row in section.children:
                for cell in row.children:
                    cell.level = 1
    s.tree.children.append(made)


def _row(s: Scanner, match: re.Match[str], leading: bool) -> Element:
    """The cells of one row: cut at pipes that are neither escaped nor in code."""
    first, last = s.range(match.start(), match.end(1))
    row, cells = Element("row", first, last), list[list[Piece]]()
    position, end = match.start(1), match.end(1)
    for code in [*CODE.finditer(s.string, position, end), None]:
        stop = code.start() if code else end
        for kind, *place in code_pieces(s.string, position, stop):
            if kind == "code":
                _append(cells, _written_code(s, *place))
            else:
                _split(s, cells, place[0], place[1])
        if code:
            _append(cells, s.pieces(code.start(), code.end()))
            position = code.end()
    if leading and cells and not _string(cells[0]).strip():
        del cells[0]
    if cells and not _string(cells[-1]).strip():
        del cells[-1]
    for pieces in cells:
        text = Text(pieces)
        size = len(text.string.rstrip())
        start = len(text.string) - len(text.string.lstrip())
        inner = raw(text.cut(min(start, size), size))
        row.children.append(Element("cell", inner.start or first, inner.end or first))
        row.children[-1].children = [inner] if inner.text.string else []
    return row


def _string(pieces: list[Piece]) -> str:
    return "".join(string for string, _ in pieces)


def _append(cells: list[list[Piece]], pieces: list[Piece]) -> None:
    if cells:
        cells[-1] += pieces
    else:
        cells.append([*pieces])


def _split(s: Scanner, cells: list[list[Piece]], start: int, end: int) -> None:
    """Cuts a text without code at its pipes; escaped ones lose their backslash."""
    pattern = PIPES_BUT_IN_FORMULAS if s.state.dollars else PIPES
    cuts = [m.start() for m in pattern.finditer(s.string[start:end]) if m[0] == "|"]
    edges = [start, *(start + cut for cut in cuts), end]
    for i in range(len(edges) - 1):
        first = edges[i] + (1 if i else 0)
        pieces: list[Piece] = []
        while (escape := s.string.find("\\|", first, edges[i + 1])) >= 0:
            pieces += s.pieces(first, escape)
            pieces += s.pieces(escape + 1, escape + 2)
            first = escape + 2
        pieces += s.pieces(first, edges[i + 1])
        if i:
            cells.append(pieces)
        else:
            _append(cells, pieces)


def _written_code(s: Scanner, start: int, end: int, first: int, last: int) -> list[Piece]:
    """A code span written anew, as its pipes were no pipes of the table."""
    value = s.string[start:end]
    ticks = max(p.TICKS.findall(value), default="") + "`"
    blank = " " if len(ticks) > 1 else ""
    closing = s.text.origin(last - 1) + 1 - len(blank + ticks)
    opening = (ticks + blank, s.text.origin(first))
    return [opening, *s.pieces(start, end), (blank + ticks, closing)]


def _has_pipes(string: str) -> bool:
    """Whether every line has a pipe outside code and tags, by kramdown's own reckoning."""
    pipe = False
    for kind, value in plain_pieces(string):
        lines = value.split("\n")
        while lines and not lines[-1]:
            lines.pop()
        if kind == "code":
            if len(lines) > 2 or (len(lines) == 2 and not pipe):
                break
            if len(lines) == 2 and pipe:
                pipe = False
        else:
            if len(lines) > 1 and not pipe and not p.PIPE.match(lines[0]):
                break
            pipe = (pipe and len(lines) <= 1) or bool(lines and p.PIPE.match(lines[-1]))
    return pipe
