"""A still of a page that draws itself, by the browser that is there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from reportgen.errors import ReportgenError

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "microsoft-edge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip


def screenshot(html: str, width: int, height: int) -> Any:
    """(H, W, 3) bytes of a page at two pixels for one, without the white around what it shows.

    Raises ReportgenError where there is no Chromium or Chrome, or it draws nothing.
    """
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder, "page.html"), Path(folder, "page.png")
        page.write_text(f"<style>body{{margin:0}}</style>{html}", encoding="utf-8")
        command = [
            browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--force-device-scale-factor=2", f"--window-size={width},{height}",
            "--virtual-time-budget=10000", f"--user-data-dir={folder}/profile",
            f"--screenshot={picture}", page.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not picture.is_file():
            words = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ReportgenError(f"The browser drew no picture: {words}")
        return trimmed(np.asarray(Image.open(picture).convert("RGB")))


def browser() -> str:
    """The path of a Chromium or Chrome."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise ReportgenError(
        "A Plotly or Bokeh figure is drawn by Chromium or Chrome, and none is here.",
        hint="Install one, such as: sudo apt-get install chromium",
    )


def trimmed(pixels: Any) -> Any:
    """The picture without white rows and columns at its right and lower edges."""
    seen = (pixels < 255).any(axis=2)
    if not seen.any():
        raise ReportgenError("The browser drew nothing.")
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return pixels[: rows[-1] + 1, : columns[-1] + 1]
