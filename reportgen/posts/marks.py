"""Marks in a page: which values of it come from a run, and what its figures say.

A mark is an element with ``data-v="SLUG/NUMBER"``; the number is that of the value in the
records of the post SLUG. The same reader sees a page when it is made and when it is audited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from reportgen.blog.escape import escape
from reportgen.posts.items import TextItem, ValueItem
from reportgen.posts.origins import Origin
from reportgen.posts.tokens import TOKEN, Tokens

CLASS = "rg-num"
UNMARKED = re.compile(
    r"<!--.*?-->|<(script|style|title|textarea|option|svg)\b.*?</\1\s*>"
    r"""|<[A-Za-z/!](?:"[^"]*"|'[^']*'|[^<>"'])*>"""  # tags
    r"|(?:!\[[^\]\n]*)?\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|!\[[^\]\n]*\]"  # links
    r"|^ {0,3}\[(?!\^)[^\]\n]+\]:.*$"
    r"|\{[:%{#][^}\n]*\}",  # attributes, Liquid
    re.DOTALL | re.MULTILINE,
)
"""Where a value stands as text alone, because no element can."""

ADDRESSES = ("src", "srcset", "poster", "data")
TELLING = ("alt", "aria-label", "title", "alttext", "d", "points", "value", "data-x", "data-y",
           "data-name", "data-what")  # fmt: skip
"""Attributes that draw a chart, or that readers hear or hover."""

FILE = re.compile(r"/assets/figures/([^/\s]+)/([^/\s\"'?#,]+)")
MARKED = re.compile(rf'<span class="{CLASS}" data-v="[^"]*">(.*?)</span>')


def attributes(slug: str, number: int) -> str:
    """The attributes of a marked element, but for its class."""
    return f'data-v="{slug}/{number}"'


def without_marks(markup: str) -> str:
    """HTML for another place than the text, such as a table of contents."""
    return MARKED.sub(r"\1", markup)


def unmarked(text: str, tokens: Tokens) -> str:
    """Markdown in which values are plain text where no element can stand."""

    def plain(match: re.Match[str]) -> str:
        item = tokens.get(match)
        return as_it_is(item.text) if isinstance(item, ValueItem) else match[0]

    return UNMARKED.sub(lambda place: TOKEN.sub(plain, place[0]), text)


def as_it_is(text: str) -> str:
    """A value's text where no element may stand, escaped where it needs to be."""
    return text if re.fullmatch(r"[\w.,\u2212\u00a0-]*", text) else escape(text)


def values_in(text: str, tokens: Tokens) -> tuple[ValueItem, ...]:
    """The values of runs that are quoted in a piece of text."""
    items = (tokens.get(match) for match in TOKEN.finditer(text))
    return tuple(item for item in items if isinstance(item, ValueItem) and item.origin)


def as_one(values: tuple[ValueItem, ...], text: str) -> ValueItem:
    """What quotes several values, such as a formula, as one of this ``text``."""
    paths = dict.fromkeys(path for value in values if value.origin for path in value.origin.paths)
    return ValueItem(text, value=text, origin=Origin(tuple(paths), itself=False))


def filled(code: str, tokens: Tokens) -> str:
    """Code in which quoted values are as they are."""

    def plain(match: re.Match[str]) -> str:
        item = tokens.get(match)
        return item.text if isinstance(item, TextItem | ValueItem) else match[0]

    return TOKEN.sub(plain, code)


@dataclass
class Mark:
    """One marked element of a page: its ``id``, its text, and the line where it begins."""

    id: str
    line: int
    text: str = ""
    value: str | None = None  # the number that it gives to machines, if it does


@dataclass
class Figure:
    """One figure of a page: its anchor, all of its text, what its attributes draw and tell, and
    its files: post, name and line."""

    anchor: str
    line: int
    text: str = ""
    drawn: str = ""
    files: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def named(self) -> str:
        """The names of its files as it shows and links them, in order."""
        return "\n".join(unquote(name) for _, name, _ in self.files)


@dataclass
class Open:
    """An element that is being read: how many of its kind are open within it."""

    tag: str
    found: Mark | Figure
    depth: int = 1


class PageReader(HTMLParser):
    """Reads the marks and the figures of a page, or of generated Markdown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marks: list[Mark] = []
        self.figures: list[Figure] = []
        self.open: list[Open] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open marks and figures, and note the files of a figure."""
        for each in self.open:
            each.depth += each.tag == tag
        given, line = {name: value or "" for name, value in attrs}, self.getpos()[0]
        figures = [each.found for each in self.open if isinstance(each.found, Figure)]
        for name in ("src", "srcset", "href") if figures else ():
            figures[0].files += [(*found, line) for found in FILE.findall(given.get(name, ""))]
        for figure in figures[:1]:
            figure.drawn += "".join(f"{name}={text}\n" for name, text in telling(given))
        marks = [each.found for each in self.open if isinstance(each.found, Mark)]
        if tag == "data" and marks:
            marks[-1].value = given.get("value")
        if "data-v" in given:
            self.begin(tag, Mark(given["data-v"], line), self.marks)
        if tag == "figure" and "rg" in given.get("class", "").split():
            self.begin(tag, Figure(given.get("id", ""), line), self.figures)

    def begin(self, tag: str, found: Mark | Figure, kept: list[Any]) -> None:
        """Keep a mark or figure, and follow it to its end."""
        kept.append(found)
        self.open.append(Open(tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read ``<tag/>`` as an element that ends at once."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what ends here."""
        for each in self.open:
            each.depth -= each.tag == tag
        self.open = [each for each in self.open if each.depth > 0]

    def handle_data(self, data: str) -> None:
        """Add text to all that is open."""
        for each in self.open:
            each.found.text += data


def telling(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What the attributes of an element in a figure show and say, and its pictures that are no
    file of a figure."""
    for name in sorted(given):
        if name in ADDRESSES:
            if not FILE.search(given[name]):
                yield name, given[name].rpartition("/")[2]
        elif name in TELLING:
            yield name, given[name]


def same(text: str) -> str:
    """Text as it is compared: without the white space that pages may change."""
    return re.sub(r"\s+", "", text)


def text_of(markup: str) -> str:
    """The text of HTML."""
    reader = PageReader(f'<div data-v="">{markup}</div>')
    return reader.marks[0].text
