"""The store as its users see it: a writable local layer over read-only ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.store.objects import CorruptObject, MissingObject, Objects
from reportgen.store.records import Record, Records
from reportgen.store.values import load_value, save_value


@dataclass(frozen=True)
class Layer:
    """One folder with ``objects/`` and ``records/``."""

    name: str
    folder: Path

    @property
    def objects(self) -> Objects:
        """The objects of this layer."""
        return Objects(self.folder / "objects")

    @property
    def records(self) -> Records:
        """The records of this layer."""
        return Records(self.folder / "records")


class Store:
    """Local layer first, then the bundle. Only the local layer is written."""

    def __init__(self, local: Path, *lower: Layer) -> None:
        self.folder = local
        self.layers = [Layer("local", local), *lower]
        self.objects = [layer.objects for layer in self.layers]
        self.records = [layer.records for layer in self.layers]
        self.filled = [r for r in self.records if r is self.records[0] or r.folder.is_dir()]

    def records_of(self, node: str) -> list[Record]:
        """All records of a node; of two with one key the upper layer's comes first."""
        return [record for records in self.filled for record in records.of(node)]

    def bad_records(self) -> list[str]:
        """What was found among the records and is none, in sentences."""
        return [fault for records in self.records for fault in records.faults]

    def find(self, digest: str) -> Path:
        """The path of a verified object. Raises MissingObject or CorruptObject."""
        corrupt: CorruptObject | None = None
        for objects in self.objects:
            try:
                return objects.verify(digest)
            except MissingObject:
                continue
            except CorruptObject as error:
                corrupt = error
        raise corrupt or MissingObject(digest)

    def has(self, record: Record) -> bool:
        """Whether every object of a record lies in some layer (their bytes are not read)."""
        return all(any(d in objects for objects in self.objects) for d in record.objects)

    def load(self, digest: str) -> Any:
        """A value by its digest, from whichever layer has it."""
        return load_value(self.find, digest)

    def save(self, value: Any, name: str) -> tuple[str, list[str]]:
        """Store a value in the top layer; its digest and those of its objects."""
        return save_value(self.objects[0], value, name)

    def put(self, record: Record) -> None:
        """Write a record into the top layer."""
        self.records[0].put(record)

    @contextmanager
    def lock(self, node: str) -> Iterator[None]:
        """Hold a node, against other processes, while it runs."""
        from filelock import FileLock

        folder = self.folder / "locks"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held = FileLock(folder / f"{node}.lock").acquire()
        except PermissionError as error:
            raise ReportgenError(
                f"The store '{self.folder}' cannot be written: {error.strerror}.",
                hint="Make it writable, or set 'store' in [tool.reportgen] to another folder.",
            ) from None
        with held:
            yield


def open_store(project: Project) -> Store:
    """The store of a project, over its bundle."""
    return Store(project.store_dir, Layer("bundle", project.bundle_dir))
