"""Runs Jekyll, as GitHub does."""

import os
import shutil
import subprocess
from pathlib import Path

from reportgen.errors import ReportgenError

INSTALL = "Debian: sudo apt-get install jekyll. Else: gem install jekyll."


def installed() -> bool:
    """Whether there is a Jekyll on the path."""
    return shutil.which("jekyll") is not None


def check_installed() -> None:
    """Raises ReportgenError where there is no Jekyll."""
    if not installed():
        raise ReportgenError("Jekyll is not installed.", hint=INSTALL)


def command(*options: str | Path) -> list[str]:
    """The command that builds the site in the working directory."""
    return ["jekyll", "build", "--quiet", *map(str, options)]


def build(source: Path, destination: Path, baseurl: str) -> None:
    """Build a site as GitHub does. Raises ReportgenError with Jekyll's own words."""
    done = subprocess.run(
        command("--disable-disk-cache", "--baseurl", baseurl, "--destination", destination),
        cwd=source,
        env={**os.environ, "JEKYLL_ENV": "production"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.strip()]
        raise ReportgenError(
            "Jekyll could not build the site.",
            excerpt="\n".join(f"  {line.strip()}" for line in words[-6:]),
        )
