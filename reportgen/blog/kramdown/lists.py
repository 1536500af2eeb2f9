"""Parsers of lists, of items and of definitions."""

import re
from collections.abc import Iterator
from functools import cache

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import read_attributes
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.leaves import raw
from reportgen.blog.kramdown.scanner import Scanner
from reportgen.blog.text import Piece, Text

BOX = '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled" />'
TICKED = BOX.replace(" />", ' checked="checked" />')
LONG = 500  # characters, which cost as much to copy as a line to read
TASK = re.compile(rf"{p.S}*\[([ xX])\]{p.S}+")


def items(s: Scanner) -> bool:
    """A list, with bullets or numbers."""
    marker = p.BULLET if s.match(p.BULLET) else p.NUMBER
    if not s.match(marker):
        return False
    start = s.position
    made = s.element("list", start, start + 1, info="ul" if marker is p.BULLET else "ol")
    made.text = s.text.part(start, start + 1)
    found, ended = _gather(s, "item", marker)
    s.tree.children.append(made)
    made.end = s.range(start, s.position)[1]
    made.children = [item.element(s) for item in found]
    last = None
    for i in range(len(made.children)):
        last = _settle(made.children, i, ended, last)
    if last is not None and not ended:
        s.tree.children.append(last)
    _tick(made)
    return True


def _settle(siblings: list[Element], i: int, ended: bool, last: Element | None) -> Element | None:
    """Decides whether an item's text is a paragraph; returns the blank lines after the item."""
    item = siblings[i]
    children, is_last = item.children, i == len(siblings) - 1
    if not children:
        return last
    first = children[0]
    if first.kind == "paragraph" and first.ial and children[1:2] and children[1].kind == "boundary":
        del children[1]
    apart = (
        len(children) > 1
        and children[1].kind == "blank"
        and not (is_last and len(children) == 2 and not ended)
    )
    if first.kind == "paragraph" and not apart and (not is_last or _joins(siblings)):
        if len(children) > 1 and children[1].kind != "blank":
            _break_line(first)
        first.transparent = True
    return children.pop() if children[-1].kind == "blank" else None


def _joins(siblings: list[Element]) -> bool:
    """Whether the last item goes without a paragraph: where one before it does."""
    return len(siblings) == 1 or any(
        not item.children or item.children[0].kind != "paragraph" or item.children[0].transparent
        for item in siblings[:-1]
    )


def _break_line(paragraph: Element) -> None:
    """Puts what follows a paragraph without tags on a line of its own."""
    waiting = paragraph.children[0].waiting
    if waiting:
        waiting.append(("\n", waiting[-1][1] + len(waiting[-1][0])))


def _tick(made: Element) -> None:
    """Turns '[ ]' and '[x]' at the beginning of items into boxes, as GitHub does."""
    is_task = False
    for item in made.children:
        first = item.children[0] if item.children else None
        if first is None or first.kind != "paragraph":
            continue
        text = Text(first.children[0].waiting or ())
        if box := TASK.match(text.string):
            size = len(text.string)
            shown = (BOX if box[1] == " " else TICKED, text.origin(box.start(1) - 1))
            first.children[0].waiting = [shown, *text.cut(box.end(), size)]
            is_task = True
        if is_task:
            item.attr["class"] = "task-list-item"
    if is_task:
        made.attr["class"] = "task-list"


def definitions(s: Scanner) -> bool:
    """A definition list, whose terms are the lines of the paragraph before it."""
    before = s.tree.children
    apart = (
        len(before) > 1
        and before[-1].kind == "blank"
        and before[-1].value == "\n"
        and before[-2].kind == "paragraph"
    )
    term = before[-2] if apart else s.last
    if not s.match(p.DEFINITION) or term is None or term.kind != "paragraph":
        return False
    del before[-2 if apart else -1 :]
    made = s.element("list", s.position, s.position + 1, info="dl")
    made.start, made.ial, made.text = term.start, term.ial, s.text.part(s.position, s.position + 1)
    made.children = list(_terms(s, term))
    found, _ = _gather(s, "definition", p.DEFINITION, apart)
    made.end = s.range(s.position, s.position)[0]
    last = None
    for item in found:
        element = item.element(s)
        made.children.append(element)
        children = element.children
        if children:
            last = children.pop() if children[-1].kind == "blank" else None
        if children and children[0].kind == "paragraph" and not item.is_apart:
            if len(children) > 1:
                _break_line(children[0])
            children[0].transparent = True
    _join(before, made)
    before += [last] if last is not None else []
    return True


def _terms(s: Scanner, paragraph: Element) -> Iterator[Element]:
    text = Text(paragraph.children[0].waiting or ())
    for line in re.finditer(r"[^\n]+", text.string):
        part = text.part(line.start(), line.end())
        ial = p.ITEM_IAL.match(part.string)
        term = Element("term", part.origin(0), part.origin(len(part.string) - 1) + 1)
        if ial:
            term.ial = read_attributes(ial[1])
            part = part.part(ial.end(), len(part.string))
        term.children = [raw([*part.cut(0, len(part.string))])]
        yield term


def _join(before: list[Element], made: Element) -> None:
    """Appends a definition list, to the one before it where there is one."""
    index = -2 if before and before[-1].kind == "blank" else -1
    earlier = before[index] if len(before) >= -index else None
    if earlier is not None and earlier.kind == "list" and earlier.info == "dl":
        del before[len(before) + index + 1 :]
        earlier.children += made.children
        earlier.end = made.end
    else:
        before.append(made)


