"""The errors that reportgen shows to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where something is: a file, and a line and column that count from 1."""

    file: str | Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


class ReportgenError(Exception):
    """What was asked and what is wrong (a sentence), where, and what to do next.

    ``excerpt`` is source text to show under the message, such as a line with a caret below it.
    """

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.place, self.hint, self.excerpt = message, place, hint, excerpt

    def __str__(self) -> str:
        first = f"{self.place}: {self.message}" if self.place else self.message
        return "\n".join(part for part in (first, self.excerpt, self.hint) if part)


class WrongUse(ReportgenError):
    """What was asked for cannot be, whatever the code does: the command line exits with 2."""


def together(faults: Sequence[ReportgenError]) -> ReportgenError:
    """Several errors as one, each with its place, excerpt and hint."""
    if len(faults) == 1:
        return faults[0]
    kind = WrongUse if all(isinstance(fault, WrongUse) for fault in faults) else ReportgenError
    return kind("\n\n".join([f"{len(faults)} faults:", *map(str, faults)]))


def did_you_mean(name: str, known: list[str]) -> str:
    """A sentence that names the known names nearest to ``name``, or all of a few, or ''."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(repr(n) for n in near)}?"
    if 0 < len(set(known)) <= 8:
        return f"Known: {', '.join(sorted(set(known)))}."
    return ""
