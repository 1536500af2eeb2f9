"""What the import of modules read from the project, so that it is done again when that changes."""

import builtins
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.registry.own import in_project

ASKING = frozenset({os.__file__, "<frozen os>", "<frozen _collections_abc>", "<string>"})


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


def watch(root: str, read: set[str], asked: set[str]) -> None:
    """Note also what own code looks for, variables that it asks for, and modules of the project
    that it does not find."""
    environ: Any = type(os.environ)
    getitem, imports = environ.__getitem__, builtins.__import__

    def looked(call: Callable[..., Any]) -> Callable[..., Any]:
        def look(path: Any, *args: Any, **options: Any) -> Any:
            if isinstance(path, str | os.PathLike):
                full = os.path.abspath(path)
                read.add(full) if in_project(full, root) else None
            return call(path, *args, **options)

        return look

    def get(self: Any, key: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename in ASKING:
            frame = frame.f_back
        if in_project(frame.f_code.co_filename, root):
            asked.add(str(key))
        return getitem(self, key)

    def find(name: str, *args: Any, **options: Any) -> Any:
        try:
            return imports(name, *args, **options)
        except ModuleNotFoundError as error:
            path = os.path.join(root, *str(error.name).split("."))
            read.update((path, path + ".py"))
            raise

    for name in ("stat", "lstat", "access"):
        setattr(os, name, looked(getattr(os, name)))
    environ.__getitem__, builtins.__import__ = get, find


def variable(name: str) -> str:
    """A digest of a variable's value, which may be a secret; '' if it is not set."""
    value = os.environ.get(name)
    return "" if value is None else sha256(value.encode()).hexdigest()


def state_of(path: str) -> str:
    """The digest of a file's bytes or of a folder's names; '' of what is not there."""
    try:
        if os.path.isdir(path):
            names = sorted(name for name in os.listdir(path) if name != "__pycache__")
            return sha256("\0".join(names).encode()).hexdigest()
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
