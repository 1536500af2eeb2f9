"""What was seen so far, by kind and name; processes that a run starts write theirs to a file."""

import json
import os
import tempfile
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from reportgen.freshness.holds import file_digest, listing, variable_digest
from reportgen.observe.frames import Places
from reportgen.observe.variables import given

BIG = 1 << 20  # bytes; smaller files are hashed when they are read, others after the run
Seen = dict[tuple[str, str], Any]
"""Pairs of a kind (files, folders, environment, modules …) and a name, with what was found."""
by_module: dict[str, Seen] = {}
"""Seen while a module, by its absolute path, was imported."""
_spool = Path(tempfile.gettempdir(), f"reportgen-{os.urandom(8).hex()}.jsonl")


class Notes:
    """``seen`` by the run itself, files that it has ``written``, and ``big`` ones to be hashed."""

    def __init__(self, place: Places, spool: Path | None) -> None:
        self.place, self.spool = place, spool or _spool
        self.seen: Seen = {}
        self.written: set[str] = set()
        self.big: dict[str, os.stat_result] = {}
        self._process = 0 if spool else os.getpid()

    def note(self, owner: str, kind: str, name: str, value: Any) -> None:
        """Note a value, unless one that says more was noted before."""
        seen = by_module.setdefault(owner, {}) if owner else self.seen
        if (kind, name) in seen and _says(seen[kind, name]) >= _says(value):
            return
        seen[kind, name] = value
        if os.getpid() != self._process:  # a process that the run has started
            with self.spool.open("a") as spool:
                spool.write(json.dumps([owner, kind, name, value]) + "\n")

    def file(self, owner: str, name: str) -> None:
        """Note a file by its content, or that there is none or a folder."""
        if name in self.written:
            return
        path = self.place.path(name)
        try:
            stat = os.stat(path)
        except OSError:
            self.note(owner, "files", name, None)
            return
        if S_ISDIR(stat.st_mode):
            self.note(owner, "files", name, "folder")
        elif S_ISREG(stat.st_mode):
            big = stat.st_size > BIG and os.getpid() == self._process
            self.big.setdefault(name, stat) if big else None
            self.note(owner, "files", name, "" if big else file_digest(path))

    def folder(self, owner: str, name: str) -> None:
        """Note the names in a folder."""
        self.note(owner, "folders", name, listing(self.place.path(name)))

    def ask(self, owner: str, variable: str) -> None:
        """Note a digest of a variable's value."""
        self.note(owner, "environment", variable, variable_digest(variable, given))


def _says(value: Any) -> int:
    """How much a note says: that there is nothing or something, how large it is, all of it."""
    if value is None or value in ("file", "folder"):
        return 0
    return 1 if isinstance(value, str) and value.endswith(" bytes") else 2 + (value == "whole")
