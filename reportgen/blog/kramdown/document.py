"""Reads a whole text: its blocks, then their spans, then what only the whole can tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import apply_attributes
from reportgen.blog.kramdown.blocks import read_blocks
from reportgen.blog.kramdown.element import TEXT_KINDS, Element
from reportgen.blog.kramdown.scanner import State
from reportgen.blog.kramdown.spans import read_spans
from reportgen.blog.text import Text

if TYPE_CHECKING:
    from reportgen.blog.kramdown.code import Highlight

SHOWN = {"lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "mdash": "—", "ndash": "–",
         "hellip": "…", "laquo": "«", "raquo": "»", "laquo_space": "«\u00a0",
         "raquo_space": "\u00a0»"}  # fmt: skip


class Document:
    """A text as kramdown reads it. ``root`` holds the blocks; positions are those of the source.

    ``dollars`` is a dialect: ``$`` encloses formulas, in which nothing else counts, ``{#label}``
    may follow a displayed one, and a table needs a row of dashes below its head.

    Raises Tangled, with an offset, where blocks or spans nest too deep or are too tangled.
    """

    def __init__(self, text: str | Text, *, dollars: bool = False) -> None:
        text = (
            text
            if isinstance(text, Text)
            else Text([(text.replace("\r\n", "\n").replace("\r", "\n"), 0)])
        )
        size = len(text.string)
        if not text.string.endswith("\n"):
            text = Text([*text.cut(0, size), ("\n", text.origin(size - 1) + 1 if size else 0)])
        self.text = text
        self.state = State(size, dollars=dollars)
        self.root = Element("root", text.origin(0), text.origin(size - 1) + 1 if size else 0)
        self.boundaries: list[Element] = []
        read_blocks(text, self.root, self.state)
        self._finish(self.root)
        for note, _ in self.state.notes.values():
            self._finish(note)
        abbreviations = self.state.abbreviations
        if abbreviations:
            names = "|".join(re.escape(n) for n in sorted(abbreviations, key=len, reverse=True))
            pattern = re.compile(rf"(?<!{p.W})(?:{names})(?!{p.W})")
            for top in (self.root, *(note for note, _ in self.state.notes.values())):
                _abbreviate(top, pattern)
        self._ids: dict[str, int] = {}
        self._settle(self.root)

    def html(self, highlight: Highlight | None = None) -> str:
        """The HTML that kramdown writes; ``highlight`` colours code as Jekyll does."""
        from reportgen.blog.kramdown.convert import parts_of
        from reportgen.blog.kramdown.parts import written

        return written(parts_of(self, highlight))

    @property
    def blocks(self) -> list[Element]:
        """The blocks of the text, outermost only, without blank lines."""
        return list(self.root.blocks())

    def walk(self) -> Iterator[Element]:
        """All blocks, and those of the footnotes, in the order of the source."""
        notes = [note for note, _ in self.state.notes.values()]
        found = [
            inner for top in (self.root, *notes) for block in top.blocks() for inner in block.walk()
        ]
        return iter(sorted(found, key=lambda block: block.start) if notes else found)

    def _finish(self, element: Element) -> None:
        """Reads the spans below an element, and sets the attributes that lists give."""
        kept: list[Element] = []
        last: Element | None = None
        for child in element.children:
            if child.kind == "raw text":
                if child.waiting is not None:
                    child.text = Text(child.waiting)
                inner = Element("root")
                spans = read_spans(child.text, inner, self.state)
                if element.kind in TEXT_KINDS:
                    element.text, element.spans = child.text, spans
                kept += inner.children
                for span in inner.children:
                    _join_pieces(span)
            elif child.kind == "blank" and last is not None and last.kind == "blank":
                last.value += child.value
            else:
                if child.pieces is not None:
                    _join_pieces(child)
                elif child.kind != "boundary":
                    self._finish(child)
                if child.ial:
                    apply_attributes(child.attr, child.ial, self.state.lists)
                (self.boundaries if child.kind == "boundary" else kept).append(child)
            last = last if child.kind == "boundary" else child
        element.children = kept

    def _settle(self, element: Element) -> None:
        """Breaks lines after a backslash, and names headings, as GitHub's dialect does."""
        kept: list[Element] = []
        for child in element.children:
            if child.kind == "text" and "\\\n" in child.value:
                kept += _broken(element, child)
                continue
            if (
                child.kind == "heading"
                and "id" not in child.attr
                and self.state.is_on("auto_ids", True)
            ):
                prefix = self.state.options.get("auto_id_prefix", "")
                child.attr["id"] = prefix + header_id(plain_text(child), self._ids)
            elif child.kind not in ("html", "heading"):
                self._settle(child)
            kept.append(child)
        element.children = kept


def read_line(text: str) -> Element:
    """A line of running text as one paragraph, in the dialect ``dollars``."""
    line = Element("paragraph", 0, len(text), text=Text([(text, 0)]))
    line.spans = read_spans(line.text, line, State(len(text), dollars=True))
    return line


def _join_pieces(element: Element) -> None:
    if element.pieces is not None:
        element.value, element.pieces = "".join(element.pieces), None
    for child in element.children:
        _join_pieces(child)


def _broken(parent: Element, text: Element) -> Iterator[Element]:
    lines = text.value.split("\\\n")
    is_last = parent.is_block and text is parent.children[-1] and not lines[-1]
    for i, line in enumerate(lines):
        yield Element("text", text.start, text.end, value=f"\n{line}" if i else line, is_span=True)
        if i < len(lines) - 2 or (i == len(lines) - 2 and not is_last):
            yield Element("break", text.start, text.end, is_span=True)


def plain_text(element: Element) -> str:
    """The text of a heading, for its id: as it is read, without its marks."""
    if element.kind in ("text", "code span", "formula", "abbreviation"):
        return element.value
    if element.kind == "entity":
        return chr(element.level) if element.level < 0x110000 else ""
    if element.kind in ("smart quote", "symbol"):
        return SHOWN[element.value]
    return "".join(plain_text(child) for child in element.children)


def header_id(text: str, used: dict[str, int]) -> str:
    """The id that kramdown's GFM parser gives to a heading, see ``counted``."""
    kept = (c for c in text.lower() if c in "- \t" or _is_word(c))
    return counted(re.sub(r"[ \t]", "-", "".join(kept)), used)


def counted(name: str, used: dict[str, int]) -> str:
    """An id that no heading has yet: repeats get -1, -2."""
    used[name] = used.get(name, -1) + 1
    return f"{name}-{used[name]}" if used[name] else name


def _is_word(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind in ("Nd", "Nl", "Pc")


def _abbreviate(element: Element, pattern: re.Pattern[str]) -> None:
    """Marks the abbreviations in the text below an element."""
    kept: list[Element] = []
    for child in element.children:
        if child.kind != "text" or element.model == "raw":
            _abbreviate(child, pattern)
            kept.append(child)
            continue
        position = 0
        for match in pattern.finditer(child.value):
            kept.append(_text(child, position, match.start()))
            kept.append(_text(child, match.start(), match.end()))
            kept[-1].kind = "abbreviation"
            position = match.end()
        kept.append(_text(child, position, len(child.value)) if position else child)
    element.children = kept


def _text(text: Element, start: int, end: int) -> Element:
    return Element("text", text.start, text.end, value=text.value[start:end], is_span=True)
