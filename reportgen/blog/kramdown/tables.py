"""The parser of tables: any paragraph whose every line holds a pipe is one."""

import re
from itertools import pairwise

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.scanner import Block, Scanner
from reportgen.blog.kramdown.spans import Span, spans

CODE = re.compile(r"(<code.*?>.*?</code>)")


def table(s: Scanner) -> bool:
    """A table: lines with pipes, between block boundaries."""
    if not s.after_boundary() or not s.match(p.TABLE_START):
        return False
    start, rows, has_body, header = s.position, 0, False, False
    cells: list[Block] = []
    while s.match(p.TABLE_LINE):
        line = s.match(p.TABLE_RULE) or s.match(p.LINE)
        if line is None:
            break
        if p.TABLE_RULE.fullmatch(line[0]):
            header, has_body, rows = True, has_body or (header and rows > 0), 0
        else:
            rows += 1
            cells += _cells(s, line)
        s.position = line.end()
    string = s.string[start : s.position - 1]
    if not s.before_boundary(s.position) or not _pipes(string) or not (has_body or rows):
        s.position = start
        return False
    s.add("table", s.text.part(start, s.position)).children = cells
    return True


def _cells(s: Scanner, line: re.Match[str]) -> list[Block]:
    """The cells of one row: cut at pipes that are neither escaped nor in code."""
    covered = [
        (c.start(), c.end()) for c in CODE.finditer(line[0])
    ] + [(c.start, c.end) for c in spans(line[0], ("code",))]  # fmt: skip
    cuts = [
        pipe.start()
        for pipe in re.finditer(r"(?<!\\)\|", line[0])
        if not any(start <= pipe.start() < end for start, end in covered)
    ]
    edges = [-1, *cuts, len(line[0]) - 1]
    cells = []
    for before, after in pairwise(edges):
        if line[0][before + 1 : after].strip():
            text = s.text.part(line.start() + before + 1, line.start() + after)
            cells.append(Block("cell", text))
    return cells


def _pipes(string: str) -> bool:
    """Whether every line has a pipe outside code and tags, by the parser's own reckoning."""
    pipe = False
    for kind, value in _pieces(string):
        lines = value.rstrip("\n").split("\n") if value.strip("\n") else []
        if kind == "code":
            if len(lines) > 2 or (len(lines) == 2 and not pipe):
                break
            pipe = pipe and len(lines) != 2
        elif lines:
            if len(lines) > 1 and not pipe and not p.PIPE.match(lines[0]):
                break
            pipe = (pipe and len(lines) == 1) or p.PIPE.match(lines[-1]) is not None
    return pipe


def _pieces(string: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    for span in _outermost(spans(string, ("code", "html"))):
        found.append(("text", string[position : span.start]))
        if span.kind == "code":
            found.append(("code", string[span.start : span.end].strip("`")))
        position = span.end
    return [*found, ("text", string[position:])]


def _outermost(found: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
