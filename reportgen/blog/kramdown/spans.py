"""Reads the spans of a paragraph, heading or cell, as kramdown does: one pass, no second look.

Ruby's kramdown tries emphasis and links up to the end of the text, and goes back where they do not
close. What cannot close is known beforehand here, and what has failed is not tried again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from reportgen.blog.kramdown import links, marks, quotes, span_html
from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.element import Element, Span
from reportgen.blog.kramdown.scanner import State
from reportgen.blog.text import Text

STARTS = r"[*_`\[$&\"'<]|!\[|\{:|~~|--|\.\.\.|\\| ?>>|  (?=\n)"
ALPHA_BEFORE = re.compile(r"[^\W\d_]-?\Z")
Accept = Callable[[Element], bool]


@cache
def _searcher(stop: str) -> re.Pattern[str]:
    return re.compile(f"(?P<stop>{stop or '(?!)'})|{STARTS}")


class Reader:
    """The cursor in one text. ``tree`` is the element at hand, ``inside`` the kinds around it."""

    def __init__(self, text: Text, state: State) -> None:
        self.text, self.string, self.state = text, text.string, state
        self.position = 0
        self.tree = Element("root")
        self.inside: list[str] = []
        self.found: list[Span] = []
        self.failed: set[tuple[object, ...]] = set()
        """The spans that were tried, at a place within some kinds, and never closed."""
        self._last: dict[str, int] = {}

    # Reading on

    def read(
        self, tree: Element, stop: str = "", accept: Accept | None = None,
        only: Sequence[str] = (),
    ) -> bool:  # fmt: skip
        """Reads spans into ``tree`` up to an accepted match of ``stop``; whether there was one.

        ``only``: "code" and "html" where nothing else is a span.
        """
        outer, self.tree = self.tree, tree
        self.inside.append(tree.kind)
        self.state.enter(tree.kind, self.text.origin(self.position))
        found = self._read(_searcher(stop), stop, accept, only)
        self.state.depth -= 1
        self.inside.pop()
        self.tree = outer
        return found

    def _read(
        self, searcher: re.Pattern[str], stop: str, accept: Accept | None, only: Sequence[str]
    ) -> bool:
        string = self.string
        while self.position < len(string):
            match = searcher.search(string, self.position)
            if match is None:
                if not stop:
                    self.as_text(len(string))
                return False
            self.state.spend(1, self.text.origin(match.start()))
            start = match.start()
            is_quote = string[start] in "\"'" and match["stop"] is None and not only
            if is_quote and start > self.position and string[start - 1] != "\\":
                start -= 1  # the character before it decides which way it turns
            self.as_text(start)
            if match["stop"] is not None and (accept is None or accept(self.tree)):
                return True
            if not self._step(string[start], only):
                self.as_text(start + 1, start)
        return False

    def _step(self, character: str, only: Sequence[str]) -> bool:
        """Reads one span at the cursor, if there is one."""
        if only:
            code = character == "`" and "code" in only
            return (code and self.code()) or (
                character == "<" and "html" in only and span_html.html(self)
            )
        if character == "$" and self.state.dollars:
            return marks.dollars(self)
        if character in "*_":
            return self.emphasis()
        if character == "`":
            return self.code()
        if character == "<" and (links.autolink(self) or span_html.html(self)):
            return True
        if character in "[!" and (marks.footnote(self) or links.link(self)):
            return True
        if character != "\\" and quotes.smart_quote(self):
            return True
        step = marks.STEPS.get(character)
        return step is not None and step(self)

    # What is found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What ``pattern`` matches at the cursor."""
        return pattern.match(self.string, self.position)

    def add_text(self, start: int, end: int, value: str | None = None) -> None:
        """Adds text, as it is written between two positions or as ``value``."""
        if end <= start:
            return
        value = self.string[start:end] if value is None else value
        children = self.tree.children
        if children and children[-1].kind == "text":
            children[-1].pieces.append(value)  # type: ignore[union-attr]
            children[-1].end = self.text.origin(end - 1) + 1
        else:
            children.append(self.element("text", start, end, pieces=[value]))

    def as_text(self, end: int, start: int | None = None) -> bool:
        """Takes what stands up to ``end``, from the cursor or ``start`` on, as text."""
        self.add_text(self.position if start is None else start, end)
        self.position = end
        return True

    def element(self, kind: str, start: int, end: int, **fields: object) -> Element:
        """A span between two positions."""
        first, last = self.text.origin(start), self.text.origin(max(end - 1, start)) + 1
        return Element(kind, first, last, is_span=True, **fields)  # type: ignore[arg-type]

    def add(self, kind: str, end: int, **fields: object) -> Element:
        """Adds a span from the cursor to ``end``, and steps over it."""
        made = self.element(kind, self.position, end, **fields)
        self.tree.children.append(made)
        self.position = end
        return made

    def note(
        self, kind: str, start: int, end: int, info: str = "", **ranges: tuple[int, int]
    ) -> None:
        """Notes how a span is written."""
        self.found.append(Span(kind, start, end, info, **ranges))

    def closes(self, sign: str, after: int) -> bool:
        """Whether a sign stands at or after a position."""
        if sign not in self._last:
            self._last[sign] = self.string.rfind(sign)
        return self._last[sign] >= after

    # Spans of one kind

    def emphasis(self) -> bool:
        """Emphasis, or its sign as text."""
        start, mark = self.position, self.string[self.position]
        double = self.string.startswith(mark * 2, start)
        delimiter, kind = (mark * 2, "strong") if double else (mark, "emphasis")
        after = start + len(delimiter)
        if (
            (mark == "_" and ALPHA_BEFORE.search(self.string[max(start - 2, 0) : start]))
            or self.string[after : after + 1] in BLANKS
            or kind in self.inside
        ):
            return self.as_text(after)
        found = self._emphasised(delimiter, kind)
        if not found and double and self.tree.kind != "emphasis":
            found = self._emphasised(mark, "emphasis")
        return found or self.as_text(after)

    def _emphasised(self, delimiter: str, kind: str) -> bool:
        start, mark = self.position, len(self.found)
        first = start + len(delimiter)
        around = ("link" in self.inside, "emphasis" in self.inside, "strong" in self.inside)
        tried = (start, delimiter, *around)
        if tried in self.failed or self._last_end(delimiter) <= first:
            return False
        made = self.element(kind, start, start)

        def accept(tree: Element) -> bool:
            end = self.position
            if self.string[end - 1] in " \t\r\n\f\v" or not tree.children:
                return False
            rest = self.string[end + len(delimiter) : end + 3]
            if kind == "emphasis" and rest[:1] == delimiter and rest[1:2] != delimiter:
                return False
            return delimiter[0] != "_" or not (rest[:1].isalpha() or rest[:1].isdecimal())

        self.position = first
        if not self.read(made, re.escape(delimiter), accept):
            del self.found[mark:]
            self.failed.add(tried)
            self.position = start
            return False
        self.position += len(delimiter)
        made.end = self.text.origin(self.position - 1) + 1
        self.tree.children.append(made)
        self.note("emphasis", start, self.position, delimiter)
        return True

    def _last_end(self, delimiter: str) -> int:
        """The last place where emphasis can end: its sign, but not after a blank."""
        key = f"end of {delimiter}"
        if key not in self._last:
            end = self.string.rfind(delimiter)
            while end > 0 and self.string[end - 1] in " \t\r\n\f\v":
                end = self.string.rfind(delimiter, 0, end + len(delimiter) - 1)
            self._last[key] = end
        return self._last[key]

    def code(self) -> bool:
        """A code span, or its backticks as text."""
        start = self.position
        found = code_span(self.string, start)
        if found is None:
            return self.as_text(p.TICKS.match(self.string, start).end())  # type: ignore[union-attr]
        first, last, end = found
        self.note("code", start, end)
        self.add("code span", end, value=self.string[first:last])
        return True


