"""The private bare repository in which commits are made: one a remote, healed when damaged."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from reportgen.errors import ReportgenError
from reportgen.publish.git import Git, GitFailure, Settings
from reportgen.publish.refusals import refused

T = TypeVar("T")

WAIT = 60.0
"""Seconds to wait for another publish of ours to the same remote."""

PACKS, LOOSE = 50, 20_000
"""How many packs and loose objects a cache may hold before it is thrown away."""

DAMAGE = re.compile(
    r"corrupt|bad object|bad tree|unable to read (tree|sha1|\w+ object)|invalid object|"
    r"object file .* is empty|missing (blob|tree|commit)|loose object|packfile|index file|"
    r"unable to find [0-9a-f]{40}|could not parse|shallow file has changed|bad config|"
    r"^fatal: not a git repository",
    re.IGNORECASE | re.MULTILINE,
)
"""What git says when its repository is broken, which for a cache means: make a new one."""


FILES: Settings = (("init.defaultRefFormat", "files"),)
"""A killed run's locks are files that ``sweep`` finds."""


class Damaged(Exception):
    """The cache, or what was written to it, is not what it must be; make it anew."""


def with_cache(parent: Path, url: str, settings: Settings, work: Callable[[Git], T]) -> T:
    """What ``work`` returns for the cache of ``url``, which nobody else uses meanwhile.

    A cache that proves damaged is thrown away and ``work`` starts once more with a new one: all
    that it holds lies in the remote too. Raises ReportgenError where the cache cannot be written.
    """
    folder = parent / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.git"
    with locked(folder):
        try:
            return work(opened(folder, settings))
        except GitFailure as failure:
            if not DAMAGE.search(failure.stderr):
                raise refused(failure, url, "") from None
        except Damaged:
            pass
        remove(folder)
        try:
            return work(opened(folder, settings))
        except GitFailure as failure:
            raise refused(failure, url, "") from None
        except Damaged as error:  # in a new cache too
            hint = "Publish again, when nothing writes into the site any more."
            raise ReportgenError(f"Nothing was published: {error}.", hint=hint) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a cache; the system frees it when a process dies, however it dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{folder}.lock")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=WAIT)
    except Timeout:
        raise ReportgenError(
            "Another 'reportgen publish' to the same remote is still running.",
            hint="Wait for it to end, then run this one again.",
        ) from None
    except OSError as error:
        raise not_writable(folder.parent, error) from None
    try:
        yield
    finally:
        lock.release()


def opened(folder: Path, settings: Settings) -> Git:
    """The cache in ``folder``, made when it is not there, without what a killed run left behind."""
    try:
        if outgrown(folder):
            shutil.rmtree(folder)
        if not folder.is_dir():
            make(folder)
        sweep(folder)
    except OSError as error:
        raise not_writable(folder.parent, error) from None
    git = Git(git_dir=folder, settings=settings)
    git.run("rev-parse", "--git-dir")
    return git


def outgrown(folder: Path) -> bool:
    """Whether a cache holds so much of old publishes that a new one is cheaper than a cleaning."""
    packs = len(list((folder / "objects" / "pack").glob("*.pack")))
    sample = len(list((folder / "objects" / "17").glob("*")))  # as git itself estimates
    return packs > PACKS or sample * 256 > LOOSE


def make(folder: Path) -> None:
    """Make the repository under another name, so that a killed run leaves no half of one."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as parent:
        new = Path(parent) / "cache.git"
        kind = ("--bare", "--template=", "--object-format=sha1")
        Git(settings=FILES).run("init", "--quiet", *kind, "--", str(new))
        new.rename(folder)


def sweep(folder: Path) -> None:
    """Remove locks and half-written files: whoever held them is dead, for we hold our lock."""
    for stale in (*folder.glob("*.lock"), *(folder / "refs").rglob("*.lock")):
        stale.unlink(missing_ok=True)
    for left in (*folder.glob("index-*"), *folder.parent.glob("making-*")):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink()
    probe = folder / "index-probe"
    probe.touch()
    probe.unlink()


def remove(folder: Path) -> None:
    """Remove a folder of the cache. Raises ReportgenError where it cannot be."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise not_writable(folder, error) from None


def not_writable(folder: Path, error: OSError) -> ReportgenError:
    """The error of a cache that cannot be written."""
    return ReportgenError(
        f"The publishing cache in '{folder}' cannot be written: {error.strerror}.",
        hint="Make the folder writable, or remove it; reportgen makes it anew.",
    )
