"""Paths and files that may be published: regular ones, inside the branch, and nothing else."""

import os
import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from reportgen import media
from reportgen.errors import ReportgenError

Content = bytes | Path
"""What a published file holds: its bytes, or the regular file that has them."""

SHOWN = 8
"""How many faults of one kind an error lists."""

BLOG_PATHS = ("_posts/", "assets/figures/", *media.SHARED)
"""All that reportgen may write in somebody's blog; a path that ends in '/' means what is in it."""

WORKFLOW = ".github/workflows/pages.yml"
"""The one file that a report brings along outside its site."""

READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Follow no link, and do not wait at a pipe."""

GIT_FOLDER = re.compile(r"\.git[. ]*|git~\d+", re.IGNORECASE)
"""What some file system takes for '.git'."""


def check_path(path: str) -> str:
    """What is wrong with ``path`` as a path in a branch ("is absolute"), or ''."""
    parts = path.split("/")
    if not path or path.startswith("/") or re.match(r"^[A-Za-z]:", path):
        return "is not relative"
    if any(part in ("", ".", "..") for part in parts):
        return "leaves the branch or has an empty part"
    if any(GIT_FOLDER.fullmatch(part) for part in parts):
        return "would be a git folder"
    if any(ord(character) < 32 or ord(character) == 127 for character in path) or "\\" in path:
        return "has a control character or a backslash"
    return check_encoding(path)


def check_encoding(path: str) -> str:
    """What is wrong with a path for git and file systems, or nothing."""
    try:
        longest = max(len(part.encode()) for part in path.split("/"))
    except UnicodeEncodeError:
        return "is not valid Unicode"
    return "has a name of more than 255 bytes" if longest > 255 else ""


def check_paths(paths: Iterable[str], allowed: tuple[str, ...] = ()) -> None:
    """Raise ReportgenError for paths that leave the branch or are not among ``allowed``."""
    faults = [f"'{path}' {fault}." for path in paths if (fault := check_path(path))]
    faults += [f"'{path}' is where reportgen keeps its own lists." for path in paths
               if path.startswith(".reportgen/")]  # fmt: skip
    faults += [f"'{path}' is not one of reportgen's." for path in paths
               if allowed and not any(within(path, place) for place in allowed)]  # fmt: skip
    if faults:
        raise refusal("These paths cannot be published", faults)


def removable(path: str, allowed: tuple[str, ...], folders: Collection[str]) -> bool:
    """Whether a path in a branch can be one of ours at all, whatever a list of ours says.

    ``allowed`` is as in ``check_paths``, below one of ``folders`` ('' or 'docs/').
    """
    if path.startswith((".reportgen/", ".github/")):
        return path == WORKFLOW and not allowed
    return not allowed or any(
        within(path.removeprefix(folder), place)
        for folder in folders if path.startswith(folder) for place in allowed
    )  # fmt: skip


def within(path: str, place: str) -> bool:
    """Whether a path lies in a folder, which ends in a slash, or is that file."""
    return path.startswith(place) if place.endswith("/") else path == place


def collect(
    folder: Path, *, leave_out: Iterable[str] = (), among: Collection[str] | None = None
) -> dict[str, Path]:
    """Every file below ``folder`` by its path from there, but for those named in ``leave_out``.

    ``among``: the only paths of interest. Raises ReportgenError for a link or special file: what
    it points to may be anything, even outside the folder.
    """
    found: dict[str, Path] = {}
    faults: list[str] = []
    skipped = set(leave_out)
    pending = [folder]
    while pending:
        for entry in sorted(os.scandir(pending.pop()), key=lambda entry: entry.name):
            path = Path(entry.path)
            name = path.relative_to(folder).as_posix()
            if entry.name in skipped:
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif among is not None and name not in among:
                continue
            elif entry.is_file(follow_symlinks=False):
                found[name] = path
            else:
                faults.append(what_is_wrong_with(path))
    if faults:
        raise refusal("Only regular files can be published", faults)
    return found


def what_is_wrong_with(path: Path) -> str:
    """A sentence on a path that is no regular file."""
    if path.is_symlink():
        return f"'{path}' is a link to '{os.readlink(path)}'."
    return f"'{path}' is no regular file."


def read_content(content: Content) -> bytes:
    """The bytes of a file to be published. Raises ReportgenError for a link."""
    if isinstance(content, bytes):
        return content
    try:
        descriptor = os.open(content, READ)
    except OSError as error:
        why = what_is_wrong_with(content) if content.is_symlink() else f"{error.strerror}."
        raise ReportgenError(f"'{content}' cannot be published: {why}") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal("Only regular files can be published", [what_is_wrong_with(content)])
        return file.read()


def refusal(message: str, faults: list[str], hint: str | None = None) -> ReportgenError:
    """One error for many faults of a kind: the first few, then their number."""
    lines = [f"  {fault}" for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        lines.append(f"  … and {len(faults) - SHOWN} more.")
    return ReportgenError(f"{message}, so nothing was published:", excerpt="\n".join(lines),
                          hint=hint)  # fmt: skip
