"""Whole files or nothing: every write goes to a temporary name, and is renamed."""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any

from reportgen.errors import Place, ReportgenError

NO_WRITING = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}
"""What goes wrong with a file because of the disk or its owner, not because of us."""

WRITING = ".writing-"
"""How the names of files begin that are not whole yet."""


def write_bytes(path: Path, content: bytes, *, synced: bool = True) -> None:
    """Replace ``path`` by ``content``: a reader sees the old bytes or the new, never half."""
    with replacing(path, synced=synced) as temporary:
        temporary.write_bytes(content)


def write_changed(path: Path, content: bytes) -> None:
    """Write a file that can be made again, unless it has this content already."""
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content, synced=False)


def keep(path: Path, content: bytes) -> None:
    """Write a file of a cache. Where that cannot be, all is slower, not wrong."""
    with contextlib.suppress(OSError, ReportgenError):
        write_bytes(path, content, synced=False)


def own_folder(store: Path) -> None:
    """Make the folder of a store, with a .gitignore of its own: no commit takes it up by chance.

    Raises OSError where it cannot be made.
    """
    store.mkdir(parents=True, exist_ok=True)
    ignore = store / ".gitignore"
    if not ignore.exists():
        ignore.write_bytes(b"*\n")


@contextmanager
def replacing(path: Path, *, synced: bool = True) -> Iterator[Path]:
    """A temporary file to fill: renamed to ``path`` at the end, gone after an error. It is on the
    disk then, which takes time, unless ``synced`` says that it need not be.

    Raises ReportgenError where the disk is full or does not let us write.
    """
    import tempfile  # 8 ms, and a build with nothing to do writes nothing

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
        os.close(descriptor)
        temporary = Path(name)
        try:
            yield temporary
            if synced:
                with temporary.open("rb+") as file:
                    os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        if error.errno not in NO_WRITING:
            raise
        raise ReportgenError(f"'{path}' cannot be written: {error.strerror}.") from error


def refuse_special(files: Iterable[Path]) -> None:
    """Raise ReportgenError where one of ``files`` is a pipe, a device or the like.

    Whoever reads such a file may wait for ever, or fill the memory.
    """
    for file in files:
        if file.exists() and not file.is_file():
            raise ReportgenError(
                "This is no regular file, so it is not read.",
                place=Place(file),
                hint="Remove it, or give it another name.",
            )


def blob_id(content: bytes) -> str:
    """The id that git gives a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write JSON; what has no place in UTF-8, as in some names of files, stands as an escape."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def read_json(path: str | Path, *, most: int = -1) -> Any:
    """The JSON in a file, or None where the file is missing, cut off or damaged, is no file at all,
    or has more than ``most`` bytes."""
    try:
        status = os.stat(path)
        if not S_ISREG(status.st_mode) or 0 <= most < status.st_size:
            return None
        with open(path, "rb", buffering=0) as file:
            return json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return None


def file_below(folder: Path, path: str) -> Path | None:
    """The file at a path that a stranger gives, links followed; None unless below the folder."""
    try:
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # a name that is too long, or that has a zero in it
        return None
