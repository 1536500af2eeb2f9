"""The things in a post that rules speak about. Every ``offset`` is one in the source file."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from reportgen.blog.kramdown import Element

T = TypeVar("T")

TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"""([\w:@.-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|pre|code|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.S
)


BLANK = re.compile(r"[^\n]")
FENCED = re.compile(r"(?ms)^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)")


class Tag(NamedTuple):
    """An HTML tag. ``attributes`` are (name, value, offset of the value)."""

    name: str
    offset: int
    end: int
    attributes: tuple[tuple[str, str, int], ...] = ()
    closing: bool = False

    def get(self, name: str) -> str | None:
        """The value of an attribute, "" for one without a value, None for none."""
        return next((value for key, value, _ in self.attributes if key == name), None)


class Image(NamedTuple):
    """An image. ``alt`` is None where nothing is said.

    ``origin``: markdown, html, source (one of a picture's or video's files), include, head.
    """

    url: str
    offset: int
    alt: str | None
    origin: str
    sized: bool = False
    attributes: str = ""


class Link(NamedTuple):
    """A link, or another address such as that of a video."""

    url: str
    offset: int
    text: str = ""


class Caption(NamedTuple):
    """A caption. ``label`` is "figure", "table" or ""; ``number`` such as "3" or "2a", or ""."""

    label: str
    number: str
    text: str
    offset: int


class Heading(NamedTuple):
    """A heading; ``text`` without markup."""

    level: int
    text: str
    offset: int
    id: str = ""


class Id(NamedTuple):
    """The id of an element; ``is_own`` unless a heading gets it from its words."""

    name: str
    offset: int
    is_own: bool = True


class Formula(NamedTuple):
    """A formula; ``style``: "$", "$$", "\\(" or an environment. ``harm`` says what is lost."""

    style: str
    text: str
    offset: int
    harm: str = ""


class Prose(NamedTuple):
    """Text as a reader reads it: markup, code and formulas are spaces. Same length as its block."""

    text: str
    block: Element

    def origin(self, position: int) -> int:
        """The offset in the source file of the character at ``position``."""
        return self.block.text.origin(position)


def repeats(named: Iterable[tuple[Hashable, T]]) -> Iterator[tuple[T, T]]:
    """The things that have the name of an earlier one, each with that one."""
    seen: dict[Hashable, T] = {}
    for name, thing in named:
        first = seen.setdefault(name, thing)
        if first is not thing:
            yield thing, first


def tags_in(block: Element, start: int = 0, end: int | None = None) -> Iterator[Tag]:
    """The tags in the raw text of a block, but for those in comments, scripts and code."""
    string = block.text.string
    end = len(string) if end is None else end
    hidden = [match.span() for match in HIDDEN.finditer(string, start, end)]
    for match in TAG.finditer(string, start, end):
        if not any(a < match.start() < b for a, b in hidden):
            yield _tag(match, block)


def _tag(match: re.Match[str], block: Element) -> Tag:
    base = match.start(3)
    origin = block.text.origin
    attributes = tuple(
        (m[1].lower(), (m[2] or "").strip("\"'"), origin(_value(m, base)))
        for m in ATTRIBUTE.finditer(match[3])
    )
    start, end = origin(match.start()), origin(match.end() - 1) + 1
    return Tag(match[2].lower(), start, end, attributes, bool(match[1]))


def _value(match: re.Match[str], base: int) -> int:
    if not match[2]:
        return base + match.start()
    return base + match.start(2) + (match[2][0] in "\"'")


def blanked(string: str, ranges: list[tuple[int, int]]) -> str:
    """``string`` with spaces instead of the characters in ``ranges``; lines stay."""
    return _replaced(string, ranges, lambda cut: BLANK.sub(" ", cut))


def without(string: str, ranges: list[tuple[int, int]]) -> str:
    """``string`` without the characters in ``ranges``."""
    return _replaced(string, ranges, lambda cut: "")


def _replaced(string: str, ranges: list[tuple[int, int]], change: Callable[[str], str]) -> str:
    parts, position = [], 0
    for start, end in sorted(ranges):
        start = max(start, position)
        if end > start:
            parts += [string[position:start], change(string[start:end])]
            position = end
    return "".join(parts) + string[position:]