BLANKS = frozenset(" \t\r\n\f\v")


def code_span(
    string: str, start: int, begin: int = 0, end: int | None = None
) -> tuple[int, int, int] | None:
    """Where a code span's value begins and ends, and the span itself; None where it is none.

    The text reaches from ``begin`` to ``end``.
    """
    end = len(string) if end is None else end
    ticks = p.TICKS.match(string, start, end)
    if ticks is None:
        return None
    first = ticks.end()
    if len(ticks[0]) == 1:
        apart = start == begin or string[start - 1] in BLANKS
        if apart and string[first : min(first + 1, end)] in BLANKS:
            return None
    stop = string.find(ticks[0], first, end)
    if stop < 0:
        return None
    last, after = stop, stop + len(ticks[0])
    if len(ticks[0]) > 1:
        first += string.startswith(" ", first) and first < last
        last -= string.endswith(" ", first, last)
    return first, last, after


def code_pieces(string: str, start: int, end: int) -> Iterator[tuple[str, int, int, int, int]]:
    """A line's pieces, "text" or "code": where the text or the code's value lies, and the whole."""
    position = done = start
    while (tick := string.find("`", position, end)) >= 0:
        found = code_span(string, tick, start, end)
        if found is None:
            position = p.TICKS.match(string, tick, end).end()  # type: ignore[union-attr]
            continue
        if done < tick:
            yield "text", done, tick, done, tick
        yield "code", found[0], found[1], tick, found[2]
        position = done = found[2]
    if done < end:
        yield "text", done, end, done, end


def plain_pieces(string: str) -> Iterator[tuple[str, str]]:
    """The pieces of a text in which only code and HTML are spans, with their values."""
    root = Element("root")
    Reader(Text([(string, 0)]), State(len(string))).read(root, only=("code", "html"))
    for child in root.children:
        kind = "code" if child.kind == "code span" else "text"
        yield kind, "".join(child.pieces) if child.pieces else child.value


def read_spans(text: Text, tree: Element, state: State) -> list[Span]:
    """Reads the spans of a text into an element; how they are written, in order."""
    reader = Reader(text, state)
    if not _searcher("").search(text.string):
        reader.tree = tree
        reader.add_text(0, len(text.string))
        return []
    reader.read(tree)
    return sorted(reader.found, key=lambda span: (span.start, -span.end))
