"""Reading results from Python."""

from pathlib import Path
from typing import Any


def load(name: str, *, start: Path | None = None) -> Any:
    """The recorded value of an artifact or a figure of the project of ``start`` (here by default).

    Arrays are read when they are touched. Raises ReportgenError for an unknown name, and where
    the node has no fresh record.
    """
    from reportgen.engine.draw import results_of
    from reportgen.engine.session import Session
    from reportgen.project import find_project

    results = results_of(Session(find_project(start)))
    return results.value(name, [])
