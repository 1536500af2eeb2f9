"""What a run reads besides its code and its inputs, noted while it runs.

Noted are: own files that are opened, folders that are listed, paths that are looked for (found or
not), links that are followed, modules and definitions that ran though the closure does not know
them, environment variables that own code asks for, and scripts that are started. What a run has
written itself is no input of it, and neither is what happens in the store. Processes that it
starts write their notes to a file, the *spool*.

A module is imported once in a process, but its reads count for every run that uses it. They are
therefore noted under the module, and each run takes over those of the modules it knows. So are
those of a package, whose import may look for its settings in the project.
"""

import json
import linecache
import os
import sys
import time
from collections.abc import Iterable, Mapping
from importlib.util import source_from_cache
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import Any

from reportgen.freshness.closure import Closure
from reportgen.freshness.holds import look, still_holds, variable_digest
from reportgen.freshness.sources import Sources
from reportgen.observe import hooks, started
from reportgen.observe.frames import (
    Places,
    frames,
    is_from_python,
    is_ours,
    owner_of,
    package_imported,
)
from reportgen.observe.notes import Notes, by_module
from reportgen.observe.readers import TOPS, watch_readers
from reportgen.observe.settle import settled
from reportgen.observe.variables import CLOCK, given, is_spelled, of_copies

CLOCK_BEHIND = 0.02  # seconds that the time of a new file may be behind
CHILD = str(Path(__file__).with_name("child"))
LOOKS = frozenset({"stat", "lstat", "getsize"})  # ways to the size of a file
RESOLVES = frozenset({"realpath", "_joinrealpath"})


