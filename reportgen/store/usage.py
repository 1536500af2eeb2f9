"""Who uses a store: any number of commands at once, or ``gc`` alone.

What a build has just computed belongs to no record yet, and what it found fresh it will read
later; to ``gc`` both look like waste. The lock is the system's own, so it ends with its process,
however that ends. A store that cannot be written needs none: nothing can be removed from it.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.errors import ReportgenError
from reportgen.files import own_folder

BYTES = 256
"""Commands that may use a store at once where locks are exclusive: each has one byte, gc all."""

if sys.platform == "win32":
    import msvcrt

    def share(file: int) -> None:
        """Lock a file together with others; wait for who has it alone."""
        share_bytes(file, lambda count: msvcrt.locking(file, msvcrt.LK_NBLCK, count))

    def take(file: int) -> None:
        """Lock a file alone. Raises OSError while others have it."""
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, BYTES)
else:
    import fcntl

    def share(file: int) -> None:
        """Lock a file together with others; wait for who has it alone."""
        fcntl.flock(file, fcntl.LOCK_SH)

    def take(file: int) -> None:
        """Lock a file alone. Raises OSError while others have it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def share_bytes(file: int, lock: Callable[[int], None]) -> None:
    """Lock one free byte of a file; ``lock(count)`` locks from where the file stands, or raises."""
    while True:
        for place in range(BYTES):
            os.lseek(file, place, os.SEEK_SET)
            try:
                return lock(1)
            except OSError:
                continue
        time.sleep(0.1)


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """Hold off ``gc`` from the store in ``folder``; wait for one that is at work."""
    try:
        own_folder(folder)
        file = (folder / "gc.lock").open("ab")
    except OSError:
        yield
        return
    with file:
        share(file.fileno())
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one. Raises ReportgenError while another command uses the store."""
    if not folder.is_dir():
        yield
        return
    with (folder / "gc.lock").open("ab") as file:
        try:
            take(file.fileno())
        except OSError:
            raise ReportgenError(
                "Another reportgen command is at work in this project and needs what is stored.",
                hint="Run 'reportgen gc' again when it has ended.",
            ) from None
        yield
