"""The tree that kramdown's grammar makes of a text; every part knows where it comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reportgen.blog.text import EMPTY, Piece, Text
from reportgen.errors import ReportgenError

Range = tuple[int, int]
NOWHERE: Range = (0, 0)
TEXT_KINDS = ("heading", "paragraph", "cell", "term")
"""The kinds of block whose text holds spans."""
SHOWN = frozenset(
    ("paragraph", "heading", "quote", "code", "fence", "list", "item", "term", "definition",
     "table", "section", "row", "cell", "rule", "maths", "html", "comment", "extension")
)  # fmt: skip
BLOCKS = frozenset(
    ("blank", "paragraph", "heading", "quote", "code", "fence", "list", "item", "term",
     "definition", "table", "cell", "rule")
)  # fmt: skip


class Span(NamedTuple):
    """One construct between ``start`` and ``end`` of its block's text, as it is written.

    ``kind``: emphasis (of ``info`` * ** _ __), code, element, raw (an element whose text is not
    Markdown, such as <code>), html (a tag), comment, autolink, link, image, reference, footnote,
    maths ($$), dollar ($), attributes, extension, quote, typography, entity, break, escape, strike.
    ``text`` and ``url`` are the ranges of a link's two parts.
    """

    kind: str
    start: int
    end: int
    info: str = ""
    text: Range = NOWHERE
    url: Range = NOWHERE


@dataclass
class Attributes:
    """An attribute list as it is written: values by name, and the names of lists it refers to."""

    values: dict[str, str] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)

    def set(self, name: str, value: str) -> None:
        """Sets a value; classes add up."""
        before = self.values.get(name) if name == "class" else None
        self.values[name] = value if before is None else f"{before} {value}".lstrip()


@dataclass(slots=True, eq=False)
class Element:
    """A block or a span. ``start`` and ``end`` are offsets in the source file.

    Blocks: root, blank, paragraph, heading, quote, code, fence, list, item, term, definition, rule,
    table, section, row, cell, maths, html, comment, instruction, extension, boundary (what ends a
    block and shows nothing: the end-of-block marker, definitions, attribute lists).
    Spans: text, emphasis, strong, code span, link, image, break, entity, symbol, smart quote,
    abbreviation, footnote, formula, html, comment, raw.

    ``value``: text, code, formula, name of a tag. ``info``: a fence's language, a list's tag, what
    a boundary is. ``text`` is what spans are read from, ``spans`` how they are written in it.
    """

    kind: str
    start: int = 0
    end: int = 0
    value: str = ""
    attr: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    info: str = ""
    level: int = 0
    text: Text = EMPTY
    spans: Sequence[Span] = ()
    ial: Attributes | None = None
    is_span: bool = False
    model: str = ""
    closed: bool = False
    transparent: bool = False
    pieces: list[str] | None = None
    waiting: list[Piece] | None = None

    @property
    def offset(self) -> int:
        """Where the block's text begins in the source file."""
        return self.text.origin(0) if self.text.string else self.start

    @property
    def is_block(self) -> bool:
        """Whether the element is a block for kramdown's rules of spacing."""
        return self.kind in BLOCKS or (self.kind in ("html", "maths") and not self.is_span)

    def blocks(self) -> Iterator["Element"]:
        """The blocks right inside; in raw HTML, those of the Markdown in it."""
        if self.kind in TEXT_KINDS:
            return
        for child in self.children:
            if child.kind == "html" and not child.text.string:
                yield from child.blocks()
            elif child.kind in SHOWN:
                yield child

    def walk(self) -> Iterator["Element"]:
        """This block and all blocks in it, in order."""
        yield self
        for child in self.blocks():
            yield from child.walk()


class Tangled(ReportgenError):
    """A text that is nested too deep, or too tangled to be read in time that is linear."""

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
