"""What the import of modules read from the project, so that it is done again when that changes."""

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.registry.imports import in_project


def notice(root: str, read: set[str], event: str, arguments: tuple[Any, ...]) -> None:
    """Note what is read in the project: files that are opened, folders that others than Python's
    import system list."""
    if event == "open" and isinstance(arguments[0], str) and arguments[1] in (None, "r", "rb"):
        path = os.path.abspath(arguments[0])
    elif event in ("os.listdir", "os.scandir"):
        path = os.path.abspath(arguments[0] or ".")
        if sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
            return
    else:
        return
    if in_project(path, root):
        read.add(path)


def state_of(path: str) -> str:
    """The digest of a file's bytes or of a folder's names; '' of what is not there."""
    try:
        if os.path.isdir(path):
            names = sorted(name for name in os.listdir(path) if name != "__pycache__")
            return sha256("\0".join(names).encode()).hexdigest()
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
