"""What git says of the project's repository, where there is git and a repository."""

import subprocess
from pathlib import Path


def said_by_git(root: Path, *arguments: str) -> str:
    """What git prints, '' where it is not installed or has no answer."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", check=False
        )
    except (OSError, UnicodeDecodeError):
        return ""
    return done.stdout.rstrip() if done.returncode == 0 else ""
