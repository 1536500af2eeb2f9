"""A worker's memory of the project's modules: what was edited since its import is imported anew.

Packages such as torch stay loaded, so that a warm worker runs edited code within a moment. The
project's modules are forgotten all together, because each may hold functions of another.
"""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from reportgen.errors import Place, ReportgenError
from reportgen.freshness import observe
from reportgen.registry.decorators import REGISTERED
from reportgen.registry.imports import import_from_source, in_project

SAVED_MEANWHILE = "was saved while this run began"

Stamp = tuple[int, int, int] | None

_imported: dict[str, str] = {}  # module file to the digest of what was imported
_read: dict[str, Stamp] = {}  # files that modules read while they were imported


def renew(root: str, sources: Mapping[str, str]) -> None:
    """Forget the project's modules if any of them, or what they read, is no longer as imported.

    ``sources`` maps the files that the next run needs, relative to ``root``, to their digests.
    """
    import_from_source(root)
    importlib.invalidate_caches()  # else a module that is new in a known folder is not found
    if any(outdated(file, root, sources) for file in _imported) or any(
        stamp(path) != known for path, known in _read.items()
    ):
        forget(root)


def outdated(file: str, root: str, sources: Mapping[str, str]) -> bool:
    return _imported[file] != (sources.get(name_of(file, root)) or digest_of(file))


def forget(root: str) -> None:
    """Make the next import of every project module read its file."""
    gone = [name for name, module in list(sys.modules.items()) if is_project_module(module, root)]
    for name in gone:
        del sys.modules[name]
    for name, (node, _) in list(REGISTERED.items()):
        if node.module in gone:
            del REGISTERED[name]
    observe.forget(_imported)
    _imported.clear()
    _read.clear()


def remember(root: str, sources: Mapping[str, str]) -> None:
    """Note what has been imported. Raises ReportgenError where that is not what ``sources`` says.

    A file that was saved between the look at the project and this import would otherwise give a
    result under the key of its earlier text.
    """
    for file in project_files(root):
        name = name_of(file, root)
        if file not in _imported:
            _imported[file] = digest_of(file)
            _read.update((path, stamp(path)) for path in observe.read_by(file, root))
        if _imported[file] != sources.get(name, _imported[file]):
            raise ReportgenError(
                f"'{name}' {SAVED_MEANWHILE}.",
                place=Place(name),
                hint="Build again: the next run takes it as it is now.",
            )


@cache
def name_of(file: str, root: str) -> str:
    return Path(os.path.relpath(file, root)).as_posix()


def project_files(root: str) -> Iterator[str]:
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and file.endswith(".py") and is_project_module(module, root):
            yield file


def is_project_module(module: ModuleType, root: str) -> bool:
    """Whether a module's file, or the folder of a package without a file, is in the project."""
    if module.__name__ in ("__main__", "__mp_main__"):
        return False
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", ()))
    return bool(places) and all(in_project(place, root) for place in places)


def digest_of(file: str) -> str:
    """The SHA-256 of a file, '' if it is gone."""
    try:
        with open(file, "rb", buffering=0) as source:
            return sha256(source.read()).hexdigest()
    except OSError:
        return ""


def stamp(path: str) -> Stamp:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
