"""What a check reports: one fault at one place, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class Finding:
    """One fault. ``line`` and ``column`` count from 1; ``severity`` is "error" or "warning"."""

    rule: str
    severity: str
    path: Path
    line: int
    column: int
    message: str
    hint: str = ""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The key by which findings are sorted: place, then rule, then message."""
        return (self.path.as_posix(), self.line, self.column, self.rule, self.message)


class Hit(NamedTuple):
    """What a rule yields for one post: an offset in its source, the fault, and the mending."""

    offset: int
    message: str
    hint: str = ""
