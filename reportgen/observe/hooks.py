"""Hooks into this process, through which an Observer learns what the project's code reads.

They are set once and stay, as an audit hook must. While nobody listens they return at once.
"""

import builtins
import importlib
import os
import shlex
import subprocess
import sys
import threading
from _collections_abc import ItemsView, ValuesView
from collections.abc import Callable, Iterator, Mapping
from opcode import opmap
from typing import Any, Protocol
from urllib.parse import unquote

ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR  # os.O_ACCMODE, which Windows lacks


class Listener(Protocol):
    """What the hooks call; paths are as the code gave them."""

    children: Mapping[str, str]  # variables for the processes that the run starts

    def read(self, path: str) -> None: ...
    def connected(self, path: str) -> None: ...
    def handed(self, path: str) -> None: ...
    def wrote(self, path: str) -> None: ...
    def listed(self, path: str) -> None: ...
    def looked(self, path: str) -> None: ...
    def linked(self, path: str) -> None: ...
    def asked(self, variable: str) -> None: ...
    def copied(self) -> None: ...
    def set(self, variable: str) -> None: ...
    def imported(self, module: str, statement: bool) -> None: ...
    def missed(self, module: str) -> None: ...
    def loaded(self, path: str) -> None: ...
    def started(self, words: list[str], folder: str) -> None: ...


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
        _watch_looks()
        _watch_children()
    before, _listener = _listener, listener
    return before


def is_listening() -> bool:
    """Whether a run is observed in this process."""
    return _listener is not None


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
    if not isinstance(path, str | bytes | os.PathLike) or getattr(_busy, "at", False):
        return
    name = os.fsdecode(path)
    if _by_import() and name.endswith((".py", ".pyc")):
        tell("loaded", name)
    else:
        _used(name, mode, flags)


def _used(name: str, mode: str | None, flags: int) -> None:
    if _reads(mode, flags):
        tell("read", name)
    if _writes(mode, flags):
        tell("wrote", name)


def _by_import() -> bool:
    """Whether the machinery of imports does this, which looks into every folder of the path."""
    try:
        return sys._getframe(3).f_code.co_filename.startswith("<frozen importlib")
    except ValueError:  # Python itself opens the script that it was started with
        return False


def _reads(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return "r" in mode
    return flags & ACCESS != os.O_WRONLY and not flags & (os.O_TRUNC | os.O_EXCL)


def _writes(mode: str | None, flags: int) -> bool:
    if mode is not None:
        return not {"w", "a", "x", "+"}.isdisjoint(mode)
    return flags & ACCESS != os.O_RDONLY


def _path(what: str, position: int = 0) -> Callable[..., None]:
    """A handler that passes on the path at one position of an event's arguments."""

    def handle(*args: Any) -> None:
        path = "." if args[position] is None and what == "listed" else args[position]
        if isinstance(path, int) and what == "listed":
            path = _place_of(path)
        if isinstance(path, str | bytes | os.PathLike) and (what == "read" or not _by_import()):
            tell(what, os.fsdecode(path))

    return handle


def _dlopened(path: Any) -> None:
    """A library by its bare name is the system's, wherever that has it."""
    if isinstance(path, str | bytes) and os.sep in os.fsdecode(path):
        tell("read", os.fsdecode(path))


def _connected(database: Any) -> None:
    name = os.fsdecode(database) if isinstance(database, str | bytes | os.PathLike) else ":memory:"
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:").removeprefix("//").partition("?")[0])
    if name and not name.startswith(":"):
        tell("connected", name)


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
    "sqlite3.connect": _connected,
    "ctypes.dlopen": _dlopened,
    "import": _path("read", 1),  # a module in C; others have no path here
    "subprocess.Popen": _started,
    "os.posix_spawn": lambda program, words, env: _started(program, words),
    "os.exec": lambda program, words, env: _started(program, words),
    "os.system": lambda line: _started(None, os.fsdecode(line)),
}


def _watch_looks() -> None:
    """``os.stat`` and its like decide about ``exists``, ``is_file`` and so on; a failed look counts
    too. They raise no audit events, nor does an event tell from where a path is relative."""

    def watched(call: Callable[..., Any], what: str) -> Any:
        def look(path: Any, *args: Any, **options: Any) -> Any:
            if _listener is not None and isinstance(path, str | os.PathLike):
                tell(what, _join(os.fspath(path), options.get("dir_fd")))
            return call(path, *args, **options)

        return look

    for name in ("stat", "lstat", "access"):
        setattr(os, name, watched(getattr(os, name), "looked"))
    os.readlink = watched(os.readlink, "linked")
    opens = os.open

    def watched_open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if _listener is None or dir_fd is None:
            return opens(path, flags, mode, dir_fd=dir_fd)
        _used(_join(os.fsdecode(path), dir_fd), None, flags)
        _busy.at = True
        try:
            return opens(path, flags, mode, dir_fd=dir_fd)
        finally:
            _busy.at = False

    os.open = watched_open


def _join(path: str, folder: int | None) -> str:
    return path if folder is None else os.path.join(_place_of(folder), path)


def _place_of(descriptor: int) -> str:
    """The path of an open folder, where the system can tell."""
    try:
        return _readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return "."


_readlink = os.readlink


def _watch_children() -> None:
    """Give the variables for children also to those that get an environment of their own."""
    begin = subprocess.Popen.__init__

    def watched(self: Any, *args: Any, **options: Any) -> None:
        if _listener is not None and options.get("env") is not None:
            options["env"] = {**options["env"], **_listener.children}
        begin(self, *args, **options)

    subprocess.Popen.__init__ = watched  # type: ignore[method-assign]


# Environment variables ---------------------------------------------------------------------------


def _watch_environment() -> None:
    """Note reads and writes of ``os.environ``, and that it is copied or all of it is looked at:
    what is then done with its content, no hook can tell."""
    environ: Any = type(os.environ)
    getitem, setitem, iterate = environ.__getitem__, environ.__setitem__, environ.__iter__
    views = {ItemsView.__iter__.__code__, ValuesView.__iter__.__code__}

    def watched_get(self: Any, key: Any) -> Any:
        here = _instruction()
        if _listener is not None and here[0] not in views and here != getattr(_busy, "copies", 0):
            tell("asked", os.fsdecode(key) if isinstance(key, str | bytes) else str(key))
        return getitem(self, key)

    def watched_set(self: Any, key: Any, value: Any) -> None:
        if _listener is not None:
            tell("set", os.fsdecode(key))
        setitem(self, key, value)

    def watched_iter(self: Any) -> Iterator[Any]:
        if _listener is not None:
            _busy.copies = _instruction()
            tell("copied")
        return iter(iterate(self))

    def keys(self: Any) -> list[Any]:
        if _listener is not None:
            _busy.copies = _instruction()
            tell("copied")
        return list(iterate(self))

    environ.__getitem__, environ.__setitem__ = watched_get, watched_set
    environ.__iter__, environ.keys = watched_iter, keys


def _instruction() -> tuple[Any, int]:
    """Where the caller of a hook is: a copy asks for the names and for all values in one place."""
    frame = sys._getframe(2)
    return frame.f_code, frame.f_lasti


# Imports -----------------------------------------------------------------------------------------


def _watch_imports() -> None:
    """Note imports by name, also of modules that this process has imported before, and whether an
    import statement asks: what that says is known without."""
    builtin, by_name = builtins.__import__, importlib.import_module

    def watched_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if _listener is None:
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
