"""What a run says: a file for each, ``logs/NODE/TIME.log`` in the store, the last few of a node."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

KEPT = 5


def log_name(node: str) -> str:
    """Where in the store the log of a run that begins now goes; later ones sort behind it."""
    return f"logs/{node}/{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.log"


@contextlib.contextmanager
def logged(path: Path) -> Iterator[TextIO]:
    """Send what this process says to a file, by descriptor, so that C code and the programs that it
    starts are heard too. Earlier logs beside it go, but for the last few."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(path.parent.glob("*.log"))[: 1 - KEPT]:
        old.unlink(missing_ok=True)
    with (
        path.open("w", buffering=1, encoding="utf-8") as output,
        redirected(sys.stdout, 1, output),
        redirected(sys.stderr, 2, output),
    ):
        yield output


@contextlib.contextmanager
def redirected(stream: TextIO, descriptor: int, output: TextIO) -> Iterator[None]:
    """Send a stream, and its descriptor, to a log while the context lasts."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    before = os.dup(descriptor)
    os.dup2(output.fileno(), descriptor)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, OSError):  # it may have been closed
            stream.flush()
        os.dup2(before, descriptor)
        os.close(before)
