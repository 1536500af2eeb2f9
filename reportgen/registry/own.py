"""Which files are a project's own: the one place that says so.

Own is what lies below the root, but for environments, installed packages and what tools keep
there; and what lies elsewhere and is neither of the system, nor installed, nor hidden: a data set
on another disk, a library that is edited next door. Code in hidden folders is nobody's.
"""

import os
import sys
from functools import cache, lru_cache
from pathlib import Path

PACKAGE = str(Path(__file__).parents[1]) + os.sep
PYTHON = os.path.dirname(os.__file__) + os.sep
FOREIGN = frozenset(
    {".git", ".venv", "__pycache__", "site-packages", "dist-packages", "node_modules"}
)
NOT_IN_ROOT = frozenset({"build", "dist", "reportgen", "site"})
"""Folders of a project in which no code of its own lies."""
SYSTEM = (
    *("/bin/", "/boot/", "/dev/", "/etc/", "/lib/", "/lib64/", "/nix/", "/opt/", "/proc/", "/run/"),
    *("/sbin/", "/snap/", "/sys/", "/usr/", "/var/", "/Applications/", "/Library/", "/System/"),
)


@lru_cache(1 << 16)
def own_name(path: str, root: str) -> str | None:
    """``data/x.csv`` for a path below ``root``, '.' for the root, the whole path for an own one
    elsewhere; None for all others. Both are absolute."""
    path = os.path.normpath(path)
    if path.startswith(PACKAGE):
        return None
    if path == root or path.startswith(root + os.sep):
        name = path[len(root) + 1 :].replace(os.sep, "/")
        return (name or ".") if FOREIGN.isdisjoint(name.split("/")) else None
    parts = Path(path).parts
    if any(part.startswith(".") or part in FOREIGN for part in parts):
        return None
    return None if path.startswith((*_not_own(root), *_installed(tuple(sys.path)))) else path


@cache
def _installed(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Folders on Python's path that packages were installed into, as by ``pip --target``."""
    found = [folder for folder in folders if any(Path(folder).glob("*.dist-info"))]
    return tuple(os.path.join(os.path.abspath(folder), "") for folder in found)


@cache
def _not_own(root: str) -> tuple[str, ...]:
    """Folders of the system and of Python, and the temporary one unless the project is in it."""
    import tempfile  # slow, and most projects ask for nothing outside of their root

    temporary = os.path.join(tempfile.gettempdir(), "")
    found = [PYTHON, *(os.path.join(p, "") for p in {sys.prefix, sys.base_prefix, sys.exec_prefix})]
    if not root.startswith(temporary):
        return (*found, *SYSTEM, temporary)
    return (*found, *(folder for folder in SYSTEM if not temporary.startswith(folder)))


@cache
def in_project(filename: str, root: str) -> bool:
    """Whether a file is of the code of the project at ``root``, and not of a package in it."""
    name = own_name(filename, root) if os.path.isabs(filename) else None
    return name is not None and not os.path.isabs(name) and not is_hidden(name)


def may_hold_code(folder: str, top: bool) -> bool:
    """Whether own modules may be imported from a folder; ``top`` is one directly below the root."""
    name = os.path.basename(folder)
    if not name.isidentifier() or name in FOREIGN or (top and name in NOT_IN_ROOT):
        return False
    return not os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def is_hidden(name: str) -> bool:
    """Whether a folder or file of the path begins with a dot."""
    return any(part.startswith(".") and part != "." for part in name.split("/"))