class Observer(Notes):
    """A context manager around a run, with ``observed`` (JSON) afterwards; see ``still_holds``.
    ``environment`` are then the packages that modules use which the closure does not know.

    ``code`` and ``modules`` are the definitions and the files of the closure, ``packages`` what it
    imports; ``exclude`` are folders whose files are no inputs, such as the store. Own modules are
    to be imported inside of an Observer.
    """

    def __init__(
        self,
        root: Path,
        modules: Iterable[str] = (),
        exclude: Iterable[Path] = (),
        *,
        code: Iterable[str] = (),
        packages: Iterable[str] = (),
        spool: Path | None = None,
    ) -> None:
        self.exclude = tuple(map(str, exclude))
        super().__init__(Places(root, map(Path, self.exclude)), spool)
        self.modules, self.code, self.packages = set(modules), set(code), set(packages)
        self.observed: dict[str, Any] = {}
        self.updated: set[str] = set()  # perhaps written, in C
        self.begun = time.time() - CLOCK_BEHIND
        self._set: set[str] = set()
        self._copies: set[CodeType] = set()
        self._before: hooks.Listener | None = None
        self._earlier: dict[str, dict[str, Any]] = {}
        self._kept: tuple[Any, dict[str, Any]] = None, {}
        told = json.dumps([self.place.root, self.exclude, str(self.spool)])
        path = os.pathsep.join(filter(None, [CHILD, os.environ.get("PYTHONPATH")]))
        self.children: Mapping[str, str] = {"REPORTGEN_OBSERVED": told, "PYTHONPATH": path}

    def __enter__(self) -> "Observer":
        linecache.clearcache()
        watch_readers()
        self.spool.unlink(missing_ok=True)
        for name, value in self.children.items():
            os.putenv(name, value)  # for children alone: this process does not see it
        started.clear()
        self._before = hooks.listen(self)
        hooks.finish_at_exit()
        return self

    def know(self, closure: Closure) -> None:
        """The code is that of this closure, also where it is not what it was taken for."""
        self.modules, self.code = set(closure.modules), set(closure.definitions)
        self.packages.update(closure.packages)

    def ready(self) -> None:
        """What was imported for the run is imported; what starts from now on has run."""
        started.clear()

    def __exit__(self, error: object, *rest: object) -> None:
        hooks.listen(self._before)
        for name in self.children:
            value = os.environ.get(name)
            os.unsetenv(name) if value is None else os.putenv(name, value)
        if error is None:
            self.observed = self._settled()
        self.spool.unlink(missing_ok=True)

    def _settled(self) -> dict[str, Any]:
        self.finish()
        if self.spool.exists():
            for line in self.spool.read_text().splitlines():
                owner, kind, name, value = json.loads(line)
                ours = kind == "environment" and value != variable_digest(name, given, like=value)
                if not ours:  # a variable that differs there was set by who started the process
                    self.note(owner, kind, name, value)
        observed = settled(self, by_module)
        for kind, earlier in self._earlier.items():
            observed[kind] = {**earlier, **observed.get(kind, {})}
        return observed

    def so_far(self) -> dict[str, Any]:
        """What has been observed until now; worked out again only where there is more."""
        spooled = self.spool.stat().st_size if self.spool.exists() else 0
        size = len(self.seen), sum(map(len, by_module.values())), spooled
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

    def finish(self) -> None:
        """Note what only the end tells: which code has started, and what that asks for."""
        starts = list(started.started())
        for code in starts:
            if name := self.place.name(code.co_filename):
                self.note("", "ran", f"{name}:{code.co_firstlineno}", "")
        known = list(started.all_loaded())
        ran = (*starts, *(code for code in known if not started.is_function(code)))
        if any(not CLOCK.isdisjoint(code.co_names) for code in ran):
            self.ask("", "TZ")
        if self._copies:
            for word in of_copies(known):
                self.ask("", word)

    def declare(self, path: str | Path) -> None:
        """Note a file, or a folder with all that it holds, as an input of the run."""
        place = Path(self.place.root, path).resolve()
        if not place.is_dir():
            self.file("", self.place.name(str(place)) or str(place))
            return
        for folder, _, files in os.walk(place):
            self.folder("", self.place.name(folder) or folder)
            for path in (os.path.join(folder, file) for file in files):
                self.file("", self.place.name(path) or path)

    # What the hooks tell -----------------------------------------------------------------------

    def read(self, path: str) -> None:
        """Note a file that is read, a source as a module."""
        name = self.place.name(path)
        if not name:
            return
        is_code = name.endswith(".py")
        if (owner := owner_of(self.place, source=is_code, settings=not is_code)) is not None:
            self.file(owner, name)
            if is_code:
                self.note(owner, "modules", name, "")

    def connected(self, path: str) -> None:
        """A database is opened, which reads and writes in C, in files beside it as well."""
        name, owner = self.place.name(path), owner_of(self.place)
        if name and owner is not None:
            for one in (name, f"{name}-wal"):
                if one == name or os.path.exists(self.place.path(one)):
                    self.file(owner, one)
                self.updated.add(one)

    def handed(self, path: str) -> None:
        """A reader in C is given a path. What the run has written itself it may read again."""
        name = self.place.name(path)
        if not name or (owner := owner_of(self.place)) is None:
            return
        if os.path.exists(path) and os.stat(path).st_ctime < self.begun:
            self.declare(os.path.abspath(path))
        elif not os.path.exists(path):
            self.note(owner, "files", name, None)

    def wrote(self, path: str) -> None:
        """What a run writes is no input of it."""
        if name := self.place.name(path):
            self.written.add(name)

    def joined(self, link: str, target: str) -> None:
        """What is read through a link that the run has made is what it leads to."""
        self.place.links[os.path.abspath(link)] = os.path.abspath(target)

    def listed(self, path: str) -> None:
        """Note the names in a folder."""
        name = self.place.name(path)
        if name and (owner := owner_of(self.place)) is not None:
            self.folder(owner, name)

    def looked(self, path: str) -> None:
        """A look is that of own code, or in the project also that of a package on its behalf."""
        name = self.place.name(path)
        if not name or name in self.written or name == ".":
            return
        by = next(frames())
        if is_from_python(by) and by.f_code.co_name in RESOLVES:
            return
        direct = os.path.isabs(name) or name.endswith(".py")
        if (owner := owner_of(self.place, direct=direct, source=direct)) is not None:
            sized = next(f for f in frames() if f.f_code.co_name not in LOOKS)
            self.note(owner, "files", name, look(path, sized=self.place.is_source(sized)))

    def linked(self, path: str) -> None:
        """Note where a link leads."""
        name = self.place.name(path)
        if name and os.path.islink(path) and (owner := owner_of(self.place)) is not None:
            self.note(owner, "links", name, os.readlink(path))

    def asked(self, variable: str) -> None:
        """Note a variable that own code asks for."""
        if variable in self._set or ("environment", variable) in self.seen:
            return
        owner = ""
        for frame in frames():
            if self.place.is_source(frame):
                owner = frame.f_code.co_filename if frame.f_code.co_name == "<module>" else ""
                break
            if package_imported(frame) or is_ours(frame) or is_spelled(variable, frame):
                return
        if not variable.startswith("LC_"):
            self.ask(owner, variable)

    def copied(self) -> None:
        """Note which code has a copy of the environment."""
        for frame in frames():
            if self.place.is_source(frame):
                self._copies.add(frame.f_code)
                return
            if is_ours(frame) or package_imported(frame):
                return

    def set(self, variable: str) -> None:
        """What a run sets it may read again."""
        self._set.add(variable)

    def imported(self, module: str, statement: bool) -> None:
        """Note a module that is imported by name: all of it may be used."""
        if module.partition(".")[0] in TOPS:
            watch_readers()
        file = getattr(sys.modules.get(module), "__file__", None)
        if not isinstance(file, str):
            return
        if statement and self.place.is_source(next(frames())):
            self.loaded(file)
            return
        name = self.place.name(file)
        if name and name.endswith(".py") and (owner := owner_of(self.place)) is not None:
            self.note(owner, "modules", name, "whole")  # it may be asked for anything

    def missed(self, module: str) -> None:
        """Note a module that own code looks for in vain."""
        if (owner := owner_of(self.place, direct=True)) is not None:
            self.note(owner, "missing", module, None)

    def loaded(self, path: str) -> None:
        """Note the file of a module."""
        name = self.place.name(source_from_cache(path) if path.endswith(".pyc") else path)
        if (
            name
            and ("modules", name) not in self.seen
            and (owner := owner_of(self.place)) is not None
        ):
            self.note(owner, "modules", name, "")

    def started(self, words: list[str], folder: str) -> None:
        """Note scripts and files in the command of a program."""
        self._copies -= {frame.f_code for frame in frames()}  # a copy for a program
        if (owner := owner_of(self.place)) is None:
            return
        modules = [m.replace(".", "/") for flag, m in pairwise(words) if flag == "-m"]
        words = words + [f"{m}{end}" for m in modules for end in (".py", "/__main__.py")]
        for word in (*words, *(word.partition("=")[2] for word in words)):
            name = self.place.name(os.path.join(folder, word)) if word else None
            if name and not os.path.isabs(name) and os.path.isfile(self.place.path(name)):
                self.file(owner, name)
                if name.endswith(".py"):
                    self.note(owner, "modules", name, "")
