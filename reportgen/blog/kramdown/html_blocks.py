"""The parser of raw HTML between blocks, in which Markdown rests unless ``markdown="1"``."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.scanner import Block, Scanner
from reportgen.blog.text import Piece, Text

MARKDOWN = re.compile(r"""\bmarkdown\s*=\s*["']?(1|block|span|0)\b""")


def html(s: Scanner) -> bool:
    """A comment or an element at the beginning of a line."""
    if not s.match(p.HTML_START):
        return False
    comment = s.match(p.COMMENT)
    if comment:
        s.take("comment", comment)
        _skip(s)
        return True
    tag = s.match(p.NOT_SPAN_TAG)
    match = p.TAG.match(s.string, tag.end() - 1) if tag else None
    if match is None:
        return False
    element = _Element(s, match)
    block = s.add("html", element.raw, info=match[1].lower())
    block.children = element.children
    if element.had_body:
        _skip(s)
    return True


def _skip(s: Scanner) -> None:
    """Steps over the end of the line, so that no table can begin below it."""
    rest = s.match(p.TRAILING)
    s.position = rest.end() if rest else s.position


class _Element:
    """One element at the top: its raw text, and the blocks of the parts that are Markdown."""

    def __init__(self, s: Scanner, match: re.Match[str]) -> None:
        self.pieces: list[Piece] = []
        self.children: list[Block] = []
        self.start = s.position
        self.had_body = False
        self._open(s, match)
        self._flush(s)

    @property
    def raw(self) -> Text:
        """The text of the element without the Markdown in it."""
        return Text(self.pieces)

    def _flush(self, s: Scanner) -> None:
        self.pieces += s.text.cut(self.start, s.position)
        self.start = s.position

    def _open(self, s: Scanner, match: re.Match[str]) -> None:
        s.position = match.end()
        name = match[1].lower()
        if match[3] or name in p.VOID_ELEMENTS:
            return
        self.had_body = True
        markdown = MARKDOWN.search(match[2])
        if name in ("script", "style"):
            self._close(s, name)
        elif markdown and markdown[1] != "0":
            self._markdown(s, name, markdown[1])
        else:
            self._raw(s, name)

    def _close(self, s: Scanner, name: str) -> None:
        stop = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE).search(s.string, s.position)
        s.position = stop.end() if stop else len(s.string)

    def _markdown(self, s: Scanner, name: str, mode: str) -> None:
        self._flush(s)
        if mode == "span" or (mode == "1" and name in p.SPAN_CONTENT):
            start = s.position
            self._close(s, name)
            end = s.string.rfind("<", start, s.position)
            self.children.append(Block("paragraph", s.text.part(start, max(end, start))))
        else:
            _skip(s)
            self.children += s.blocks(name)
        self.start = s.position

    def _raw(self, s: Scanner, name: str) -> None:
        while start := p.RAW_START.search(s.string, s.position):
            s.position = start.start()
            if match := s.match(p.COMMENT) or s.match(p.INSTRUCTION):
                s.position = match.end()
            elif match := s.match(p.TAG):
                self._open(s, match)
            elif match := s.match(p.CLOSING_TAG):
                s.position = match.end()
                if match[1].lower() == name:
                    return
            else:
                s.position += 1
        s.position = len(s.string)