def _gather(
    s: Scanner, kind: str, pattern: re.Pattern[str], apart: bool = False
) -> tuple[list["_Item"], bool]:
    """The items of a list with their lines, and whether an end-of-block marker ended it."""
    found: list[_Item] = []
    marker = pattern
    while not s.at_end:
        if kind == "item" and found and found[-1].after_blank and s.match(p.RULE):
            break
        if kind == "item" and s.scan(p.END_OF_BLOCK):
            return found, True
        if match := s.scan(marker):
            found.append(_Item(s, match, kind, apart))
            apart = False
            marker = _marker(pattern, min(found[-1].indent - 1, 3))
        elif (kind == "definition" and s.match(p.END_OF_BLOCK)) or (
            line := found[-1].take(s)
        ) is None:
            break
        else:
            apart = not line
    return found, False


@cache
def _marker(pattern: re.Pattern[str], spaces: int) -> re.Pattern[str]:
    return re.compile(pattern.pattern.replace(p.OPT, f" {{0,{spaces}}}", 1))


class _Item:
    """One item while its lines are gathered; nested lists get a chunk of their own."""

    def __init__(self, s: Scanner, match: re.Match[str], kind: str, is_apart: bool) -> None:
        self.kind, self.is_apart, self.start = kind, is_apart, match.start()
        content = match[2]
        if p.ITEM_IAL_ONLY.fullmatch(content):
            self.indent = 4
        else:
            self.indent = len(match[1]) + _columns(content, len(match[1]))
        start = match.start(2) + len(content) - len(content.lstrip(" \t\r\n\f\v"))
        self.ial = p.ITEM_IAL.match(s.string, start, match.end())
        start = self.ial.end() if self.ial else start
        self.nested = p.LIST.match(s.string, start, match.end()) is not None
        self.chunks: list[list[Piece]] = [s.pieces(start, match.end())]
        self.after_blank = False
        self.within, self.lazy = _lines(self.indent)

    def take(self, s: Scanner) -> bool | None:
        """Takes the next line if it belongs to the item: whether it has text, else None."""
        s.state.spend_deep(1, s.here)
        line = s.match(self.within)
        if line is None and not self.after_blank:
            line = s.match(self.lazy)
        if line is not None:
            self._append(s, line.start(), line.end())
            self.after_blank = False
            s.position = line.end()
            return True
        blank = s.scan(p.BLANK)
        if blank is None:
            return None
        self.nested = self.after_blank = True
        self.chunks[-1] += s.pieces(blank.start(), blank.end())
        return False

    def _append(self, s: Scanner, start: int, end: int) -> None:
        """Adds a line without the item's indent; leading tabs count four columns each."""
        body, column = start, 0
        while s.string[body] == "\t":
            body, column = body + 1, column + 4
        while column < self.indent and s.string[body] == " ":
            body, column = body + 1, column + 1
        indented = column >= self.indent
        if indented:
            rest = [(" " * (column - self.indent), s.text.origin(body))]
        else:
            rest = [(" " * column, s.text.origin(start))]
        if self.kind == "item":
            ahead = rest[0][0] + s.string[body:end]
            if p.LIST.match(ahead):
                if indented and not self.nested:
                    self.chunks.append([])
                    self.nested = True
                elif self.nested and not indented:
                    rest.insert(0, (" " * (self.indent + 4), s.text.origin(start)))
        s.state.spend_deep((end - body) // LONG, s.here)
        self.chunks[-1] += [*rest, *s.pieces(body, end)]

    def element(self, s: Scanner) -> Element:
        """The item, once its lines are gathered."""
        from reportgen.blog.kramdown.blocks import read_blocks

        texts = [Text(chunk) for chunk in self.chunks]
        self.chunks = []  # or the text would be kept twice at every level of nesting
        start = s.text.origin(self.start)
        made = Element(self.kind, start, start + 1, text=texts[0])
        if self.ial:
            made.ial = read_attributes(self.ial[1])
        for text in texts:
            read_blocks(text, made, s.state)
            size = len(text.string)
            made.end = max(made.end, text.origin(size - 1) + 1 if size else 0)
        return made


def _columns(content: str, indent: int) -> int:
    """The width of the blanks at the beginning of an item's content."""
    blanks = re.match(r" *\t*", content)
    while blanks and "\t" in blanks[0]:
        spaces = blanks[0].count(" ")
        tabs = blanks[0].count("\t")
        filled = " " * (spaces + 4 - (spaces + indent) % 4 + (tabs - 1) * 4)
        content = filled + content[blanks.end() :]
        blanks = re.match(r" *\t*", content)
    return len(blanks[0]) if blanks else 0


@cache
def _lines(indent: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The lines that belong to an item: by their indent, or by laziness."""
    fours, rest = divmod(indent, 4)
    four = r"(?:\t| {4})"
    within = rf"(?:{four}{{{fours}}} {{{rest}}}|{four}{{{fours + 1}}}).*{p.NS}.*\n"
    start = rf" {{0,{min(indent, 3)}}}(?:{p.IAL_TEXT}|{p.HTML_STOP}|{p.HTML_BEGIN})"
    return re.compile(within), re.compile(rf"(?!{start}).*{p.NS}.*\n")
