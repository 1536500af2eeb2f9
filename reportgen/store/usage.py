"""Who uses a store: any number of commands at once, or ``gc`` alone.

What a build has just computed belongs to no record yet, and what it found fresh it will read
later; to ``gc`` both look like waste. The lock is the system's own, so it ends with its process,
however that ends. A store that cannot be written needs none: nothing can be removed from it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.errors import ReportgenError

try:
    import fcntl
except ImportError:  # Windows has no shared locks of this kind; gc is not held off there
    fcntl = None  # type: ignore[assignment]


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """Hold off ``gc`` from the store in ``folder``; wait for one that is at work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "gc.lock").open("ab")
    except OSError:
        yield
        return
    with file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one. Raises ReportgenError while another command uses the store."""
    if not folder.is_dir():
        yield
        return
    with (folder / "gc.lock").open("ab") as file:
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReportgenError(
                "Another reportgen command is at work in this project and needs what is stored.",
                hint="Run 'reportgen gc' again when it has ended.",
            ) from None
        yield
