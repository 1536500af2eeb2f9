"""Blocks, and the cursor that the block parsers share."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.spans import Span, spans
from reportgen.blog.text import Text

TEXT_KINDS = ("heading", "paragraph", "cell", "term")
"""The kinds whose text holds spans."""


@dataclass(slots=True)
class Block:
    """One block. ``text`` is what spans are read from, or the raw content of code and HTML.

    ``kind``: heading, paragraph, table, cell, maths, code, fence, html, comment, quote, list, item,
    term, definition, rule, footnote, link, attributes, blank, boundary.
    ``info`` is the language of a fence, the id of a heading, the name of a tag, footnote or link.
    ``attributes`` are those of kramdown's attribute lists, such as " .class #id".
    """

    kind: str
    text: Text
    level: int = 0
    info: str = ""
    children: list["Block"] = field(default_factory=list)
    attributes: str = ""
    _spans: list[Span] | None = None

    @property
    def offset(self) -> int:
        """Where the block begins in the source file."""
        return self.text.origin(0)

    @property
    def spans(self) -> list[Span]:
        """The spans of a block of text, in order; nothing for the other kinds."""
        if self._spans is None:
            self._spans = spans(self.text.string) if self.kind in TEXT_KINDS else []
        return self._spans

    def walk(self) -> Iterator["Block"]:
        """This block and all blocks in it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Scanner:
    """Reads the blocks of one text.

    ``steps_at`` gives the parsers to try, in order, where a character stands at the cursor.
    """

    def __init__(self, text: Text, steps_at: "StepsAt") -> None:
        self.text, self.string, self.steps_at = text, text.string, steps_at
        self.position = 0
        self.found: list[Block] = []
        self.attributes = ""

    def blocks(self, closing: str = "") -> list[Block]:
        """All blocks up to the end, or up to the closing tag of the element ``closing``."""
        outer, self.found = self.found, []
        while self.position < len(self.string) and not (closing and self._closes(closing)):
            for step in self.steps_at(self.string[self.position]):
                if step(self):
                    break
        found, self.found = self.found, outer
        return found

    def _closes(self, name: str) -> bool:
        match = self.match(_closing_tag(name))
        if match:
            self.position = match.end()
        return match is not None

    def nested(self, text: Text) -> list[Block]:
        """The blocks of a text inside this one, such as that of a list item."""
        return Scanner(text, self.steps_at).blocks()

    def add(self, kind: str, text: Text, level: int = 0, info: str = "") -> Block:
        """Appends a block, with the attribute list that waits for one."""
        block = Block(kind, text, level, info)
        if kind not in ("blank", "boundary", "attributes", "comment"):
            block.attributes, self.attributes = self.attributes, ""
        self.found.append(block)
        return block

    def take(self, kind: str, match: re.Match[str] | None, info: str = "") -> bool:
        """Appends a block for the whole match and steps over it; False without a match."""
        if match is None:
            return False
        self.add(kind, self.text.part(match.start(), match.end()), info=info)
        self.position = match.end()
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What ``pattern`` matches at the cursor."""
        return pattern.match(self.string, self.position)

    @property
    def last(self) -> Block | None:
        """The block before the cursor."""
        return self.found[-1] if self.found else None

    def after_boundary(self) -> bool:
        """Whether a table, a display formula or an underlined heading may begin here."""
        return self.last is None or self.last.kind in ("blank", "boundary") or bool(self.attributes)

    def before_boundary(self, position: int) -> bool:
        """Whether such a block may end at ``position``."""
        return p.BOUNDARY.match(self.string, position) is not None


@cache
def _closing_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf" {{0,3}}</({name})\s*>", re.IGNORECASE)


Step = Callable[[Scanner], bool]
StepsAt = Callable[[str], Sequence[Step]]
