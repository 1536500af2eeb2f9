"""Do the things that a run was seen to read still say the same?"""

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from hashlib import file_digest as hash_file
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from reportgen.freshness.closure import shared
from reportgen.freshness.normalise import digest, digest_bytes, docstring
from reportgen.freshness.sources import Sources

NOISE = frozenset({"__pycache__", ".DS_Store", "Thumbs.db"})


def still_holds(observed: Mapping[str, Any], root: Path, sources: Sources) -> str | None:
    """None if all that an Observer has ``observed`` is still so, else the first that is not."""
    return next(broken(observed, root, sources), None)


def broken(observed: Mapping[str, Any], root: Path, sources: Sources) -> Iterator[str]:
    """What is no longer as ``observed``, a line for each.

    Files count by content. Those of more than 1 MB are not read again while size, times and inode
    are as they were when ``sources`` hashed them last.
    """
    now: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
        "files": ("{}", lambda name, was: _file(root / name, was, sources)),
        "folders": ("files in {}", lambda name, was: _folder(root / name, was)),
        "links": ("link {}", lambda name, was: _link(root / name)),
        "environment": (
            "environment variable {}",
            _variable,
        ),
        "modules": ("module {}", lambda name, was: _module(name, sources)),
        "missing": ("module {}", lambda name, was: name if sources.has(name) else None),
        "ran": ("{}", lambda name, was: _definition(name, sources)),
    }
    for kind, (words, look) in now.items():
        for name, was in observed.get(kind, {}).items():
            if os.path.isabs(name) and not os.path.isdir(os.path.dirname(name)):
                continue  # of another machine: nobody can tell here
            found = look(name, was)
            if found != was:
                yield f"{words.format(name)} {_verb(was, found)}"


def _variable(name: str, was: str | None) -> str | None:
    return variable_digest(name, like=was)


def _verb(was: Any, found: Any) -> str:
    if was is None:
        return "is there now"
    return "is gone" if found is None else "changed"


def _file(path: Path, was: Any, sources: Sources) -> str | None:
    if was is None or was in ("file", "folder") or was.endswith(" bytes"):
        return look(path, sized=was is not None and was.endswith(" bytes"))
    return sources.file_digest(path)


def look(path: str | Path, *, sized: bool) -> str | None:
    """What a look finds: None, 'folder', 'file', or of a file its size."""
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    if S_ISDIR(stat.st_mode):
        return "folder"
    return f"{stat.st_size} bytes" if sized else "file"


def _link(path: Path) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None


def _folder(path: Path, was: Mapping[str, Any] | None) -> Any:
    names = listing(path)
    if names is None or was is None:
        return None if names is None else {}
    without = set(was["without"])
    return {"names": names_digest(n for n in names if n not in without), "without": was["without"]}


def _module(file: str, sources: Sources) -> str | None:
    if os.path.isabs(file):
        return text_digest(Path(file).read_bytes()) if os.path.isfile(file) else None
    return _definition(f"{file}:*", sources)


def _definition(place: str, sources: Sources) -> str | None:
    file, _, name = place.rpartition(":")
    return shared(sources).closure(file, name).digest if file in sources.files else None


def text_digest(text: bytes) -> str:
    """The digest of what a source of another project says, without comments and layout; with its
    docstrings, since nobody follows there who reads them."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return digest_bytes(text)
    return digest(tree, *(doc for node in ast.walk(tree) if (doc := docstring(node))))


def file_digest(path: str | Path) -> str:
    """The SHA-256 of a file's content."""
    with open(path, "rb") as file:
        return hash_file(file, "sha256").hexdigest()


def listing(folder: str | Path) -> list[str] | None:
    """The names in a folder, but for what systems leave there; None if there is none.

    Hidden folders are left out as well: tools keep their own things there.
    """
    try:
        entries = [e for e in os.scandir(folder) if e.name not in NOISE]
    except OSError:
        return None
    return sorted(e.name for e in entries if not (e.name.startswith(".") and e.is_dir()))


def names_digest(names: Iterable[str]) -> str:
    """A digest of names in their order."""
    return sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def variable_digest(
    name: str, given: Mapping[str, str | None] | None = None, *, like: str | None = None
) -> str | None:
    """A digest of a variable's value, which may be a secret; None if it is not set. ``APP_*``
    stands for all that begin so. ``given`` has values that go before those of this process.

    It begins with its salt, this machine's or that of ``like``, an earlier digest: in a record that
    goes elsewhere no list of known digests tells the value."""
    salt = (like or "").partition("-")[0] if "-" in (like or "") else own_salt()
    now: dict[str, str | None] = {**os.environ.copy(), **(given or {})}
    if name.endswith("*"):
        known = sorted(key for key in now if key.startswith(name[:-1]) and now[key] is not None)
        return salted(salt, [part for key in known for part in (key, str(now[key]))])
    value = now.get(name)
    return None if value is None else salted(salt, [name, value])


def salted(salt: str, names: Iterable[str]) -> str:
    """A digest of names that begins with its salt."""
    return f"{salt}-{names_digest([salt, *names])[:16]}"


@cache
def own_salt() -> str:
    """The salt of this user on this machine, the same in every run: equal records stay equal."""
    import platform

    return names_digest([platform.node(), os.path.expanduser("~")])[:8]
