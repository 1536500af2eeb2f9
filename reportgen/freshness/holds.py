"""Do the things that a run was seen to read still say the same?"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import file_digest as hash_file
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.freshness.closure import shared
from reportgen.freshness.sources import Sources

# Set by the engine for its workers: they say how to compute, not what.
MACHINE = frozenset({"CUDA_VISIBLE_DEVICES", "MKL_NUM_THREADS", "OMP_NUM_THREADS"})
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
        "environment": ("environment variable {}", lambda name, was: variable_digest(name)),
        "modules": ("module {}", lambda name, was: _module(name, sources)),
    }
    for kind, (words, look) in now.items():
        for name, was in observed.get(kind, {}).items():
            found = look(name, was)
            if found != was:
                yield f"{words.format(name)} {_verb(was, found)}"


def _verb(was: Any, found: Any) -> str:
    if was is None:
        return "is there now"
    return "is gone" if found is None else "changed"


def _file(path: Path, was: Any, sources: Sources) -> str | None:
    if was in ("present", None) and path.exists():
        return "present"
    return sources.file_digest(path)


def _folder(path: Path, was: Mapping[str, Any] | None) -> Any:
    names = listing(path)
    if names is None or was is None:
        return None if names is None else {}
    without = set(was["without"])
    return {"names": names_digest(n for n in names if n not in without), "without": was["without"]}


def _module(file: str, sources: Sources) -> str | None:
    return shared(sources).closure(file, "*").digest if file in sources.files else None


def file_digest(path: str | Path) -> str:
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
    return sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def variable_digest(name: str, ignored: Collection[str] = ()) -> str | None:
    """A digest of a variable's value, which may be a secret; None if it is not set. ``*`` stands
    for the names of all variables."""
    if name == "*":
        return names_digest(sorted(set(os.environ.keys()) - MACHINE - set(ignored)))
    value = os.environ.get(name)
    return None if value is None else names_digest([name, value])[:16]
