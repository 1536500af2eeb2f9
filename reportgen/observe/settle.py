"""What is left to say of a run's notes when it is over."""

import ast
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.freshness.closure import Closures
from reportgen.freshness.facts import Statement
from reportgen.freshness.growing import growing
from reportgen.freshness.holds import file_digest, listing, names_digest, text_digest
from reportgen.freshness.parse import read_facts
from reportgen.freshness.sources import Sources
from reportgen.observe.frames import Places
from reportgen.observe.notes import Seen
from reportgen.registry.imports import loaded

if TYPE_CHECKING:
    from reportgen.observe.observer import Observer

UNSETTLED = "changed during the run"


def settled(run: "Observer", by_module: Mapping[str, Seen]) -> dict[str, Any]:
    """All that was seen, and what the modules saw that the run could use, as JSON."""
    closures = cache(lambda: as_they_ran(run.place))
    unknown = _take_over(run, by_module, closures)
    observed: dict[str, dict[str, Any]] = {}
    for (kind, name), value in sorted(run.seen.items(), key=lambda item: item[0]):
        if kind == "files":
            if _is_own_write(run, name, value):
                continue
            value = value if value != "" else _big_digest(run, name)
        elif kind == "folders":
            if _is_own_folder(run, name, value):
                continue
            value = _folder_note(run, name, value)
        elif kind == "modules":
            if name not in unknown:
                continue
            value = unknown[name]
        elif kind == "ran":
            if (found := _definition(run, name, closures)) is None:
                continue
            name, value = found
        observed.setdefault(kind, {})[name] = value
    return observed


def as_they_ran(place: Places, cache: Path | None = None) -> Closures:
    """Closures over the sources of a project as they were loaded, whatever was saved since."""
    named = ((place.name(file), text) for file, (text, _) in loaded.items())
    texts = {name: text for name, text in named if name}
    return Closures(Sources(Path(place.root), cache, texts))


def _take_over(
    run: "Observer", by_module: Mapping[str, Seen], closures: Callable[[], Closures]
) -> dict[str, str]:
    """Add what modules and packages saw; returns the modules that the closure lacks, or of which
    more may have been used, with digests."""
    whole = {name for (kind, name), value in run.seen.items() if value == "whole"}
    files: dict[str, Any] = dict.fromkeys(run.modules)
    files.update(dict.fromkeys(name for kind, name in run.seen if kind == "modules"))
    files.update(dict.fromkeys(f"package {name}" for name in run.packages))
    unknown: dict[str, str] = {}
    for file in growing(files):
        owner = file if file.startswith("package ") else run.place.path(file)
        for (kind, name), value in by_module.get(owner, {}).items():
            run.note("", kind, name, value)
            if kind == "modules":
                files.setdefault(name)
                whole |= {name} if value == "whole" else set()
        if file.startswith("package ") or (file in run.modules and file not in whole):
            continue
        if os.path.isabs(file):
            text = loaded[file][0] if file in loaded else Path(file).read_bytes()
            unknown[file] = text_digest(text)
        elif file in closures().sources.files:
            found = closures().closure(file, "*")
            unknown[file] = found.digest
            run.packages.update(found.packages)
            files.update(dict.fromkeys(found.modules))
        else:
            run.file("", file)
    return unknown


def _definition(
    run: "Observer", place: str, closures: Callable[[], Closures]
) -> tuple[str, str] | None:
    """The definition at ``file:line`` and its digest; None of one that the closure has."""
    file, _, line = place.rpartition(":")
    if _whole(run, file):
        return None
    text, _ = loaded.get(run.place.path(file), (None, None))
    if text is None and file not in closures().sources.files:
        return None
    for statement in _statements(text) if text else closures().sources.facts(file).statements:
        if statement.line <= int(line) <= statement.end:
            if f"{file}:{statement.name}" in run.code or file not in closures().sources.files:
                return None
            name = statement.binds[0] if statement.binds else "*"
            return f"{file}:{name}", closures().closure(file, name).digest
    return None


@cache
def _statements(text: bytes) -> list[Statement]:
    """Those of one file, as it was loaded: all others of the project need not be read for it."""
    return read_facts(ast.parse(text)).statements


def _whole(run: "Observer", file: str) -> bool:
    noted = run.seen.get(("modules", file))
    return noted is not None and (noted == "whole" or file not in run.modules)


def _is_own_write(run: "Observer", name: str, value: Any) -> bool:
    """Whether the run has made or changed a file that it had read or looked for before."""
    path = run.place.path(name)
    if value is None or value in ("file", "folder"):
        return name in run.written or (value is None and _is_new(run, path))
    if name not in run.updated or value == "":
        return False
    return not os.path.isfile(path) or file_digest(path) != value


def _is_own_folder(run: "Observer", name: str, names: Sequence[str] | None) -> bool:
    """Whether a run has made a folder: one that it had not found before, or a temporary one."""
    path = run.place.path(name)
    if names is None:
        return _is_new(run, path)
    temporary = name.startswith(os.path.join(tempfile.gettempdir(), ""))
    return temporary and (name in run.written or not os.path.isdir(path))


def _is_new(run: "Observer", path: str) -> bool:
    """Whether a file or folder has come during the run, perhaps made in C."""
    try:
        return os.stat(path).st_ctime >= run.begun
    except OSError:
        return False


def _big_digest(run: "Observer", name: str) -> str:
    path = run.place.path(name)
    try:
        before, now = run.big[name], os.stat(path)
    except (OSError, KeyError):
        return UNSETTLED
    same = (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns)
    return file_digest(path) if same else UNSETTLED


def _folder_note(run: "Observer", name: str, names: Sequence[str] | None) -> dict[str, Any] | None:
    if names is None:
        return None
    folder = run.place.path(name)
    own = {os.path.basename(path) for path in run.written if os.path.dirname(path) == name}
    come = set(listing(folder) or ()) - set(names)
    own |= {entry for entry in come if _is_new(run, os.path.join(folder, entry))}
    rest = [entry for entry in names if entry not in own]
    return {"names": names_digest(rest), "without": sorted(own)}
