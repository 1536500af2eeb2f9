"""Text that knows where each of its characters comes from, however it was cut and joined."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

Piece = tuple[str, int]
"""A string and the offset in the source file of its first character."""

ONE_START = [0]


class Text:
    """Pieces of one source file, joined to one string."""

    __slots__ = ("_origins", "_starts", "string")

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        pieces = [piece for piece in pieces if piece[0]]
        self._origins = [origin for _, origin in pieces]
        if len(pieces) == 1:  # nearly all are
            self.string, self._starts = pieces[0][0], ONE_START
            return
        self.string = "".join(string for string, _ in pieces)
        self._starts = list(accumulate((len(string) for string, _ in pieces[:-1]), initial=0))

    def origin(self, position: int) -> int:
        """The offset in the source file of the character at ``position``."""
        if len(self._origins) == 1:
            return self._origins[0] + position
        if not self._origins:
            return 0
        index = bisect_right(self._starts, max(position, 0)) - 1
        return self._origins[index] + position - self._starts[index]

    def cut(self, start: int, end: int) -> list[Piece]:
        """The pieces between two positions, for building another Text."""
        if start >= end or not self._origins:
            return []
        if len(self._origins) == 1:
            return [(self.string[start:end], self._origins[0] + start)]
        index = max(bisect_right(self._starts, start) - 1, 0)
        if index + 1 == len(self._starts) or end <= self._starts[index + 1]:
            return [(self.string[start:end], self._origins[index] + start - self._starts[index])]
        pieces: list[Piece] = []
        while start < end and index < len(self._starts):
            following = self._starts[index + 1 : index + 2] or [len(self.string)]
            stop = min(end, following[0])
            pieces.append((self.string[start:stop], self.origin(start)))
            start, index = stop, index + 1
        return pieces

    def ranges(self) -> list[tuple[int, int]]:
        """The ranges of the source file that the text is made of."""
        found: list[tuple[int, int]] = []
        ends = [*self._starts[1:], len(self.string)]
        for origin, start, end in zip(self._origins, self._starts, ends, strict=False):
            if found and found[-1][1] == origin:
                found[-1] = found[-1][0], origin + end - start
            else:
                found.append((origin, origin + end - start))
        return found

    def part(self, start: int, end: int) -> "Text":
        """The text between two positions."""
        return Text(self.cut(start, end))


EMPTY = Text()
"""The text that most elements share, since they have none of their own."""


def replaced(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """A text with another one at each place, from one offset to another, in order."""
    parts, position = [], 0
    for start, end, other in places:
        parts += [text[position:start], other]
        position = end
    return "".join([*parts, text[position:]])


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
