"""Records: what a finished run leaves."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.store.files import read_json, write_json

FORMAT = 1


@dataclass(frozen=True)
class Record:
    """One finished run of a node.

    ``key`` is the digest of what the run depends on, ``output`` the digest of what it returned,
    ``objects`` all objects of the output. ``inputs`` maps input names to their output digests,
    ``code`` holds the digest of every definition that the run could reach, ``sources`` those of
    their files, ``observed`` what it read while it ran, ``environment`` the versions it ran
    under. ``version`` is the one that the node declares, None where nobody noted it. ``seconds``
    is wall time; memory is in bytes. Times are ISO 8601, UTC.
    """

    node: str
    kind: str
    key: str
    output: str
    objects: tuple[str, ...]
    params: Mapping[str, Any]
    inputs: Mapping[str, str]
    code: Mapping[str, str]
    observed: Mapping[str, Any]
    environment: Mapping[str, str]
    sources: Mapping[str, str]
    seed: int
    device: str
    seconds: float
    finished: str
    peak_memory: int = 0
    peak_device_memory: int = 0
    commit: str = ""
    profile: str = "standard"
    version: str | None = None
    notes: tuple[str, ...] = ()
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
        return {"format": FORMAT, **vars(self)}


def from_json(data: Any) -> Record | None:
    """The record in parsed JSON, or None where it is none of this format."""
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        return None
    try:
        return Record(**{**data, "objects": tuple(data["objects"]), "notes": tuple(data["notes"])})
    except (KeyError, TypeError):
        return None


class Records:
    """A folder of records, ``NODE/NAME.json`` each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, record: Record) -> Path:
        write_json(self.path(record), record.to_json())
        return self.path(record)

    def path(self, record: Record) -> Path:
        return self.folder / record.node / f"{record.name}.json"

    def of(self, node: str) -> list[Record]:
        """All readable records of a node, the newest first."""
        folder = os.path.join(self.folder, node)
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
        except OSError:
            return []
        found = [from_json(read_json(os.path.join(folder, name))) for name in names]
        return sorted((r for r in found if r), key=lambda r: r.finished, reverse=True)

    def remove(self, record: Record) -> None:
        self.path(record).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Record]:
        if self.folder.is_dir():
            for folder in sorted(self.folder.iterdir()):
                yield from self.of(folder.name)
