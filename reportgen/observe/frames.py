"""Whose code is running, and which files belong to the project."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from reportgen.registry import imports
from reportgen.registry.imports import loaded
from reportgen.registry.own import PACKAGE, PYTHON, own_name

READERS = PACKAGE + "metrics" + os.sep
HERE = (str(Path(__file__).parent) + os.sep, imports.__file__)


class Places:
    """The own files of a project: those below its root by names relative to it."""

    def __init__(self, root: Path, exclude: Iterable[Path] = ()) -> None:
        self.root, self._given = str(Path(root).resolve()), os.path.abspath(root)
        excluded = {str(Path(folder).resolve()) for folder in exclude}
        self._excluded = tuple(folder + os.sep for folder in sorted(excluded))
        self.links: dict[str, str] = {}  # that the run has made: what they lead to

    def name(self, path: str) -> str | None:
        """``data/x.csv`` of a path inside of the project, the path of an own file elsewhere; None
        of others and excluded ones."""
        full = os.path.abspath(path)
        for link, target in self.links.items():
            if full == link or full.startswith(link + os.sep):
                full = target + full[len(link) :]
        if full.startswith(self._given + os.sep):
            full = self.root + full[len(self._given) :]
        if self._excluded and (full + os.sep).startswith(self._excluded):
            return None
        return own_name(full, self.root)

    def path(self, name: str) -> str:
        """The path of an own file by its name."""
        return os.path.join(self.root, name)

    def is_source(self, frame: FrameType) -> bool:
        """Whether a frame runs own code: the project's, or what it imports from next door."""
        file = frame.f_code.co_filename
        if not os.path.isabs(file) or (name := self.name(file)) is None:
            return False
        return not os.path.isabs(name) or file in loaded


def frames() -> Iterator[FrameType]:
    """The running frames from the innermost on, without those of the observation itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(HERE):
            yield frame
        frame = frame.f_back


def is_ours(frame: FrameType) -> bool:
    """Whether reportgen itself is running."""
    return frame.f_code.co_filename.startswith(PACKAGE)


def reads_for_others(frame: FrameType) -> bool:
    """Whether reportgen reads a file that own code has named."""
    return frame.f_code.co_filename.startswith(READERS)


def is_metadata(frame: FrameType) -> bool:
    """Whether a frame asks what is installed, which is the environment's business; what is loaded
    by an entry point is not."""
    asks = str(frame.f_globals.get("__name__")).startswith("importlib.metadata")
    return asks and frame.f_code.co_qualname != "EntryPoint.load"


def package_imported(frame: FrameType) -> str:
    """The package whose import a frame is; '' of others, and of a text that is executed."""
    code = frame.f_code
    if code.co_name != "<module>" or code.co_filename.startswith("<"):
        return ""
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def is_from_python(frame: FrameType) -> bool:
    """Whether a frame is of the standard library (or of a string that was executed)."""
    file = frame.f_code.co_filename
    return file.startswith("<") or (file.startswith(PYTHON) and "-packages" not in file)


def owner_of(
    place: Places, *, direct: bool = False, source: bool = False, settings: bool = False
) -> str | None:
    """'' if the run reads, a module if its import does, None if this does not concern us.

    Nothing that reportgen itself reads does, but for logs that it was asked to read. With
    ``direct`` only what own code reads by itself or by the standard library does; with
    ``source`` also not the look of a traceback or a warning at the line of code that it shows;
    with ``settings`` also what the import of a package reads, which is noted under
    ``package NAME``.
    """
    inside, asked, package, passed = False, False, "", set()
    for frame in frames():
        asked |= reads_for_others(frame)
        if place.is_source(frame):
            if package and not inside:
                return f"package {package}"
            inside = True
            if frame.f_code.co_name == "<module>":
                return frame.f_code.co_filename
        elif is_ours(frame):
            if inside or not asked:
                return "" if inside else f"package {package}" if package else None
        elif not inside:
            package = package_imported(frame) or package
            if is_metadata(frame) or (package and not settings):
                return None
            if (direct or source) and not is_from_python(frame):
                return None
            passed.add(frame.f_globals.get("__name__"))
        if inside and source and "linecache" in passed and "inspect" not in passed:
            return None
    return f"package {package}" if package and not inside else ""
