"""What is wrong, as the browser shows it: a sentence, a place, the source around it."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from traceback import format_exception
from typing import Any

from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.files import read_json
from reportgen.registry import Node

FRAME = re.compile(r'^  File "([^"]+)", line (\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Problem:
    """One thing to mend. ``slug`` is the post that it concerns, '' where it concerns all."""

    title: str
    message: str
    file: str = ""
    line: int | None = None
    excerpt: str = ""
    hint: str = ""
    trace: str = ""
    slug: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types for the page."""
        return asdict(self)


def of_error(error: ReportgenError, title: str, root: Path, slug: str = "") -> Problem:
    """The problem that an error tells of, with an excerpt of its file where it brings none."""
    place = error.place
    file = relative(str(place.file), root) if place else ""
    line = place.line if place else None
    return Problem(
        title,
        error.message,
        file,
        line,
        error.excerpt or excerpt(root / file, line),
        error.hint or "",
        slug=slug,
    )


def of_failure(session: Session, node: Node, slug: str = "") -> Problem:
    """Why the last run of a node failed, at the line of the project's own code that raised."""
    report = read_json(session.failure_file(node)) or {}
    trace = str(report.get("traceback", ""))
    root = session.project.root
    found = ((file, int(line)) for file, line in FRAME.findall(trace))  # compiled ones are relative
    frames = [(f, n) for f, n in found if not Path(f).is_absolute() and (root / f).is_file()]
    file, line = frames[-1] if frames else (node.file, node.line)
    name = f"Figure {node.id}" if node.is_figure else f"Artifact '{node.name}'"
    return Problem(
        f"{name} failed",
        str(report.get("text") or session.status(node).reason),
        relative(file, root),
        line,
        excerpt(root / file, line),
        trace=trace,
        slug=slug,
    )


def of_fault(error: Exception) -> Problem:
    """An error that should not have come so far."""
    return Problem(
        "reportgen itself failed",
        f"{type(error).__name__}: {error}",
        hint="Please report it, with all that it said. The preview goes on.",
        trace="".join(format_exception(error)),
    )


def relative(file: str, root: Path) -> str:
    """The file as seen from the root, where it lies below."""
    path = Path(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file


def excerpt(file: Path, line: int | None, around: int = 2) -> str:
    """The lines around a line, which is marked; '' where there is no such file or line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    if line is None or not 1 <= line <= len(lines):
        return ""
    first, last = max(1, line - around), min(len(lines), line + around)
    return "\n".join(
        f"{'>' if n == line else ' '}{n:5} | {lines[n - 1]}"[:160] for n in range(first, last + 1)
    )
