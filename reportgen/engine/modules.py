"""The modules of a project in the process that runs a node: imported from what files say, and the
same that the build has looked at."""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from reportgen.errors import Place, ReportgenError
from reportgen.project import source_folders
from reportgen.registry.imports import import_from_source, in_project

SAVED_MEANWHILE = "was saved while this run began"

_imported: dict[str, str] = {}  # module file to the digest of what was imported


def prepare(root: str) -> None:
    """Make this process import modules of the project at ``root``, from their sources."""
    if root not in sys.path:
        sys.path.insert(0, root)
    for folder in source_folders(Path(root)):
        if str(Path(root, folder)) not in sys.path:
            sys.path.append(str(Path(root, folder)))
    import_from_source(root)
    importlib.invalidate_caches()  # else a module that is new in a known folder is not found


def remember(root: str, sources: Mapping[str, str]) -> None:
    """Note what has been imported. Raises ReportgenError where that is not what ``sources`` says.

    A file that was saved between the look at the project and this import would otherwise give a
    result under the key of its earlier text.
    """
    for file in project_files(root):
        name = name_of(file, root)
        if file not in _imported:
            _imported[file] = digest_of(file)
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
    """Whether a module's file, or the folder of a package without a file, is in the project.

    Asked of all that is loaded, and of thousands where torch is: so a look at the file comes first.
    """
    file = getattr(module, "__file__", None)
    if not (in_project(file, root) if file else _is_package_in(module, root)):
        return False
    return module.__name__ not in ("__main__", "__mp_main__")


def _is_package_in(module: ModuleType, root: str) -> bool:
    places = list(getattr(module, "__path__", ()))
    return bool(places) and all(in_project(place, root) for place in places)


def digest_of(file: str) -> str:
    """The SHA-256 of a file, '' if it is gone."""
    try:
        with open(file, "rb", buffering=0) as source:
            return sha256(source.read()).hexdigest()
    except OSError:
        return ""
