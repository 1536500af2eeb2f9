"""Hooks into this process, through which an Observer learns what the project's code reads.

They are set once and stay, as an audit hook must. While nobody listens they return at once.
"""

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from reportgen.observe.patches import watch_environment, watch_imports

ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR  # os.O_ACCMODE, which Windows lacks


class Listener(Protocol):
    """What the hooks call; paths are as the code gave them."""

    children: Mapping[str, str]  # variables for the processes that the run starts

    def read(self, path: str) -> None:
        """A file is opened to be read."""

    def connected(self, path: str) -> None:
        """A database is opened."""

    def handed(self, path: str) -> None:
        """A reader in C is given a path."""

    def wrote(self, path: str) -> None:
        """A file is opened to be written, made or renamed."""

    def joined(self, link: str, target: str) -> None:
        """A link is made, a hard one too."""

    def listed(self, path: str) -> None:
        """A folder is listed."""

    def looked(self, path: str) -> None:
        """Somebody looks whether something is there."""

    def linked(self, path: str) -> None:
        """A link is followed."""

    def asked(self, variable: str) -> None:
        """An environment variable is asked for."""

    def copied(self) -> None:
        """All of the environment is looked at."""

    def set(self, variable: str) -> None:
        """An environment variable is set."""

    def imported(self, module: str, statement: bool) -> None:
        """A module is imported, by a statement or by name."""

    def missed(self, module: str) -> None:
        """A module is not found."""

    def loaded(self, path: str) -> None:
        """The file of a module is read by its import."""

    def started(self, words: list[str], folder: str) -> None:
        """A program is started in a folder."""

    def finish(self) -> None:
        """The process ends."""


_listener: Listener | None = None
_busy = threading.local()
_hooked = False


def listen(listener: Listener | None) -> Listener | None:
    """Send all that is seen from now on to ``listener``; returns the one before."""
    global _hooked, _listener
    if not _hooked:
        _hooked = True
        sys.addaudithook(_audit)
        watch_environment(tell, is_listening)
        watch_imports(tell, is_listening)
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


_at_exit: list[int] = []


def finish_at_exit() -> None:
    """Have the processes that end under an observation say what ran in them, forked ones too."""

    def finish() -> None:
        if listener := listen(None):
            listener.finish()

    if not _at_exit:
        _at_exit.append(os.getpid())
        threading._register_atexit(finish)  # type: ignore[attr-defined]


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


def _joined(link: Any, target: Any, folder: Any) -> None:
    link, target, folder = (os.fsdecode(path) for path in (link, target, folder))
    tell("wrote", link)
    tell("joined", link, os.path.join(folder, target))


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
    "os.link": lambda target, link, *_: _joined(link, target, "."),
    "os.symlink": lambda target, link, *_: _joined(link, target, os.path.dirname(link)),
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
