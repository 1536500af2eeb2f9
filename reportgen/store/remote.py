"""The remote layer: the same objects and records under any address that fsspec reads and writes.

Objects go first and records last, so that a record never points to what is not there. What comes
back is verified by its digest before it is kept. Nothing here is called unless somebody asks.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reportgen.distribution import extra
from reportgen.errors import ReportgenError, WrongUse
from reportgen.files import replacing, write_bytes
from reportgen.project import Project
from reportgen.store.layers import Layer, Store
from reportgen.store.objects import CorruptObject, MissingObject, is_whole
from reportgen.store.records import MOST, Record, read_record

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 8
"""Transfers at a time: most of each is waiting."""


BUCKETS = {"abfs", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a"}
"""Stores without folders, where making one would at most make a bucket of a mistyped name."""


@dataclass
class Moved:
    """What one push or pull did; ``bytes`` are those of the objects."""

    records: int = 0
    objects: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)


class DamagedRemote(ReportgenError):
    """An object in the remote has other bytes than its name says; it was not kept."""

    def __init__(self, url: str, digest: str) -> None:
        super().__init__(
            f"Object {digest[:12]} in '{url}' is damaged.",
            hint="Send it again from where it is whole: reportgen push --force",
        )


class Remote:
    """A store under a URL such as ``s3://bucket/report`` or a folder's path.

    Raises ReportgenError where the address cannot be opened, and from every method where it
    cannot be reached.
    """

    def __init__(self, url: str, root: Path | None = None) -> None:
        self.bad: dict[str, str] = {}
        self.url = url if "://" in url else str(Path(root or "", url).resolve())
        with reaching(self.url):
            self.files, self.folder = open_address(self.url)
            self.files.invalidate_cache()
        self.is_folder = "file" in protocols(self.files)

    # Objects -----------------------------------------------------------------------------------

    def push_objects(self, store: Store, digests: Iterable[str], *, force: bool = False) -> Moved:
        """Send the objects that are not there in full size, or all. Raises for one that we lack."""
        paths = [(digest, store.find(digest)) for digest in digests]
        moved = Moved()
        for size in in_parallel(lambda item: self.push_object(item[0], item[1], force), paths):
            moved.objects, moved.bytes = moved.objects + (size > 0), moved.bytes + size
        return moved

    def push_object(self, digest: str, path: Path, force: bool) -> int:
        """Send one object, unless it is there; returns the bytes sent."""
        size = path.stat().st_size
        if not force and self.size(self.object_name(digest)) == size:
            return 0
        self.write(self.object_name(digest), path.read_bytes())
        return size

    def pull_objects(self, layer: Layer, digests: Iterable[str]) -> Moved:
        """Fetch what the layer lacks. Raises MissingObject or CorruptObject, keeping no bad one."""
        wanted = [digest for digest in digests if digest not in layer.objects]
        sizes = list(in_parallel(lambda digest: self.pull_object(layer, digest), wanted))
        return Moved(objects=len(sizes), bytes=sum(sizes))

    def pull_object(self, layer: Layer, digest: str) -> int:
        """Fetch an object into a layer; its size. Raises MissingObject."""
        name = self.object_name(digest)
        if self.size(name) is None:
            raise MissingObject(digest, where=self.url)
        with replacing(layer.objects.path(digest)) as partial:
            with reaching(self.url):
                self.files.get_file(self.path(name), str(partial))
            if not is_whole(partial, digest):
                raise DamagedRemote(self.url, digest)
            return partial.stat().st_size

    # Records -----------------------------------------------------------------------------------

    def push_record(self, record: Record) -> bool:
        """Send a record whose objects are all there; False where it is there already."""
        content = json.dumps(record.to_json(), indent=1, sort_keys=True, ensure_ascii=False)
        name = self.record_name(record.node, record.name)
        if self.read(name) == content.encode():
            return False
        self.write(name, content.encode())
        return True

    def records_of(self, node: str) -> list[Record]:
        """All records of a node, the newest first. What is none is named in ``bad``."""
        with reaching(self.url):
            folder = self.path(f"records/{node}")
            names = self.files.ls(folder, detail=False) if self.files.isdir(folder) else []
        names = [name.rpartition("/")[2] for name in names if name.endswith(".json")]
        paths = [f"records/{node}/{name}" for name in sorted(names)]
        found = []
        for path, content in zip(paths, in_parallel(self.read_small, paths), strict=True):
            record = read_record(parsed(content), node)
            if isinstance(record, Record):
                found.append(record)
            else:
                self.bad[path] = record
        return sorted(found, key=lambda record: record.finished, reverse=True)

    # Files -------------------------------------------------------------------------------------

    def path(self, name: str) -> str:
        """The full path of a name at the remote."""
        return f"{self.folder}/{name}"

    def object_name(self, digest: str) -> str:
        """The name of an object."""
        return f"objects/{digest[:2]}/{digest[2:]}"

    def record_name(self, node: str, name: str) -> str:
        """The name of a record."""
        return f"records/{node}/{name}.json"

    def size(self, name: str) -> int | None:
        """A file's size in bytes, None where there is none."""
        with reaching(self.url):
            try:
                found = self.files.info(self.path(name))
                return int(found["size"]) if found["type"] == "file" else None
            except FileNotFoundError:
                return None

    def read_small(self, name: str) -> bytes | None:
        """A file of the size that a record may have, None where there is none."""
        return self.read(name) if (self.size(name) or MOST + 1) <= MOST else None

    def read(self, name: str) -> bytes | None:
        """The bytes of a file at the remote; None if there is none."""
        with reaching(self.url):
            try:
                return bytes(self.files.cat_file(self.path(name)))
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole. An object store shows it when all has arrived; elsewhere one that
        was cut off has another size, and is sent again."""
        if self.is_folder:
            write_bytes(Path(self.path(name)), content)
            return
        with reaching(self.url):
            if not BUCKETS & {*protocols(self.files)}:
                self.files.makedirs(self.path(name).rpartition("/")[0], exist_ok=True)
            self.files.pipe_file(self.path(name), content)


def open_remote(project: Project) -> Remote:
    """The remote that the project names. Raises WrongUse where it names none."""
    if not project.remote:
        raise WrongUse(
            "This project has no remote store.",
            hint='Name one in [tool.reportgen]: remote = "s3://bucket/report", or a folder.',
        )
    return Remote(project.remote, project.root)


def push_records(
    remote: Remote, store: Store, records: Iterable[Record], *, force: bool = False
) -> Moved:
    """Send records with all their objects, the objects first; one whose value is not here stays.

    With ``force`` objects are sent even where the remote has one of that name and size.
    """
    total = Moved()
    for record in records:
        try:
            moved = remote.push_objects(store, record.objects, force=force)
        except (MissingObject, CorruptObject) as error:
            total.faults.append(f"'{record.node}' stays here: {error.message}")
            continue
        total.objects += moved.objects
        total.bytes += moved.bytes
        total.records += remote.push_record(record)
    return total


def pull_record(remote: Remote, layer: Layer, record: Record) -> Moved:
    """Fetch a record's objects, then keep the record."""
    moved = remote.pull_objects(layer, record.objects)
    layer.records.put(record)
    moved.records = 1
    return moved


def open_address(url: str) -> tuple[Any, str]:
    """The file system of an address and the folder in it."""
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError:
        raise ReportgenError(
            "A remote store needs fsspec, which is not installed.",
            hint=f"{extra('remote')}, or [s3] for S3.",
        ) from None
    files, folder = url_to_fs(url)
    return files, str(folder).rstrip("/")


def protocols(files: Any) -> tuple[str, ...]:
    """The protocols of a file system."""
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Name the remote in whatever goes wrong. Each service has exceptions of its own, which have
    no common base but Exception."""
    try:
        yield
    except ReportgenError:
        raise
    except Exception as error:
        raise ReportgenError(f"The remote '{url}' cannot be reached: {error}.") from error


def parsed(content: bytes | None) -> Any:
    """JSON, None for what is none."""
    try:
        return json.loads(content or b"")
    except (ValueError, RecursionError):
        return None


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results in the order of ``items``, several worked on at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(work, items)
