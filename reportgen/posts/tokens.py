"""Marks in private-use characters that travel through Jinja and Markdown unharmed.

A *token* stands for something that is only known later (a figure's number, a page's address, a
formula's markup). A *line mark* tells which line of the source a line of output came from.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from reportgen.posts.origins import Origin, traced

OPEN, CLOSE = "\ue000", "\ue001"
LINE_OPEN, LINE_CLOSE = "\ue002", "\ue003"
DIGITS = {ord(str(i)): 0xE010 + i for i in range(10)}
PLAIN = {0xE010 + i: str(i) for i in range(10)}
TOKEN = re.compile(f"{OPEN}([\ue010-\ue019]+){CLOSE}")
LINE_MARK = re.compile(f"{LINE_OPEN}([\ue010-\ue019]+){LINE_CLOSE}")


@dataclass
class Tokens:
    """The things that the tokens of one post stand for.

    ``read`` holds the paths of the recorded values that the expression has read which the
    template prints next.
    """

    items: list[Any] = field(default_factory=list)
    read: list[tuple[str, ...]] = field(default_factory=list)

    def noted(self, value: Any, path: tuple[str, ...]) -> Any:
        """A recorded value that a template reads, with its origin."""
        self.read.append(path)
        return traced(value, Origin((path,)))

    def origin(self) -> Origin | None:
        """The origin of what was computed in a way that values do not survive."""
        return Origin(tuple(dict.fromkeys(self.read)), itself=False) if self.read else None

    def put(self, item: Any) -> str:
        """A token for ``item``."""
        self.items.append(item)
        return f"{OPEN}{str(len(self.items) - 1).translate(DIGITS)}{CLOSE}"

    def mark(self, item: Any) -> Markup:
        """``put`` for a template, which leaves it as it is."""
        return Markup(self.put(item))

    def get(self, match: re.Match[str]) -> Any:
        """What the token stands for that a match has found."""
        return self.items[int(match[1].translate(PLAIN))]

    def replace(self, text: str, render: Callable[[Any], str]) -> str:
        """The text with every token rendered, also those that rendering brought in."""
        while TOKEN.search(text):
            text = TOKEN.sub(lambda match: render(self.get(match)), text)
        return text


def mark_lines(text: str, line: int) -> str:
    """Template data that starts at ``line``, each of its lines marked with its number."""
    return "\n".join(
        f"{LINE_OPEN}{str(number).translate(DIGITS)}{LINE_CLOSE}{part}"
        for number, part in enumerate(text.split("\n"), line)
    )


@dataclass(frozen=True)
class Text:
    """Rendered text that knows the source line of each of its own lines."""

    text: str
    starts: list[int]
    origins: list[int]

    def line(self, offset: int) -> int:
        """The source line of the character at ``offset``."""
        return self.origins[max(0, bisect_right(self.starts, offset) - 1)]


def unmark(marked: str) -> Text:
    """Take the line marks out of rendered text and remember what they said."""
    lines, starts, origins = [], [], []
    offset, current = 0, 1
    for line in marked.split("\n"):
        plain = LINE_MARK.sub("", line)
        before, *pieces = map(str, LINE_MARK.split(line))
        marks = [int(mark.translate(PLAIN)) for mark in pieces[::2]]
        saying = (mark for mark, text in zip(marks, pieces[1::2], strict=True) if text)
        last = marks[-1] if marks else current
        origins.append(current if before else next(saying, last))
        current = last
        lines.append(plain)
        starts.append(offset)
        offset += len(plain) + 1
    return Text("\n".join(lines), starts, origins)
