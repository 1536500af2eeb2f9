"""What git says of the project's repository, where there is git and a repository."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path


def said_by_git(root: Path, *arguments: str) -> str:
    """What git prints, '' where it is not installed or has no answer."""
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],
            cwd=root,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except (OSError, UnicodeDecodeError):
        return ""
    return done.stdout.rstrip() if done.returncode == 0 else ""


def differs(root: Path, sources: Iterable[str] = ()) -> bool:
    """Whether the files of a project are not those of its commit.

    Of files that git does not track those below the folders ``sources`` count, and code also where
    git is told to ignore it, or to believe that it has not changed.
    """
    there = [folder for folder in sources if (root / folder).exists()]
    if said_by_git(root, "status", "--porcelain", "--untracked-files=no", "--", "."):
        return True
    if not there:
        return False
    others = ("ls-files", "--others", "--exclude-standard")
    ignored = said_by_git(root, *others, "--ignored", "--", *(f"{each}/*.py" for each in there))
    hidden = re.search(r"(?m)^[a-zS] ", said_by_git(root, "ls-files", "-v", "--", *there))
    return bool(said_by_git(root, *others, "--", *there) or ignored or hidden)
