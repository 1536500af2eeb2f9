"""A page as PDF, printed by the Chromium or Chrome that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from reportgen.errors import ReportgenError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PATIENCE = 120  # seconds


def print_pdf(page: Path, target: Path, paper: str) -> Path:
    """Print an HTML file; the PDF replaces ``target`` once it is whole.

    ``paper`` is a page size of CSS, as ``A4``. Raises ReportgenError where no browser is
    installed, or where it prints nothing.
    """
    browser = find_browser()
    if target.exists() and not target.is_file():
        raise ReportgenError(f"'{target}' is no regular file, so it is not replaced.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        printed(browser, page, target, paper)
    except OSError as error:
        which = error.filename or target
        raise ReportgenError(f"'{which}' cannot be written: {error.strerror}.") from error
    return target


def printed(browser: str, page: Path, target: Path, paper: str) -> None:
    """``print_pdf`` with a browser that is there, into a folder that is there."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".printing-") as folder:
        made, sized = Path(folder) / "page.pdf", page.with_name(f"{Path(folder).name}.html")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--virtual-time-budget=20000",  # of the page's clock: pictures load, scripts run
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={made}",
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            sized.resolve().as_uri(),
        ]
        try:
            # A browser's command line has no paper, and what the page names lies beside it.
            sized.write_bytes(page.read_bytes() + f"<style>@page{{size:{paper}}}</style>".encode())
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            raise ReportgenError(f"'{browser}' did not print within {PATIENCE} s.") from None
        finally:
            sized.unlink(missing_ok=True)
        if done.returncode or not made.is_file():
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ReportgenError(f"'{browser}' printed no PDF: {said}")
        made.replace(target)


def find_browser() -> str:
    """The command of a Chromium; the variable ``CHROME`` names another one."""
    wanted = [os.environ["CHROME"]] if os.environ.get("CHROME") else BROWSERS
    for name in wanted:
        if found := shutil.which(name):
            return found
    raise ReportgenError(
        f"A PDF needs Chromium or Chrome; none of {', '.join(wanted[:4])} is installed.",
        hint="Install one, or name its command in the variable CHROME.",
    )
