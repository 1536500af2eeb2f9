"""What a run reads besides its code and its inputs, noted while it runs.

Noted are: files of the project that are opened, folders that are listed, paths that are looked
for (found or not), modules that the closure does not know, environment variables that the
project's own code asks for, and scripts that are started. What a run has written itself is no
input of it, and neither is what happens in the store.

A module is imported once in a process, but its reads count for every run that uses it. They are
therefore noted under the module, and each run takes over those of the modules it knows.
"""

import json
import linecache
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from importlib.util import source_from_cache
from itertools import pairwise
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.freshness import hooks
from reportgen.freshness.closure import Closures
from reportgen.freshness.frames import (
    Places,
    frames,
    is_about_packages,
    is_from_python,
    is_ours,
    reads_for_others,
)
from reportgen.freshness.growing import growing
from reportgen.freshness.holds import (
    MACHINE,
    file_digest,
    listing,
    names_digest,
    still_holds,
    variable_digest,
)
from reportgen.freshness.readers import TOPS, watch_readers
from reportgen.freshness.sources import Sources

BIG = 1 << 20  # bytes; smaller files are hashed when they are read, others after the run
CLOCK = 0.02  # seconds that the time of a new file may be behind
UNSETTLED = "changed during the run"

Seen = dict[tuple[str, str], Any]
"""Pairs of a kind (files, folders, environment, modules) and a name, with what was found."""

_by_module: dict[str, Seen] = {}  # seen while a module, by its absolute path, was imported


