"""The project's Python files: one snapshot of their digests, and their facts, read once ever."""

import ast
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import file_digest as hash_file
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.files import keep
from reportgen.freshness.facts import Facts
from reportgen.freshness.parse import read_facts
from reportgen.project import source_folders
from reportgen.registry.own import may_hold_code

BIG = 1 << 20  # bytes
SETTLED = 2_000_000_000  # nanoseconds, the coarsest clock of a file system in use (FAT)


class Sources:
    """All ``.py`` files below ``root`` that can be imported from it, as they are now.

    ``files`` maps their paths (relative, with ``/``) to the SHA-256 of their bytes. Files are
    parsed only when asked for, and what was found is kept below ``cache`` by content digest: an
    unchanged file is never parsed again, whatever its date says. ``torn`` says that a file was
    saved between the look at all and its own reading: nothing that was found out is to be kept
    then. ``texts`` are read in the place of files, as they were when they were loaded.
    """

    def __init__(
        self, root: Path, cache: Path | None = None, texts: Mapping[str, bytes] | None = None
    ) -> None:
        self.root, self.cache, self.torn = Path(root), cache, False
        self._known: dict[str, Any] | None = None
        self._facts: dict[str, Facts] = {}
        self.files: dict[str, str] = {}
        for file in sorted(_python_files(str(self.root), "")):
            with suppress(OSError):  # it has gone in the meantime
                self.files[file] = sha256((self.root / file).read_bytes()).hexdigest()
        self._texts = {name: text for name, text in (texts or {}).items() if name in self.files}
        self.files.update({n: sha256(text).hexdigest() for n, text in self._texts.items()})
        self.modules = _module_names(self.files)
        for folder in source_folders(self.root):
            below = {f[len(folder) + 1 :]: f for f in self.files if f.startswith(f"{folder}/")}
            for module, file in _module_names(below).items():
                self.modules.setdefault(module, below.get(file, ""))

    def facts(self, file: str) -> Facts:
        """What ``file`` says. Raises ReportgenError where its syntax is wrong."""
        if file not in self._facts:
            kept = self._kept(file)
            self._facts[file] = kept or self._read(file)
        return self._facts[file]

    def text(self, file: str, digest: str | None = None) -> str | None:
        """The source of ``file`` now, or that of an earlier ``digest`` if it was kept."""
        digest = digest or self.files.get(file, "")
        if self.files.get(file) == digest:
            data = (self.root / file).read_bytes()
        elif self.cache and self._place(digest, ".txt").is_file():
            data = self._place(digest, ".txt").read_bytes()
        else:
            return None
        return data.decode("utf-8", "replace").replace("\r\n", "\n")

    def package(self, file: str, level: int) -> str:
        """The package that ``level`` leading dots mean in ``file``."""
        return ".".join(file.split("/")[:-level])

    def module_file(self, module: str) -> str | None:
        """The file of a module of the project."""
        return self.modules.get(module) or None

    def inside(self, package: str) -> list[str]:
        """The modules and packages of the package with this ``__init__.py``."""
        folder = package.removesuffix("__init__.py")
        below = {file: file[len(folder) :] for file in self.files if file.startswith(folder)}
        return [
            f
            for f, rest in below.items()
            if rest.removesuffix("/__init__.py").count("/") == 0 and f != package
        ]

    def has(self, module: str) -> bool:
        """Whether the project has this module, or a folder that serves as one."""
        return module in self.modules

    def file_digest(self, path: Path) -> str | None:
        """The SHA-256 of any file, None if there is none. A big one is not read again while its
        status is the same and was already old when it was read: a file that has just been written
        may be written again within the same tick of the file system's clock."""
        try:
            stat = os.stat(path)
            if not S_ISREG(stat.st_mode):
                return None
            if stat.st_size <= BIG:
                return sha256(path.read_bytes()).hexdigest()
            status = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
            known = self._statuses().get(str(path))
            if known and known["status"] == status:
                return str(known["digest"])
            with open(path, "rb") as file:
                digest = hash_file(file, "sha256").hexdigest()
        except OSError:
            return None
        if self.cache and time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > SETTLED:
            self._statuses()[str(path)] = {"status": status, "digest": digest}
            self.retain("files.json", self._statuses())
        return digest

    def recall(self, name: str) -> dict[str, Any]:
        """What was retained in a JSON file of the cache; nothing where that cannot be read."""
        try:
            kept = json.loads((self.cache / name).read_bytes()) if self.cache else {}
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def retain(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep what was worked out for the next command, where there is a cache."""
        if self.cache:
            keep(self.cache / name, json.dumps(value).encode())

    def _statuses(self) -> dict[str, Any]:
        if self._known is None:
            self._known = self.recall("files.json")
        return self._known

    def _read(self, file: str) -> Facts:
        data = self._texts.get(file) or (self.root / file).read_bytes()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line, excerpt = getattr(error, "lineno", None), getattr(error, "text", None)
            raise ReportgenError(
                f"Not valid Python: {getattr(error, 'msg', error)}.",
                place=Place(file, line, getattr(error, "offset", None)),
                excerpt=excerpt and excerpt.rstrip(),
            ) from None
        facts = read_facts(tree)
        if sha256(data).hexdigest() != self.files[file]:
            self.torn = True
        elif self.cache:
            keep(self._place(self.files[file], ".txt"), data)
            keep(self._place(self.files[file], ".json"), json.dumps(facts.to_json()).encode())
        return facts

    def _kept(self, file: str) -> Facts | None:
        if self.cache is None:
            return None
        try:
            value: dict[str, Any] = json.loads(self._place(self.files[file], ".json").read_bytes())
            return Facts.from_json(value)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _place(self, digest: str, suffix: str) -> Path:
        assert self.cache is not None
        return (
            self.cache
            / (reading()[:16] if suffix == ".json" else "texts")
            / digest[:2]
            / (digest + suffix)
        )


def _python_files(folder: str, prefix: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        name = entry.name
        if name.endswith(".py"):
            if entry.is_file():
                yield prefix + name
        elif entry.is_dir() and not entry.is_symlink() and may_hold_code(entry.path, not prefix):
            yield from _python_files(entry.path, f"{prefix}{name}/")


def _module_names(files: Iterable[str]) -> dict[str, str]:
    """Module names and their files; folders without ``__init__.py`` have ''."""
    modules: dict[str, str] = {}
    for file in files:
        parts = file.removesuffix(".py").split("/")
        for depth in range(1, len(parts)):
            modules.setdefault(".".join(parts[:depth]), "")
        if parts[-1] != "__init__" and parts[-1].isidentifier():
            modules[".".join(parts)] = modules.get(".".join(parts)) or file
    for file in files:  # a package goes before a module of the same name
        if file.endswith("/__init__.py"):
            modules[file.removesuffix("/__init__.py").replace("/", ".")] = file
    return modules


def is_standard(module: str) -> bool:
    """Whether a module belongs to Python itself."""
    return module.partition(".")[0] in sys.stdlib_module_names


@cache
def reading() -> str:
    """The digest of the code that reads code."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ours(target: str) -> bool:
    """Whether an outside name is ``artifact`` or ``figure``, from whichever module of ours."""
    parts = target.split(".")
    return parts[0] == "reportgen" and parts[-1] in ("artifact", "figure")
