"""The cursor of the block parsers, and what all of them share."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import Lists
from reportgen.blog.kramdown.element import Attributes, Element, Tangled
from reportgen.blog.text import Piece, Text

SHALLOW, DEEPEST = 10, 60
"""How deep blocks and spans may nest; people's texts stay below ten."""
NESTED = {
    "item": ("A list", "Begin a new list at the margin, or give its parts headings."),
    "definition": ("A definition", "Begin a new list at the margin, or give its parts headings."),
    "quote": ("A quote", "Take some of the '>' before it away."),
    "html": ("An HTML element", "Close some of the elements around it."),
}
"""What an author calls that which nests, and what to do about it."""
FLATTEN = "The text", "Close some of the marks around it."


class State:
    """What one document defines, wherever it stands: links, notes, attribute lists, options."""

    def __init__(self, size: int, *, dollars: bool = False) -> None:
        self.links: dict[str, tuple[str, str | None, Element | None]] = {}
        self.notes: dict[str, tuple[Element, Element]] = {}
        self.lists: Lists = {}
        self.abbreviations: dict[str, tuple[str, Element]] = {}
        self.options: dict[str, str] = {}
        self.dollars = dollars
        self.depth = 0
        self.around = FLATTEN
        self.effort = 25_000 + size // 32

    def enter(self, kind: str, offset: int) -> None:
        """Counts a level of nesting. Raises Tangled where there are too many."""
        self.depth += 1
        self.around = NESTED.get(kind, self.around)
        if self.depth > DEEPEST:
            what, hint = self.around
            raise Tangled(f"{what} is nested more than {DEEPEST} levels deep here.", offset, hint)

    def spend(self, effort: int, offset: int) -> None:
        """Counts the work done. Raises Tangled where it grows faster than the text."""
        self.effort -= effort
        if self.effort < 0:
            message = "Too much is opened and not closed before here, such as '[', '<' or '*'."
            raise Tangled(
                message, offset, "Close it, or write a backslash before what stands alone."
            )

    def spend_deep(self, effort: int, offset: int) -> None:
        """Counts work done at every level again, where there are more than people's texts have."""
        if self.depth > SHALLOW:
            self.effort -= effort
            if self.effort < 0:
                what, hint = self.around
                raise Tangled(f"{what} nests deep over too many lines to be read.", offset, hint)

    def is_on(self, option: str, default: bool) -> bool:
        """The value of an option that is true or false."""
        value = self.options.get(option)
        return default if value is None else value.strip().lower() not in ("false", "")


class Scanner:
    """Reads the blocks of one text into ``tree``, the element at hand."""

    def __init__(self, text: Text, tree: Element, state: State) -> None:
        self.text, self.string, self.tree, self.state = text, text.string, tree, state
        self.position = 0
        self.attributes: Attributes | None = None
        self.markdown: list[tuple[int, int]] = []
        self.last_fence: int | None = None
        self._last: dict[str, int] = {}

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What ``pattern`` matches at the cursor."""
        return pattern.match(self.string, self.position)

    def scan(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What ``pattern`` matches at the cursor, which steps over it."""
        match = pattern.match(self.string, self.position)
        if match:
            self.position = match.end()
        return match

    def closes(self, sign: str) -> bool:
        """Whether a sign, in whatever case, stands below the cursor."""
        if sign not in self._last:
            self._last[sign] = self.string.lower().rfind(sign.lower())
        return self._last[sign] >= self.position

    @property
    def at_end(self) -> bool:
        """Whether the whole string has been read."""
        return self.position >= len(self.string)

    @property
    def here(self) -> int:
        """The offset of the cursor in the source file."""
        return self.text.origin(self.position)

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Positions as offsets in the source file."""
        first = self.text.origin(start)
        return first, (self.text.origin(end - 1) + 1 if end > start else first)

    def element(self, kind: str, start: int, end: int, **fields: object) -> Element:
        """A new block, with the attribute list that waits for one."""
        first, last = self.range(start, end)
        made = Element(kind, first, last, ial=self.attributes, **fields)  # type: ignore[arg-type]
        self.attributes = None
        return made

    def add(self, kind: str, start: int, end: int, **fields: object) -> Element:
        """Appends a new block."""
        made = self.element(kind, start, end, **fields)
        self.tree.children.append(made)
        return made

    def pieces(self, start: int, end: int) -> list[Piece]:
        """The text between two positions."""
        return self.text.cut(start, end)

    @property
    def last(self) -> Element | None:
        """The block before the cursor."""
        return self.tree.children[-1] if self.tree.children else None

    def after_boundary(self) -> bool:
        """Whether a table, a display formula or an underlined heading may begin here."""
        last = self.last
        return (
            last is None
            or last.kind == "blank"
            or (last.kind == "boundary" and not last.info)
            or self.attributes is not None
        )

    def before_boundary(self) -> bool:
        """Whether such a block may end here."""
        return self.match(p.BOUNDARY) is not None
