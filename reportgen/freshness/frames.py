"""Whose code is running, and which files belong to the project."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

OURS = str(Path(__file__).parents[1]) + os.sep
READERS = str(Path(__file__).parents[1] / "metrics") + os.sep
HERE = str(Path(__file__).parent) + os.sep
PYTHON = os.path.dirname(os.__file__) + os.sep
# No files of these folders are sources or inputs of a project.
FOREIGN = frozenset({".git", ".venv", "__pycache__", "site-packages"})


class Places:
    """The files of a project, by names relative to its root."""

    def __init__(self, root: Path, exclude: Iterable[Path] = ()) -> None:
        self.root = str(Path(root).resolve())
        self._roots = tuple({self.root + os.sep, os.path.abspath(root) + os.sep})
        excluded = {str(Path(folder).resolve()) for folder in exclude}
        self._excluded = tuple(folder + os.sep for folder in sorted(excluded))
        self._sources: dict[str, bool] = {}

    def name(self, path: str) -> str | None:
        """``data/x.csv`` of a path inside of the project; None of others and excluded ones."""
        full = os.path.abspath(path)
        if full.startswith(OURS):
            return None
        for root in self._roots:
            if full.startswith(root):
                name = full[len(root) :].replace(os.sep, "/")
                out = (os.path.join(self.root, name) + os.sep).startswith(self._excluded)
                return None if out or not FOREIGN.isdisjoint(name.split("/")) else name
        return "." if full + os.sep in self._roots else None

    def is_source(self, frame: FrameType) -> bool:
        """Whether a frame runs the project's own code."""
        file = frame.f_code.co_filename
        if file not in self._sources:
            ours = file.startswith(OURS) or not os.path.isabs(file)
            self._sources[file] = not ours and self.name(file) is not None
        return self._sources[file]


def frames() -> Iterator[FrameType]:
    """The running frames from the innermost on, without those of the observation itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(HERE):
            yield frame
        frame = frame.f_back


def is_ours(frame: FrameType) -> bool:
    """Whether reportgen itself is running."""
    return frame.f_code.co_filename.startswith(OURS)


def reads_for_others(frame: FrameType) -> bool:
    """Whether reportgen reads a file that the project's own code has named."""
    return frame.f_code.co_filename.startswith(READERS)


def is_about_packages(frame: FrameType) -> bool:
    """Whether a frame imports a package or asks what is installed.

    Where it looks on its way, the project's folder among others, is the environment's business.
    """
    if frame.f_code.co_name == "<module>":
        return True
    return str(frame.f_globals.get("__name__")).startswith("importlib.metadata")


def is_from_python(frame: FrameType) -> bool:
    """Whether a frame is of the standard library (or of a string that was executed)."""
    file = frame.f_code.co_filename
    return file.startswith("<") or (file.startswith(PYTHON) and "site-packages" not in file)
