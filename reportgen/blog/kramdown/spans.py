"""Reads the spans of a paragraph, heading or cell, as kramdown does: one pass, no second look.

Ruby's kramdown tries emphasis and links up to the end of the text, and goes back where they do not
close. What cannot close is known beforehand here, and what has failed is not tried again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from reportgen.blog.kramdown import links, quotes, span_html
from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import apply_attributes, read_attributes
from reportgen.blog.kramdown.element import Element, Span
from reportgen.blog.kramdown.entities import code_point
from reportgen.blog.kramdown.extensions import extension
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
        self._failed: set[tuple[object, ...]] = set()
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
                    self.add_text(self.position, len(string))
                    self.position = len(string)
                return False
            self.state.spend(1, self.text.origin(match.start()))
            start = match.start()
            is_quote = string[start] in "\"'" and match["stop"] is None and not only
            if is_quote and start > self.position and string[start - 1] != "\\":
                start -= 1  # the character before it decides which way it turns
            self.add_text(self.position, start)
            self.position = start
            if match["stop"] is not None and (accept is None or accept(self.tree)):
                return True
            if not self._step(string[start], only):
                self.add_text(start, start + 1)
                self.position = start + 1
        return False

    def _step(self, character: str, only: Sequence[str]) -> bool:
        """Reads one span at the cursor, if there is one."""
        if only:
            code = character == "`" and "code" in only
            return (code and self.code()) or (
                character == "<" and "html" in only and span_html.html(self)
            )
        if character == "$" and self.state.dollars:
            return self.dollars()
        if character in "*_":
            return self.emphasis()
        if character == "`":
            return self.code()
        if character == "<" and (links.autolink(self) or span_html.html(self)):
            return True
        if character in "[!" and (self.footnote() or links.link(self)):
            return True
        if character != "\\" and quotes.smart_quote(self):
            return True
        step = _STEPS.get(character)
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

    def has_failed(self, tried: tuple[object, ...]) -> bool:
        """Whether a span was tried before, here and within the same kinds, and never closed."""
        return tried in self._failed

    def fail(self, tried: tuple[object, ...]) -> None:
        """Remembers a span that does not close."""
        self._failed.add(tried)

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
            self.add_text(start, after)
            self.position = after
            return True
        found = self._emphasised(delimiter, kind)
        if not found and double and self.tree.kind != "emphasis":
            found = self._emphasised(mark, "emphasis")
        if not found:
            self.add_text(start, after)
            self.position = after
        return True

    def _emphasised(self, delimiter: str, kind: str) -> bool:
        start, mark = self.position, len(self.found)
        first = start + len(delimiter)
        tried = (
            start,
            delimiter,
            "link" in self.inside,
            "emphasis" in self.inside,
            "strong" in self.inside,
        )
        if self.has_failed(tried) or self._last_end(delimiter) <= first:
            return False
        made = self.element(kind, start, start)

        def accept(tree: Element) -> bool:
            end = self.position
            if self.string[end - 1] in " \t\r\n\f\v" or not tree.children:
                return False
            rest = self.string[end + len(delimiter) : end + 3]
            if kind == "emphasis" and rest[:1] == delimiter and rest[1:2] != delimiter:
                return False
            return delimiter[0] != "_" or not is_alnum(rest[:1])

        self.position = first
        if not self.read(made, re.escape(delimiter), accept):
            del self.found[mark:]
            self.fail(tried)
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
            end = p.TICKS.match(self.string, start).end()  # type: ignore[union-attr]
            self.add_text(start, end)
            self.position = end
            return True
        first, last, end = found
        self.note("code", start, end)
        self.add("code span", end, value=self.string[first:last])
        return True

    def footnote(self) -> bool:
        """The mark of a footnote."""
        match = self.match(p.FOOTNOTE_MARK)
        if match is None:
            return False
        self.note("footnote", match.start(), match.end(), match[1])
        if match[1] not in self.state.notes:
            self.add_text(match.start(), match.end())
            self.position = match.end()
            return True
        self.add("footnote mark", match.end(), value=match[1])
        return True

    def maths(self) -> bool:
        """A formula between '$$'."""
        match = self.match(p.MATHS) if self.closes("$$", self.position + 2) else None
        if match is None:
            return False
        self.note("maths", match.start(), match.end())
        self.add("formula", match.end(), value=match[1].strip())
        return True

    def dollars(self) -> bool:
        """A formula between '$$' or '$', in the dialect that knows both."""
        match = self.match(p.DISPLAY)
        kind, label = ("maths", match[2]) if match else ("dollar", "")
        match = match or self.match(p.DOLLAR)
        if match is None:
            return False
        self.note(kind, match.start(), match.end(), label or "", text=match.span(1))
        self.add("formula", match.end(), value=match[1])
        return True

    def entity(self) -> bool:
        """A character reference; an unknown name is text."""
        match = self.match(p.ENTITY)
        if match is None:
            return False
        point = code_point(match[1] or (int(match[2]) if match[2] else int(match[3], 16)))
        self.note("entity", match.start(), match.end())
        if point is None:
            self.add("entity", match.start() + 1, level=ord("&"))
            self.add_text(self.position, match.end())
            self.position = match.end()
        else:
            self.add("entity", match.end(), level=point, info=match[0])
        return True

    def typography(self) -> bool:
        """Dashes, an ellipsis, angled quotes."""
        match = self.match(p.TYPOGRAPHY)
        if match is None:
            return False
        self.note("typography", match.start(), match.end())
        if match[0][0] == "\\":
            end = match.end()
            for _ in range(2):
                self.add("entity", end, level=ord(match[0][1]))
            return True
        self.add("symbol", match.end(), value=SYMBOLS[match[0]])
        return True

    def line_break(self) -> bool:
        """Two spaces, or two backslashes, at the end of a line."""
        match = self.match(p.LINE_BREAK)
        if match is None:
            return False
        self.note("break", match.start(), match.end())
        self.add("break", match.end())
        return True

    def escape(self) -> bool:
        """A character after a backslash."""
        match = self.match(p.ESCAPE)
        if match is None:
            return False
        self.note("escape", match.start(), match.end())
        self.add_text(match.start(), match.end(), match[1])
        self.position = match.end()
        return True

    def strike(self) -> bool:
        """Struck-out text, and the spans in it, which know nothing of those around."""
        match = self.match(p.STRIKE) if self.closes("~~", self.position + 2) else None
        if match is None:
            return False
        start, end = match.span()
        made = self.add("html", end, value="del", model="span")
        self.state.enter("html", made.start)
        inner = Reader(self.text.part(start + 2, end - 2), self.state)
        inner.read(made)
        self.state.depth -= 1
        shift = start + 2
        for span in inner.found:
            ranges = [(a + shift, b + shift) for a, b in (span[1:3], span.text, span.url)]
            self.found.append(Span(span.kind, *ranges[0], span.info, *ranges[1:]))
        self.note("strike", start, end)
        return True

    def attributes(self) -> bool:
        """An extension, or the attribute list of the span before it."""
        if match := self.match(p.SPAN_EXTENSION):
            return self._extension(match)
        children = self.tree.children
        if not children or children[-1].kind == "text":
            return False
        if (match := self.match(p.SPAN_IAL)) is None:
            return False
        given = read_attributes(match[1])
        last = children[-1]
        last.ial = read_attributes(match[1], last.ial)
        apply_attributes(last.attr, given, self.state.lists)
        self.note("attributes", match.start(), match.end(), match[1])
        self.position = match.end()
        return True

    def _extension(self, match: re.Match[str]) -> bool:
        name, given, closed, _ = match.groups()
        if not name:
            return False
        body, end = None, match.end()
        if not closed:
            closing = re.compile(rf"\{{:/(?:{name})?\}}")
            stop = closing.search(self.string, end) if self.closes("{:/", end) else None
            if stop is None:
                return False
            body, end = self.string[end : stop.start()], stop.end()
        made = extension(self.state, name, given or "", body)
        if made is None:
            return False
        self.note("extension", match.start(), end, name)
        if name != "options" and body is not None:
            self.add("extension", end, value=made.value, info=made.info)
        self.position = end
        return True


BLANKS = frozenset(" \t\r\n\f\v")
SYMBOLS = {"---": "mdash", "--": "ndash", "...": "hellip", "<< ": "laquo_space",
           " >>": "raquo_space", "<<": "laquo", ">>": "raquo"}  # fmt: skip


def _backslash(reader: Reader) -> bool:
    return reader.typography() or reader.line_break() or reader.escape()


def _space(reader: Reader) -> bool:
    return reader.typography() or reader.line_break()


_STEPS: dict[str, Callable[[Reader], bool]] = {
    "$": Reader.maths, "{": Reader.attributes, "&": Reader.entity, "-": Reader.typography,
    ".": Reader.typography, "<": Reader.typography, ">": Reader.typography, " ": _space,
    "\\": _backslash, "~": Reader.strike,
}  # fmt: skip


def is_alnum(character: str) -> bool:
    """Whether a character is a letter or a decimal digit, of whatever script."""
    return character.isalpha() or character.isdecimal()


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
