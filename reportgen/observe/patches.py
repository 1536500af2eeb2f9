"""What has no audit event: environment variables that are asked for, and imports by name."""

import builtins
import importlib
import os
import sys
import threading
from _collections_abc import ItemsView, ValuesView
from collections.abc import Callable, Iterator
from opcode import opmap
from typing import Any

Tell = Callable[..., None]
_now = threading.local()


def watch_environment(tell: Tell, listening: Callable[[], bool]) -> None:
    """Note reads and writes of ``os.environ``, and that it is copied or all of it is looked at:
    what is then done with its content, no hook can tell."""
    environ: Any = type(os.environ)
    getitem, setitem, iterate = environ.__getitem__, environ.__setitem__, environ.__iter__
    views = {ItemsView.__iter__.__code__, ValuesView.__iter__.__code__}

    def watched_get(self: Any, key: Any) -> Any:
        here = _instruction()
        if listening() and here[0] not in views and here != getattr(_now, "copies", 0):
            tell("asked", os.fsdecode(key) if isinstance(key, str | bytes) else str(key))
        return getitem(self, key)

    def watched_set(self: Any, key: Any, value: Any) -> None:
        if listening():
            tell("set", os.fsdecode(key))
        setitem(self, key, value)

    def watched_iter(self: Any) -> Iterator[Any]:
        if listening():
            _now.copies = _instruction()
            tell("copied")
        return iter(iterate(self))

    def keys(self: Any) -> list[Any]:
        if listening():
            _now.copies = _instruction()
            tell("copied")
        return list(iterate(self))

    environ.__getitem__, environ.__setitem__ = watched_get, watched_set
    environ.__iter__, environ.keys = watched_iter, keys


def _instruction() -> tuple[Any, int]:
    """Where the caller of a hook is: a copy asks for the names and for all values in one place."""
    frame = sys._getframe(2)
    return frame.f_code, frame.f_lasti


def watch_imports(tell: Tell, listening: Callable[[], bool]) -> None:
    """Note imports by name, also of modules that this process has imported before, and whether an
    import statement asks: what that says is known without."""
    builtin, by_name = builtins.__import__, importlib.import_module

    def watched_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if not listening():
            return builtin(name, globals, locals, fromlist, level)
        full = name
        if level:
            package = str((globals or {}).get("__package__") or "").split(".")
            full = ".".join(filter(None, [*package[: len(package) - level + 1], name]))
        try:
            module = builtin(name, globals, locals, fromlist, level)
        except ModuleNotFoundError as error:
            tell("missed", error.name or full)
            raise
        statement = _is_statement()
        for one in (full, *(f"{full}.{item}" for item in fromlist or ())):
            tell("imported", one, statement)
        return module

    def _is_statement() -> bool:
        try:
            frame = sys._getframe(2)
        except ValueError:  # Python itself imports, before anything runs
            return False
        return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_NAME"]

    def watched_import_module(name: str, package: str | None = None) -> Any:
        try:
            module = by_name(name, package)
        except ModuleNotFoundError as error:
            tell("missed", error.name or name)
            raise
        tell("imported", module.__name__, False)
        return module

    builtins.__import__, importlib.import_module = watched_import, watched_import_module
