"""The tutorial: its commands run as they are printed, in a Jekyll blog, until the post is on it."""

import os
import re
import subprocess
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import settle
from tests.conftest import ProjectFolder
from tests.test_printed_commands import BLOG, ROOT

POST = "_preview/a-line-fitted-by-gradient-descent/index.html"
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "BROWSER": "true",
}


def blocks() -> list[list[str]]:
    """The commands of each block of the tutorial."""
    text = (ROOT / "docs/first-hour.md").read_text("utf-8")
    found = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    return [[line[2:] for line in block.splitlines()] for block in found]


def typed(command: str, folder: Path) -> str:
    """Run a line in a shell; return what it says."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def served(command: str, folder: Path, browser: Browser) -> None:
    """See the post in the live preview, as the browser that opens shows it in the end."""
    words = ["bash", "-c", f"exec {command.partition('#')[0]} --port 0"]
    with subprocess.Popen(
        words, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout is not None
            page = browser.new_page(viewport={"width": 390, "height": 800})
            page.goto(server.stdout.readline().decode().strip() + POST, wait_until="commit")
            for id in ("#fig-loss", "#fig-fit", "#table-weights"):
                page.wait_for_selector(id, timeout=120_000)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            pictured(page)
            page.close()
        finally:
            server.terminate()


def pictured(page: Page) -> None:
    """Take the tutorial's picture again; with REPORTGEN_PICTURES it replaces the kept one."""
    page.set_viewport_size({"width": 900, "height": 640})
    settle(page)
    taken = Image.open(BytesIO(page.screenshot()))
    place = ROOT / "docs/first-hour.png"
    if os.environ.get("REPORTGEN_PICTURES"):
        few = taken.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
        few.save(place, optimize=True)
    kept = Image.open(place)
    assert kept.size == taken.size
    shades = [Counter(image.convert("L").tobytes()).most_common(1)[0] for image in (kept, taken)]
    assert abs(shades[0][0] - shades[1][0]) < 8, "the page has another background"
    assert place.name in (ROOT / "docs/first-hour.md").read_text("utf-8")


def test_the_first_hour(tmp_path: Path, browser: Browser) -> None:
    begin, look, add = blocks()
    blog = tmp_path / "my-blog"
    ProjectFolder(blog).write(BLOG)
    (tmp_path / "study").mkdir()
    for command in begin:
        assert "Next: " in typed(command, tmp_path)
    assert (tmp_path / "study/pyproject.toml").read_text("utf-8").count('site = "../my-blog"') == 1
    typed(look[0], blog)
    served(look[1], blog, browser)
    for command in (*add, "reportgen build", "jekyll build --quiet"):
        typed(command, blog)
    (page,) = (blog / "_site").rglob("a-small-denoiser.html")
    shown = page.read_text("utf-8")
    assert 'id="fig-denoiser-loss"' in shown
    assert "What the reader sees." in shown
    assert list((blog / "_site").rglob("hello*"))
