"""Hooks into this process, through which an Observer learns what the project's code reads.

They are set once and stay, as an audit hook must. While nobody listens they return at once.
"""

import builtins
import importlib
import os
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol


class Listener(Protocol):
    """What the hooks call; paths are as the code gave them."""

    def read(self, path: str) -> None: ...
    def wrote(self, path: str) -> None: ...
    def listed(self, path: str) -> None: ...
    def looked(self, path: str) -> None: ...
    def asked(self, variable: str) -> None: ...
    def set(self, variable: str) -> None: ...
    def imported(self, module: str) -> None: ...
    def loaded(self, path: str) -> None: ...
    def started(self, words: list[str], folder: str) -> None: ...
    def blind(self, reader: str, path: str) -> None: ...


_listener: Listener | None = None
_busy = threading.local()
_hooked = False


def listen(listener: Listener | None) -> Listener | None:
    """Send all that is seen from now on to ``listener``; returns the one before."""
    global _hooked, _listener
    if not _hooked:
        _hooked = True
        sys.addaudithook(_audit)
        _watch_environment()
        _watch_imports()
        os.stat = _watched_stat(os.stat)
    before, _listener = _listener, listener
    return before


def tell(what: str, *args: Any) -> None:
    """Pass something on; what the listener reads itself in the meantime is not heard."""
    if _listener is None or getattr(_busy, "now", False):
        return
    _busy.now = True
    try:
        getattr(_listener, what)(*args)
    finally:
        _busy.now = False


# Files, folders and programs ---------------------------------------------------------------------


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _listener is not None and (handle := _EVENTS.get(event)):
        handle(*args)


def _opened(path: Any, mode: str | None, flags: int) -> None:
    if not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.fsdecode(path)
    if _by_import() and name.endswith((".py", ".pyc")):
        tell("loaded", name)
    elif _reads(mode, flags):
        tell("read", name)
    if _writes(mode, flags):
        tell("wrote", name)


def _by_import() -> bool:
    """Whether the machinery of imports does this, which looks into every folder of the path."""
    return sys._getframe(3).f_code.co_filename.startswith("<frozen importlib")


def _reads(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return "r" in mode
    return flags & os.O_ACCMODE != os.O_WRONLY and not flags & (os.O_TRUNC | os.O_EXCL)


def _writes(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return not {"w", "a", "x", "+"}.isdisjoint(mode)
    return flags & os.O_ACCMODE != os.O_RDONLY


def _path(what: str, position: int = 0) -> Callable[..., None]:
    """A handler that passes on the path at one position of an event's arguments."""

    def handle(*args: Any) -> None:
        path = "." if args[position] is None and what == "listed" else args[position]
        if isinstance(path, str | bytes | os.PathLike) and (what == "read" or not _by_import()):
            tell(what, os.fsdecode(path))

    return handle


def _started(program: Any, words: Any, folder: Any = None, *_: Any) -> None:
    if isinstance(words, str | bytes | os.PathLike):
        words = [words]
    words = [os.fsdecode(word) for word in words]
    if len(words) == 1 or words[1:2] == ["-c"]:  # perhaps a line for a shell
        words = [part for word in words for part in _split(word)]
    tell("started", words, os.fsdecode(folder or "."))


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return [line]


_EVENTS: dict[str, Callable[..., None]] = {
    "open": _opened,
    "os.listdir": _path("listed"),
    "os.scandir": _path("listed"),
    "os.mkdir": _path("wrote"),
    "os.rename": _path("wrote", 1),
    "os.link": _path("wrote", 1),
    "os.symlink": _path("wrote", 1),
    "sqlite3.connect": _path("read"),
    "ctypes.dlopen": _path("read"),
    "import": _path("read", 1),  # a module in C; others have no path here
    "subprocess.Popen": _started,
    "os.posix_spawn": lambda program, words, env: _started(program, words),
    "os.exec": lambda program, words, env: _started(program, words),
    "os.system": lambda line: _started(None, os.fsdecode(line)),
}


def _watched_stat(stat: Callable[..., os.stat_result]) -> Any:
    """``os.stat`` decides about ``exists``, ``is_file`` and the like; a failed look counts too."""

    def watched(path: Any, *args: Any, **options: Any) -> os.stat_result:
        if _listener is not None and isinstance(path, str | os.PathLike):
            tell("looked", os.fspath(path))
        return stat(path, *args, **options)

    return watched


# Environment variables ---------------------------------------------------------------------------


def _watch_environment() -> None:
    """Note reads and writes of ``os.environ``. ``dict(os.environ)`` is no read of anything: it is
    how a program is started. Looping over it reads every variable."""
    environ: Any = type(os.environ)
    getitem, setitem, iterate = environ.__getitem__, environ.__setitem__, environ.__iter__

    def watched_get(self: Any, key: Any) -> Any:
        if _listener is not None and _instruction() != getattr(_busy, "copies", None):
            tell("asked", os.fsdecode(key) if isinstance(key, str | bytes) else str(key))
        return getitem(self, key)

    def watched_set(self: Any, key: Any, value: Any) -> None:
        if _listener is not None:
            tell("set", os.fsdecode(key))
        setitem(self, key, value)

    def watched_iter(self: Any) -> Iterator[Any]:
        if _listener is not None:
            tell("asked", "*")
        return iter(iterate(self))

    def keys(self: Any) -> list[Any]:
        _busy.copies = _instruction()
        return list(iterate(self))

    environ.__getitem__, environ.__setitem__ = watched_get, watched_set
    environ.__iter__, environ.keys = watched_iter, keys


def _instruction() -> tuple[Any, int]:
    """Where the caller of a hook is: a copy asks for the names and for all values in one place."""
    frame = sys._getframe(2)
    return frame.f_code, frame.f_lasti


# Imports -----------------------------------------------------------------------------------------


def _watch_imports() -> None:
    """Note imports by name, also of modules that this process has imported before."""
    builtin, by_name = builtins.__import__, importlib.import_module

    def watched_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        module = builtin(name, globals, locals, fromlist, level)
        if _listener is not None:
            full = name
            if level:
                package = str((globals or {}).get("__package__") or "").split(".")
                full = ".".join(filter(None, [*package[: len(package) - level + 1], name]))
            tell("imported", full)
            for item in fromlist or ():
                tell("imported", f"{full}.{item}")
        return module

    def watched_import_module(name: str, package: str | None = None) -> Any:
        module = by_name(name, package)
        tell("imported", module.__name__)
        return module

    builtins.__import__, importlib.import_module = watched_import, watched_import_module