class Observer:
    """A context manager around a run, with ``observed`` (JSON) afterwards; see ``still_holds``.
    ``packages`` are then those that the modules use which the closure does not know.

    ``modules`` are the project files of the closure; ``exclude`` are folders whose files are no
    inputs, such as the store. Modules of the project are to be imported inside of an Observer.
    """

    def __init__(
        self, root: Path, modules: Iterable[str] = (), exclude: Iterable[Path] = ()
    ) -> None:
        self.place = Places(root, exclude)
        self.modules = frozenset(modules)
        self.observed: dict[str, Any] = {}
        self.packages: set[str] = set()
        self._seen: Seen = {}
        self._written: set[str] = set()
        self._set = set(MACHINE)
        self._declared: list[Path] = []
        self._big: dict[str, os.stat_result] = {}
        self._process, self._start = os.getpid(), time.time() - CLOCK
        self._spool = Path(tempfile.gettempdir(), f"reportgen-{os.urandom(8).hex()}.jsonl")
        self._before: hooks.Listener | None = None
        self._earlier: dict[str, dict[str, Any]] = {}
        self._kept: tuple[Any, dict[str, Any]] = None, {}

    def __enter__(self) -> "Observer":
        linecache.clearcache()
        watch_readers()
        self._before = hooks.listen(self)
        return self

    def __exit__(self, error: object, *rest: object) -> None:
        hooks.listen(self._before)
        if error is None:
            self.observed = self._settled()
        self._spool.unlink(missing_ok=True)

    def declare(self, path: str | Path) -> None:
        """Note a file, or a folder with all that it holds, as an input of the run."""
        place = Path(self.place.root, path).resolve()
        self._declared.append(place)
        if not place.is_dir():
            self._file("", self.place.name(str(place)) or str(place))
            return
        for folder, _, files in os.walk(place):
            self._folder("", self.place.name(folder) or folder)
            for path in (os.path.join(folder, file) for file in files):
                self._file("", self.place.name(path) or path)

    def so_far(self) -> dict[str, Any]:
        """What has been observed until now; worked out again only where there is more."""
        spooled = self._spool.stat().st_size if self._spool.exists() else 0
        size = len(self._seen), sum(map(len, _by_module.values())), spooled
        if size != self._kept[0]:
            self._kept = size, self._settled()
        return self._kept[1]

    def broken(self, observed: dict[str, Any]) -> str | None:
        """What of an earlier observation no longer holds."""
        root = Path(self.place.root)
        return still_holds(observed, root, Sources(root))

    def resume(self, observed: dict[str, Any]) -> None:
        """Take over what a run had observed that this one goes on from."""
        self._earlier = observed

    # What the hooks tell -----------------------------------------------------------------------

    def read(self, path: str) -> None:
        name = self.place.name(path)
        if name and (owner := self._owner(source=name.endswith(".py"))) is not None:
            self._file(owner, name)
            if name.endswith(".py"):
                self._note(owner, "modules", name, "")

    def wrote(self, path: str) -> None:
        if name := self.place.name(path):
            self._written.add(name)

    def listed(self, path: str) -> None:
        name = self.place.name(path)
        if name and (owner := self._owner()) is not None:
            self._folder(owner, name)

    def looked(self, path: str) -> None:
        name = self.place.name(path)
        if not name or ("files", name) in self._seen or name in self._written:
            return
        if (owner := self._owner(direct=True)) is not None:
            found = os.path.exists(path)
            self._note(owner, "files", name, "present" if found else None)

    def asked(self, variable: str) -> None:
        known = ("environment", variable) in self._seen or variable in self._set
        if not known and (owner := self._owner(direct=True)) is not None:
            self._note(owner, "environment", variable, variable_digest(variable, self._set))

    def set(self, variable: str) -> None:
        self._set.add(variable)

    def imported(self, module: str) -> None:
        if module.partition(".")[0] in TOPS:
            watch_readers()
        file = getattr(sys.modules.get(module), "__file__", None)
        if isinstance(file, str):
            self.loaded(file)

    def loaded(self, path: str) -> None:
        name = self.place.name(source_from_cache(path) if path.endswith(".pyc") else path)
        if name and ("modules", name) not in self._seen and (owner := self._owner()) is not None:
            self._note(owner, "modules", name, "")

    def started(self, words: list[str], folder: str) -> None:
        if (owner := self._owner()) is None:
            return
        modules = [m.replace(".", "/") for flag, m in pairwise(words) if flag == "-m"]
        words = words + [f"{m}{end}" for m in modules for end in (".py", "/__main__.py")]
        for word in words:
            name = self.place.name(os.path.join(folder, word))
            if name and os.path.isfile(os.path.join(self.place.root, name)):
                self._file(owner, name)
                if name.endswith(".py"):
                    self._note(owner, "modules", name, "")

    def blind(self, reader: str, path: str) -> None:
        name, owner = self.place.name(path), self._owner()
        full = Path(path).resolve()
        if not name or owner is None or any(full.is_relative_to(d) for d in self._declared):
            return
        if not full.exists() or full.stat().st_mtime > self._start:
            return  # the run has written it, perhaps in C as well
        frame = next(frame for frame in frames() if self.place.is_source(frame))
        raise ReportgenError(
            f"'{name}' is read by {reader}, which reportgen cannot observe.",
            place=Place(self.place.name(frame.f_code.co_filename) or "", frame.f_lineno),
            hint=f"Declare it, so that a change makes this result stale: run.input('{name}').",
        )

    # Whose is it? ------------------------------------------------------------------------------

    def _owner(self, *, direct: bool = False, source: bool = False) -> str | None:
        """'' if the run reads, a module if its import does, None if this does not concern us.

        Nothing that reportgen itself reads does, but for logs that it was asked to read. With
        ``direct`` only what the project's own code reads by itself or by the standard library
        does; with ``source`` also not the look of a traceback or a warning at the line of code
        that it shows.
        """
        inside, asked, passed = False, False, set()
        for frame in frames():
            asked |= reads_for_others(frame)
            if self.place.is_source(frame):
                inside = True
                if frame.f_code.co_name == "<module>":
                    return frame.f_code.co_filename
            elif is_ours(frame):
                if inside or not asked:
                    return "" if inside else None
            elif not inside:
                if is_about_packages(frame):
                    return None
                if (direct or source) and not is_from_python(frame):
                    return None
                passed.add(frame.f_globals.get("__name__"))
            if inside and source and "linecache" in passed and "inspect" not in passed:
                return None
        return "" if inside or not direct else None

    # Notes -------------------------------------------------------------------------------------

    def _note(self, owner: str, kind: str, name: str, value: Any) -> None:
        seen = _by_module.setdefault(owner, {}) if owner else self._seen
        if seen.get((kind, name), "present") not in ("present", None):
            return
        seen[kind, name] = value
        if os.getpid() != self._process:  # a forked worker, of a data loader for example
            with self._spool.open("a") as spool:
                spool.write(json.dumps([owner, kind, name, value]) + "\n")

    def _file(self, owner: str, name: str) -> None:
        if name in self._written:
            return
        path = os.path.join(self.place.root, name)
        try:
            stat = os.stat(path)
        except OSError:
            self._note(owner, "files", name, None)
            return
        if S_ISDIR(stat.st_mode):
            self._note(owner, "files", name, "present")
        elif S_ISREG(stat.st_mode):
            big = stat.st_size > BIG and os.getpid() == self._process
            self._big.setdefault(name, stat) if big else None
            self._note(owner, "files", name, "" if big else file_digest(path))

    def _folder(self, owner: str, name: str) -> None:
        self._note(owner, "folders", name, listing(os.path.join(self.place.root, name)))

    # After the run -----------------------------------------------------------------------------

    def _settled(self) -> dict[str, Any]:
        """All that was seen, and what the modules saw that the run could use."""
        if self._spool.exists():
            for line in self._spool.read_text().splitlines():
                self._note(*json.loads(line))
        unknown = self._take_over()
        observed: dict[str, dict[str, Any]] = {}
        for (kind, name), value in sorted(self._seen.items()):
            if kind == "files":
                if name in self._written and value in ("present", None):
                    continue  # the run made it
                value = value if value != "" else self._big_digest(name)
            elif kind == "folders":
                value = self._folder_note(name, value)
            elif kind == "modules":
                if name not in unknown:
                    continue
                value = unknown[name]
            observed.setdefault(kind, {})[name] = value
        for kind, earlier in self._earlier.items():
            observed[kind] = {**earlier, **observed.get(kind, {})}
        return observed

    def _take_over(self) -> dict[str, str]:
        """Add what modules saw; returns the modules that the closure lacks, with digests."""
        files: dict[str, Any] = dict.fromkeys(self.modules)
        files.update(dict.fromkeys(name for kind, name in self._seen if kind == "modules"))
        unknown: dict[str, str] = {}
        closures: Closures | None = None
        for file in growing(files):
            for (kind, name), value in _by_module.get(
                os.path.join(self.place.root, file), {}
            ).items():
                self._note("", kind, name, value)
                if kind == "modules":
                    files.setdefault(name)
            if file not in self.modules:
                closures = closures or Closures(Sources(Path(self.place.root)))
                if file in closures.sources.files:
                    found = closures.closure(file, "*")
                    unknown[file] = found.digest
                    self.packages.update(found.packages)
                    files.update(dict.fromkeys(found.modules))
                else:
                    self._file("", file)
        return unknown

    def _big_digest(self, name: str) -> str:
        path = os.path.join(self.place.root, name)
        try:
            before, now = self._big[name], os.stat(path)
        except OSError:
            return UNSETTLED
        same = (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns)
        return file_digest(path) if same else UNSETTLED

    def _folder_note(self, name: str, names: Sequence[str] | None) -> dict[str, Any] | None:
        if names is None:
            return None
        own = {os.path.basename(path) for path in self._written if os.path.dirname(path) == name}
        rest = [entry for entry in names if entry not in own]
        return {"names": names_digest(rest), "without": sorted(own)}
