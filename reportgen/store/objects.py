"""Bytes under their own SHA-256."""

from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path

from reportgen.errors import ReportgenError
from reportgen.files import write_bytes
from reportgen.store.schema import is_digest


class MissingObject(ReportgenError):
    """An object that a record points to is in none of the store's layers."""

    def __init__(self, digest: str, where: str = "the store") -> None:
        super().__init__(f"Object {digest[:12]} is not in {where}.")
        self.digest = digest


class CorruptObject(ReportgenError):
    """An object's bytes do not have its digest; the object has been dropped."""

    def __init__(self, path: Path, digest: str) -> None:
        super().__init__(
            f"Object {digest[:12]} is corrupt ('{path}'); it was dropped.",
            hint="The next build makes it again.",
        )
        self.digest = digest


class Objects:
    """A folder of objects, ``ab/cdef…`` each; writable unless it is a lower layer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verified: set[str] = set()

    def path(self, digest: str) -> Path:
        """Where an object lies. Raises MissingObject for what is no digest, and so no object."""
        if not is_digest(digest):
            raise MissingObject(str(digest))
        return self.folder / digest[:2] / digest[2:]

    def __contains__(self, digest: str) -> bool:
        return is_digest(digest) and self.path(digest).is_file()

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its digest; an object already there is left alone."""
        digest = sha256(content).hexdigest()
        if not self.holds(digest, content):
            write_bytes(self.path(digest), content)
        return digest

    def holds(self, digest: str, content: bytes) -> bool:
        """Whether the object is there and whole: a damaged one of the right size is none."""
        try:
            return self.path(digest).read_bytes() == content
        except OSError:
            return False

    def verify(self, digest: str) -> Path:
        """The path of an object whose bytes were checked, once a process.

        Raises MissingObject, or CorruptObject after dropping a file that has other bytes.
        """
        path = self.path(digest)
        if digest not in self.verified:
            try:
                whole = is_whole(path, digest)
            except OSError:
                raise MissingObject(digest) from None
            if not whole:
                drop(path)
                raise CorruptObject(path, digest)
            self.verified.add(digest)
        return path

    def get(self, digest: str) -> bytes:
        """The bytes of an object, after a look that they are right."""
        return self.verify(digest).read_bytes()

    def __iter__(self) -> Iterator[str]:
        for path in self.folder.glob("??/*"):
            if is_digest(path.parent.name + path.name):
                yield path.parent.name + path.name


def is_whole(path: Path, digest: str) -> bool:
    """Whether a file's bytes have this digest."""
    if not path.is_file():  # a pipe, for example, would be waited for
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == digest


def drop(path: Path) -> None:
    """Remove a file; one in a read-only layer stays and will be named again."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
