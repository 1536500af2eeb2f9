"""Text that knows where each of its characters comes from, however it was cut and joined."""

from bisect import bisect_right
from collections.abc import Iterable

Piece = tuple[str, int]
"""A string and the offset in the source file of its first character."""


class Text:
    """Pieces of one source file, joined to one string."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._starts: list[int] = []
        self._origins: list[int] = []
        strings, length = [], 0
        for string, origin in pieces:
            if string:
                self._starts.append(length)
                self._origins.append(origin)
                strings.append(string)
                length += len(string)
        self.string = "".join(strings)

    def origin(self, position: int) -> int:
        """The offset in the source file of the character at ``position``."""
        if not self._starts:
            return 0
        index = bisect_right(self._starts, max(position, 0)) - 1
        return self._origins[index] + position - self._starts[index]

    def cut(self, start: int, end: int) -> list[Piece]:
        """The pieces between two positions, for building another Text."""
        pieces: list[Piece] = []
        index = max(bisect_right(self._starts, start) - 1, 0)
        while start < end and index < len(self._starts):
            following = self._starts[index + 1 : index + 2] or [len(self.string)]
            stop = min(end, following[0])
            pieces.append((self.string[start:stop], self.origin(start)))
            start, index = stop, index + 1
        return pieces

    def part(self, start: int, end: int) -> "Text":
        """The text between two positions."""
        return Text(self.cut(start, end))


class Lines:
    """Turns offsets in a string into lines and columns that count from 1."""

    def __init__(self, string: str) -> None:
        self._starts = [0]
        position = string.find("\n")
        while position >= 0:
            self._starts.append(position + 1)
            position = string.find("\n", position + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of the character at ``offset``."""
        line = bisect_right(self._starts, max(offset, 0))
        return line, offset - self._starts[line - 1] + 1
