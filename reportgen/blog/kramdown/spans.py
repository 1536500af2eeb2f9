"""Cuts the text of a paragraph, heading or cell into spans the way kramdown does."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from reportgen.blog.kramdown import patterns as p

Range = tuple[int, int]
NOWHERE: Range = (0, 0)


class Span(NamedTuple):
    """One construct between ``start`` and ``end`` of its text.

    ``kind``: emphasis (of ``info`` * ** _ __), code, element, raw (an element whose text is not
    Markdown, such as <code>), html (a tag),
    comment, autolink, link, image, reference, footnote, maths ($$), attributes, quote, typography,
    entity, break, escape, strike. ``text`` and ``url`` are the ranges of a link's two parts.
    """

    kind: str
    start: int
    end: int
    info: str = ""
    text: Range = NOWHERE
    url: Range = NOWHERE


HTML_ONLY = ("html",)
STARTS = r"[*_`\[$&\"'<>]|!\[|\{:|~~|--|\.\.\.|\\|  (?=\n)"
EMPHASIS = {mark: re.escape(mark) for mark in ("*", "**", "_", "__")}
BRACKETS = r"\]|!?\["
TICKS = re.compile("`+")
PARENTHESIS = re.compile(r"\(|\)|\s(?=['\"])")
IDENTIFIER = re.compile(r"\s*?\[([^\]]+)?\]")
TITLE = re.compile(r"\s*?([\"'])(.+?)\1\s*?\)", re.DOTALL)
ANGLED = re.compile(r"\(<(.*?)>")
SIMPLE = {
    "[": ((p.FOOTNOTE_MARK, "footnote"),),
    "&": ((p.ENTITY, "entity"),),
    " ": ((p.LINE_BREAK, "break"),),
    "-": ((p.TYPOGRAPHY, "typography"),),
    ".": ((p.TYPOGRAPHY, "typography"),),
    "<": ((p.TYPOGRAPHY, "typography"),),
    ">": ((p.TYPOGRAPHY, "typography"),),
    "\\": ((p.LINE_BREAK, "break"), (p.TYPOGRAPHY, "typography"), (p.ESCAPE, "escape")),
    "$": ((p.SPAN_MATHS, "maths"),),
    '"': ((p.QUOTE_MARK, "quote"),),
    "'": ((p.QUOTE_MARK, "quote"),),
}
"""The spans that one pattern describes, by their first character, in the order of their trial."""


def spans(string: str, kinds: Sequence[str] = ()) -> list[Span]:
    """The spans of ``string`` in order of their starts; only of some ``kinds``, where given."""
    if not _searcher("").search(string):
        return []
    reader = _Reader(string, kinds)
    reader.read()
    return sorted(reader.found, key=lambda span: (span.start, -span.end))


@cache
def _searcher(stop: str) -> re.Pattern[str]:
    """Finds whatever may begin a span; what ``stop`` matches is in the group "stop"."""
    return re.compile(f"(?P<stop>{stop})|{STARTS}" if stop else f"(?P<stop>(?!))|{STARTS}")


class _Reader:
    def __init__(self, string: str, kinds: Sequence[str]) -> None:
        self.string, self.kinds, self.position = string, kinds, 0
        self.found: list[Span] = []
        self.inside: list[str] = ["text"]
        self.images: list[int] = [0]

    def read(self, stop: str = "", accept: Callable[[re.Match[str]], bool] | None = None) -> bool:
        """Reads spans up to an accepted match of ``stop``, and tells whether there was one."""
        searcher = _searcher(stop)
        while match := searcher.search(self.string, self.position):
            self.position = match.start()
            if match["stop"] is not None and (accept is None or accept(match)):
                return True
            if not self.step():
                self.position += 1
        return False

    def step(self) -> bool:
        """Reads one span at the cursor, if there is one."""
        character = self.string[self.position]
        if self.kinds:
            code = character == "`" and "code" in self.kinds
            return (code and self.code()) or (character == "<" and self.html())
        if character in "*_":
            return self.emphasis()
        if character == "`":
            return self.code()
        if character == "<" and (self.autolink() or self.html()):
            return True
        if character == "{":
            return self.attributes()
        if character == "~":
            return self.strike()
        return self.simple(character) or (character in "[!" and self.link())

    def simple(self, character: str) -> bool:
        """A span that one pattern describes."""
        for pattern, kind in SIMPLE.get(character, ()):
            if match := pattern.match(self.string, self.position):
                return self.take(kind, match.end())
        return False

    def strike(self) -> bool:
        """Struck-out text, and the spans in it."""
        match = p.STRIKE.match(self.string, self.position)
        if match is None:
            return False
        shift = match.start() + 2
        for span in spans(match[0][2:-2]):
            text, url = ((a + shift, b + shift) for a, b in (span.text, span.url))
            start, end = span.start + shift, span.end + shift
            self.found.append(Span(span.kind, start, end, span.info, text, url))
        return self.take("strike", match.end())

    def take(self, kind: str, end: int, info: str = "") -> bool:
        """Notes a span from the cursor to ``end``, and steps over it."""
        self.found.append(Span(kind, self.position, end, info))
        self.position = end
        return True

    def emphasis(self) -> bool:
        """Emphasis, or its sign as text."""
        start, mark = self.position, self.string[self.position]
        double = self.string.startswith(mark * 2, start)
        delimiter = mark * 2 if double else mark
        kind = "strong" if double else "em"
        if self._no_emphasis(start, delimiter) or kind in self.inside:
            self.position += len(delimiter)
            return True
        found = self._emphasised(start, delimiter, kind)
        if not found and double and self.inside[-1] != "em":
            found = self._emphasised(start, mark, "em")
        if not found:
            self.position = start + len(delimiter)
        return True

    def _no_emphasis(self, start: int, delimiter: str) -> bool:
        before, after = self.string[max(start - 2, 0) : start], start + len(delimiter)
        if delimiter[0] == "_" and (before[-1:].isalpha() or re.fullmatch(r"[^\W\d_]-", before)):
            return True
        return self.string[after : after + 1].isspace()

    def _emphasised(self, start: int, delimiter: str, kind: str) -> bool:
        mark, first = len(self.found), start + len(delimiter)
        self.position = first

        def accept(match: re.Match[str]) -> bool:
            end = match.start()
            if end == first or self.string[end - 1].isspace():
                return False
            rest = self.string[end + len(delimiter) : end + 3]
            if kind == "em" and rest[:1] == delimiter and rest[1:2] != delimiter:
                return False
            return delimiter[0] != "_" or not rest[:1].isalnum()

        if not self._within(kind, EMPHASIS[delimiter], accept):
            del self.found[mark:]
            return False
        self.position += len(delimiter)
        self.found.append(Span("emphasis", start, self.position, delimiter))
        return True

    def _within(
        self, kind: str, stop: str, accept: Callable[[re.Match[str]], bool] | None = None
    ) -> bool:
        self.inside.append(kind)
        self.images.append(0)
        found = self.read(stop, accept)
        self.inside.pop()
        self.images.pop()
        return found

    def code(self) -> bool:
        """A code span, or its backticks as text."""
        ticks = TICKS.match(self.string, self.position)
        if ticks is None:
            return False
        size, after = len(ticks[0]), ticks.end()
        before = self.string[max(self.position - 1, 0) : self.position]
        spaced = (not before or before.isspace()) and self.string[after : after + 1].isspace()
        end = -1 if size == 1 and spaced else self.string.find(ticks[0], after)
        if end < 0:
            self.position = after
            return True
        return self.take("code", end + size)

    def autolink(self) -> bool:
        """An address between angle brackets."""
        match = p.AUTOLINK.match(self.string, self.position)
        return match is not None and self.take("autolink", match.end())

    def attributes(self) -> bool:
        """An attribute list, which needs a span before it."""
        match = p.SPAN_IAL.match(self.string, self.position)
        if match is None or not any(span.end == self.position for span in self.found):
            return False
        return self.take("attributes", match.end(), match[1])

    def html(self) -> bool:
        """A tag with its element, or a comment."""
        if match := p.COMMENT.match(self.string, self.position):
            return self.take("comment", match.end())
        if match := p.CLOSING_TAG.match(self.string, self.position):
            return self.take("html", match.end(), match[1].lower())
        match = p.TAG.match(self.string, self.position)
        if match is None:
            return False
        name = match[1].lower()
        if name in p.BLOCK_ELEMENTS:
            self.position = match.end()
            return True
        start = self.position
        self.take("html", match.end(), name)
        if not match[3] and name not in p.VOID_ELEMENTS:
            self._element(start, match[1])
        return True

    def _element(self, start: int, name: str) -> None:
        """Reads on to the closing tag; without one, the element takes all the rest."""
        raw = self.kinds == HTML_ONLY or name.lower() not in p.PARSED_ELEMENTS
        kinds, self.kinds = self.kinds, HTML_ONLY if raw else ()
        if self._within("html", rf"</{re.escape(name)}\s*>"):
            closing = p.CLOSING_TAG.match(self.string, self.position)
            self.take("html", closing.end() if closing else self.position + 1, name.lower())
        else:
            self.position = len(self.string)
        self.kinds = kinds
        self.found.append(Span("raw" if raw else "element", start, self.position, name.lower()))

    def link(self) -> bool:
        """A link or an image, or its bracket as text."""
        start, image = self.position, self.string[self.position] == "!"
        first = start + 1 + image
        if not self.string.startswith("[", first - 1) or self.string[first : first + 1] in (
            "",
            "^",
        ):
            return False
        mark, count = len(self.found), 1
        self.position = first
        if not image and "link" in self.inside:
            return True

        def accept(match: re.Match[str]) -> bool:
            nonlocal count
            count += -1 if match[0] == "]" else 1
            return count - self.images[-1] == 0

        found = self._within("link", BRACKETS, accept)
        if not found or not self._target(start, (first, self.position), image, mark):
            del self.found[mark:]
            if found:
                self._reference(start, (first, self.position))
            self.position = first
        return True

    def _target(self, start: int, text: Range, image: bool, mark: int) -> bool:
        """Reads ``(url "title")`` after the bracket at the cursor."""
        opening = self.position + 1
        if IDENTIFIER.match(self.string, opening) or not self.string.startswith("(", opening):
            return False
        url, end = self._url(opening)
        if end < 0:
            return False
        if image:
            del self.found[mark:]
            self.images[-1] += 1
        kind = "image" if image else "link"
        self.found.append(Span(kind, start, end, text=text, url=url))
        self.position = end
        return True

    def _url(self, opening: int) -> tuple[Range, int]:
        """The range of the address and the end of the link, or an end of -1."""
        angled = ANGLED.match(self.string, opening)
        if angled:
            url, stop = angled.span(1), angled.end()
            if self.string.startswith(")", stop):
                return url, stop + 1
        else:
            depth, stop = 0, opening
            while match := PARENTHESIS.search(self.string, stop):
                stop = match.end()
                depth += {"(": 1, ")": -1}.get(match[0], 0)
                if depth == 0 or match[0] not in "()":
                    break
            else:
                return NOWHERE, -1
            url = (opening + 1, stop - 1)
            if depth == 0:
                return url, stop
        title = TITLE.match(self.string, stop)
        return url, title.end() if title else -1

    def _reference(self, start: int, text: Range) -> None:
        """Notes ``[text][id]``, whose meaning hangs on a definition elsewhere."""
        identifier = IDENTIFIER.match(self.string, text[1] + 1)
        if identifier and not self.string[:start][-1:].isalnum():
            name = identifier[1] or self.string[text[0] : text[1]]
            info = " ".join(name.lower().split())
            self.found.append(Span("reference", start, identifier.end(), info, text))
