"""Records: what a finished run leaves."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.files import read_json, write_json
from reportgen.store.schema import faults

FORMAT = 1
MOST = 1 << 26
"""Bytes of a record that are read; those of a run with thousands of files have a hundredth."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a run of a node is made from, known before it and noted after it.

    ``key`` is the digest of what the run depends on. ``inputs`` maps input names to their output
    digests, ``code`` holds the digest of every definition that the run can reach, ``sources``
    those of their files. ``version`` is the one that the node declares, None where nobody noted it.
    """

    node: str
    kind: str
    key: str
    params: Mapping[str, Any]
    inputs: Mapping[str, str]
    code: Mapping[str, str]
    sources: Mapping[str, str]
    seed: int
    commit: str = ""
    profile: str = "standard"
    version: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def recipe(self) -> dict[str, Any]:
        """These fields alone."""
        return {field.name: getattr(self, field.name) for field in fields(Recipe)}


@dataclass(frozen=True, kw_only=True)
class Record(Recipe):
    """One finished run of a node.

    ``output`` is the digest of what it returned, ``objects`` all objects of that, ``observed`` what
    it read while it ran, ``environment`` the versions it ran under. ``seconds`` is wall time;
    memory is in bytes. Times are ISO 8601, UTC.
    """

    output: str
    objects: tuple[str, ...]
    observed: Mapping[str, Any]
    environment: Mapping[str, str]
    device: str
    seconds: float
    finished: str
    peak_memory: int = 0
    peak_device_memory: int = 0
    accepted: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file name: runs with one key but other observations stay apart."""
        state = json.dumps([self.key, self.observed, self.environment], sort_keys=True)
        return sha256(state.encode()).hexdigest()[:24]

    @property
    def short_commit(self) -> str:
        """``f2f6e99``, and ``f2f6e99-dirty`` where sources differed from it; '' outside git."""
        commit, dash, dirty = self.commit.partition("-")
        return commit[:7] + dash + dirty

    def to_json(self) -> dict[str, Any]:
        """The record as it lies on the disk."""
        return {"format": FORMAT, **vars(self)}


def from_json(data: Any) -> Record | None:
    """The record in parsed JSON, or None where it is none of this format."""
    return None if isinstance(found := read_record(data), str) else found


def read_record(data: Any, node: str | None = None) -> Record | str:
    """The record in parsed JSON, of this node if one is named; or what is wrong with it."""
    if not isinstance(data, dict):
        return "it cannot be read"
    if data.get("format") != FORMAT:
        return "it has another format"
    fields = {name: value for name, value in data.items() if name != "format"}
    if fault := next(faults(fields), None):
        return fault
    if node is not None and fields.get("node") != node:
        return "it is the record of another node"
    try:
        lists = {"objects": tuple(fields["objects"]), "notes": tuple(fields["notes"])}
        return Record(**{**fields, **lists})
    except (KeyError, TypeError):
        return "it lacks a field"


class Records:
    """A folder of records, ``NODE/NAME.json`` each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bad: dict[str, str] = {}

    def put(self, record: Record) -> Path:
        """Write a record; its path."""
        write_json(self.path(record), record.to_json())
        return self.path(record)

    def path(self, record: Record) -> Path:
        """Where a record lies."""
        return self.folder / record.node / f"{record.name}.json"

    def of(self, node: str) -> list[Record]:
        """All records of a node, the newest first. What is none is named in ``bad``, with what is
        wrong with it by its path, and left where it is."""
        folder = os.path.join(self.folder, node)
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
        except OSError:
            return []
        found = []
        for path in (os.path.join(folder, name) for name in names):
            record = read_record(read_json(path, most=MOST), node)
            if isinstance(record, Record):
                found.append(record)
            else:
                self.bad[path] = record
        return sorted(found, key=lambda record: record.finished, reverse=True)

    @property
    def faults(self) -> list[str]:
        """What was found here and is no record, in sentences."""
        said = "'{}' is no record, and is left aside: {}."
        return [said.format(path, why) for path, why in self.bad.items()]

    def remove(self, record: Record) -> None:
        """Delete a record, if it is there."""
        self.path(record).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Record]:
        if self.folder.is_dir():
            for folder in sorted(self.folder.iterdir()):
                yield from self.of(folder.name)
