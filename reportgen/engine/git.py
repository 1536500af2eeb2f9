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


def outside_commit(root: Path, sources: Iterable[str]) -> bool:
    """Whether below the folders ``sources`` lies what is not in the commit, and git does not call
    it a change: files that it does not track, code that it is told to ignore, or to believe
    unchanged."""
    there = [folder for folder in sources if (root / folder).exists()]
    if not there:
        return False
    listed = said_by_git(root, "ls-files", "-v", "--cached", "--others", "--exclude-standard",
                         "--", *there)  # fmt: skip
    ignored = said_by_git(root, "ls-files", "--others", "--ignored", "--exclude-standard",
                          "--", *(f"{folder}/*.py" for folder in there))  # fmt: skip
    return bool(ignored or re.search(r"(?m)^[^H]", listed))
