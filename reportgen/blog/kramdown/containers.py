"""Parsers of the blocks that hold blocks: quotes, lists, definitions, footnotes."""

import re
from collections.abc import Iterator
from functools import cache

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.scanner import Block, Scanner
from reportgen.blog.text import Piece, Text


def quote(s: Scanner) -> bool:
    """A block quote."""
    if not s.match(p.QUOTE):
        return False
    pieces: list[Piece] = []
    while (not pieces or not s.match(p.LAZY_END)) and (line := s.match(p.LINE)):
        mark = s.match(p.QUOTE)
        pieces += s.text.cut(mark.end() if mark else line.start(), line.end())
        s.position = line.end()
    text = Text(pieces)
    s.add("quote", text).children = s.nested(text)
    return True


def footnote(s: Scanner) -> bool:
    """The text of a footnote."""
    match = s.match(p.FOOTNOTE)
    if match is None:
        return False
    rest = p.INDENTED_CODE.match(s.string, match.end())
    s.position = rest.end() if rest else match.end()
    pieces = s.text.cut(match.start(2), match.end())
    for start, end in _lines(s.string, match.end(), s.position):
        pieces += s.text.cut(_dedent(s.string, start, 4) or start, end)
    text = Text(pieces)
    s.add("footnote", text, info=match[1]).children = s.nested(text)
    return True


def _lines(string: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = string.find("\n", start) + 1 or len(string)
        yield start, stop
        start = stop


def bullets(s: Scanner) -> bool:
    """A list, with bullets or numbers."""
    pattern = p.BULLET if s.match(p.BULLET) else p.NUMBER
    if not s.match(pattern):
        return False
    block = s.add("list", s.text.part(s.position, s.position + 1), info=pattern.pattern)
    block.children, blank = _items(s, "item", pattern)
    s.found += blank
    return True


def definitions(s: Scanner) -> bool:
    """A definition list, whose terms are the lines of the paragraph before it."""
    if not s.match(p.DEFINITION):
        return False
    before = [block for block in s.found[-2:] if block.kind != "blank" or block is s.last]
    blank = len(before) == 2 and before[1].kind == "blank" and before[1].text.string == "\n"
    term = before[0] if blank else s.last
    if term is None or term.kind != "paragraph":
        return False
    del s.found[-2 if blank else -1 :]
    term.kind = "term"
    if not _joins_list(s):
        s.add("list", s.text.part(s.position, s.position + 1), info="definitions")
    items, after = _items(s, "definition", p.DEFINITION)
    s.found[-1].children += [term, *items]
    s.found += after
    return True


def _joins_list(s: Scanner) -> bool:
    """Whether a definition list goes on with the one before it."""
    if len(s.found) > 1 and s.found[-1].kind == "blank" and s.found[-2].info == "definitions":
        s.found.pop()
    return s.last is not None and s.last.info == "definitions" and s.last.kind == "list"


def _items(s: Scanner, kind: str, pattern: re.Pattern[str]) -> tuple[list[Block], list[Block]]:
    """The items of a list, and the blank lines after it, which the last item had taken."""
    items: list[_Item] = []
    marker, ended = pattern, None
    while s.position < len(s.string):
        ended = s.match(p.END_OF_BLOCK)
        if ended or (items and items[-1].after_blank and s.match(p.RULE)):
            break
        if match := s.match(marker):
            items.append(_Item(s, match, kind))
            marker = _marker(pattern, min(items[-1].indent - 1, 3))
        elif not items or not items[-1].grow(s):
            break
    blocks = [item.block(s) for item in items]
    inner = blocks[-1].children
    blank = [inner.pop()] if inner and inner[-1].kind == "blank" else []
    if ended and kind == "item":
        s.position, blank = ended.end(), []
    return blocks, blank


@cache
def _marker(pattern: re.Pattern[str], spaces: int) -> re.Pattern[str]:
    return re.compile(pattern.pattern.replace(p.OPT, f" {{0,{spaces}}}", 1))


class _Item:
    """One list item while its lines are gathered; nested lists get a chunk of their own."""

    def __init__(self, s: Scanner, match: re.Match[str], kind: str) -> None:
        self.kind = kind
        content = match[2]
        spaces = len(content.expandtabs(4)) - len(content.expandtabs(4).lstrip(" "))
        self.indent = 4 if p.ITEM_IAL.fullmatch(content) else len(match[1]) + spaces
        start = match.start(2) + len(content) - len(content.lstrip())
        start = min(start, match.end() - 1)
        self.chunks: list[list[Piece]] = [s.text.cut(start, match.end())]
        self.nested = p.LIST.match(s.string, start) is not None
        self.after_blank = False
        s.position = match.end()

    def grow(self, s: Scanner) -> bool:
        """Takes the next line if it belongs to the item."""
        line = s.match(p.LINE)
        if line is None:
            return False
        if not line[0].strip():
            self.nested = self.after_blank = True
            self.chunks[-1] += s.text.cut(line.start(), line.end())
        elif (start := _dedent(s.string, s.position, self.indent)) is not None:
            self._append(s, start, line.end(), indented=True)
        elif self.after_blank or s.match(_not_lazy(min(self.indent, 3))):
            return False
        else:
            self._append(s, s.position, line.end(), indented=False)
        s.position = line.end()
        return True

    def _append(self, s: Scanner, start: int, end: int, *, indented: bool) -> None:
        if self.kind == "item" and p.LIST.match(s.string, start):
            if indented and not self.nested:
                self.chunks.append([])
                self.nested = True
            elif self.nested and not indented:
                self.chunks[-1].append((" " * (self.indent + 4), s.text.origin(start)))
        self.chunks[-1] += s.text.cut(start, end)
        self.after_blank = False

    def block(self, s: Scanner) -> Block:
        """The item, once its lines are gathered."""
        texts = [Text(chunk) for chunk in self.chunks]
        children = [block for text in texts for block in s.nested(text)]
        return Block(self.kind, texts[0], children=children)


def _dedent(string: str, start: int, columns: int) -> int | None:
    """Where the line at ``start`` goes on after an indent of ``columns``; None if it has less."""
    column = 0
    while column < columns:
        if string[start] == " ":
            column += 1
        elif string[start] == "\t":
            column += 4
        else:
            return None
        start += 1
    return start


@cache
def _not_lazy(spaces: int) -> re.Pattern[str]:
    tag = rf"</{p.NOT_SPAN}{p.NAME}\s*>|<{p.NOT_SPAN}{p.NAME}"
    return re.compile(rf" {{0,{spaces}}}(?:{p.IAL.pattern.removeprefix(p.OPT)}|{tag})")
