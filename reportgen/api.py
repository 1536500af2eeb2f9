"""Reading results from Python."""

from pathlib import Path
from typing import Any


def load(name: str, *, start: Path | None = None, kept: bool = False) -> Any:
    """The recorded value of an artifact or a figure of the project of ``start`` (here by default).

    Arrays are read when they are touched. With ``kept``, what its last run computed and could not
    record. Raises ReportgenError for an unknown name, and where there is no such value.
    """
    from reportgen.engine.draw import results_of
    from reportgen.engine.session import Session
    from reportgen.project import find_project

    if kept:
        return load_kept(find_project(start).store_dir, name)
    results = results_of(Session(find_project(start)))
    return results.value(name, [])


def load_kept(store: Path, name: str) -> Any:
    """What a failed run computed, kept where its result could not be."""
    from reportgen.engine.places import kept_file
    from reportgen.engine.session import forbid_inside_a_run
    from reportgen.errors import ReportgenError
    from reportgen.store.values import load_file

    forbid_inside_a_run()
    file = kept_file(store, name)
    if not file.is_file():
        raise ReportgenError(f"No value of '{name}' is kept beside the records.")
    return load_file(file)[0]
