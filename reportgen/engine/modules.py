"""What a warm worker forgets between two nodes: the project's modules, and changes of the process.

Packages such as torch stay loaded, so that a run begins within a moment. But a node must find what
it would find alone: a module as its file says now and as no other node has left it, the variables,
the search path and the folder that the worker began with.
"""

import contextlib
import importlib
import os
import sys
import traceback
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

_imported: dict[str, str] = {}  # module file to the digest of what was imported
_before: set[str] = set()  # digests of what earlier nodes imported


def renew(root: str) -> None:
    """Make this process as good as new for a node of the project at ``root``."""
    environ, path, folder = beginning()
    if dict(os.environ) != environ:
        os.environ.clear()
        os.environ.update(environ)
    with contextlib.suppress(OSError):  # it may have been removed
        os.chdir(folder)
    sys.path[:] = path if root in path else [root, *path]
    import_from_source(root)
    importlib.invalidate_caches()  # else a module that is new in a known folder is not found
    forget(root)


@cache
def beginning() -> tuple[dict[str, str], tuple[str, ...], str]:
    """Variables, search path and current folder of this process before its first node."""
    return dict(os.environ), tuple(sys.path), os.getcwd()


def is_worn_out(error: BaseException, root: str) -> bool:
    """Whether a module failed here that was imported before; a new process may do better.

    It may have registered something in a package, which refuses that a second time.
    """
    failed = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "<module>" and in_project(frame.f_code.co_filename, root):
            failed = frame.f_code.co_filename
    return bool(failed) and digest_of(failed) in _before


def forget(root: str) -> None:
    """Make the next import of every project module read its file."""
    gone = [name for name, module in list(sys.modules.items()) if is_project_module(module, root)]
    for name in gone:
        del sys.modules[name]
    for name, (node, _) in list(REGISTERED.items()):
        if node.module in gone:
            del REGISTERED[name]
    observe.forget(lambda file: in_project(file, root))
    _before.update(_imported.values())
    _imported.clear()


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
