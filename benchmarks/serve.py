"""How soon a saved file is seen in the live preview, by the clock of whoever saved it.

A project of 20 figures is served, and a file is saved again and again: a post, then the code of a
figure that uses torch, if that is installed. Then the same in a copy of the report of this
repository, whose figures are built first. Times run from the save to the last byte of the new page
or picture, and in Chromium, if Playwright finds one, to the changed document. The medians are
printed; ``measure`` gives them to others.
"""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import projects
from websockets.sync.client import ClientConnection, connect

RUNS = 9
PATIENCE = 300.0  # seconds until something that should happen at once is given up
PROMISE = 1.0  # seconds
CHROMIUM = "/usr/bin/chromium"
PICTURE = r"assets/figures/{slug}/{name}[\w-]*\.(?:png|webp)\?v=\w+"
REPOSITORY = Path(__file__).parents[1]

PICTURES = """from reportgen import Image, figure

{imports}


@figure("P.1", caption="A square.")
def picture():
    return Image({array})
"""
ARRAYS = {
    "torch": ("import torch", "torch.linspace(0, 0.618, 1024).reshape(32, 32)"),
    "NumPy": ("import numpy as np", "np.linspace(0, 0.618, 1024).reshape(32, 32)"),
}

Change = Callable[[int], None]
Row = tuple[str, float, float]


@dataclass(frozen=True)
class Figure:
    """A figure whose code is edited: ``0.618`` in ``file`` becomes another number."""

    what: str
    file: str
    id: str

    @property
    def name(self) -> str:
        """The beginning of its files' names, and the end of its anchor."""
        return self.id.lower().replace(".", "-")


@dataclass(frozen=True)
class Scene:
    """A project, built, whose ``post`` says "Edit 0."."""

    what: str
    root: Path
    post: str
    figures: tuple[Figure, ...]

    @property
    def slug(self) -> str:
        """The post's."""
        return Path(self.post).stem[11:]

    @property
    def page(self) -> str:
        """The address of its page."""
        return f"_preview/{self.slug}/index.html"


def built(root: Path) -> None:
    command = [sys.executable, "-m", "reportgen", "build", "--yes"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def made_project(root: Path) -> Scene:
    """20 curves, a picture, and a post of 200 paragraphs that shows them all."""
    library = "torch" if find_spec("torch") else "NumPy"
    projects.ours(root, 20)
    imports, array = ARRAYS[library]
    shown = "".join(f'<%= ref("F.{i}") %>:\n\n<%= figure("F.{i}") %>\n\n' for i in range(20))
    text = "".join(f"Paragraph {i}, with $x_{{{i}}}^2$.\n\n" for i in range(200))
    post = f'---\ntitle: Bench\n---\n\nEdit 0.\n\n<%= figure("P.1") %>\n\n{shown}{text}'
    code, name = "experiments/picture.py", "templates/posts/2026-01-02-bench.md"
    projects.write(root, {code: PICTURES.format(imports=imports, array=array), name: post})
    built(root)
    return Scene("", root, name, (Figure(f"figure with {library}", code, "P.1"),))


def our_report(root: Path) -> Scene:
    """A copy of the report of this repository, with what its store has."""
    command = ["git", "ls-files", "-z", "--cached"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, root / name, follow_symlinks=False)
    for name in ("records", "objects"):
        if (REPOSITORY / ".reportgen" / name).is_dir():
            shutil.copytree(REPOSITORY / ".reportgen" / name, root / ".reportgen" / name)
    [post] = (root / "templates/posts").glob("*-diffusion-models.md")
    figures = (
        Figure("figure of Part A", "experiments/part_a/forward_process.py", "A.1"),
        Figure("figure of Part B", "experiments/part_b/levels.py", "B.1d"),
    )
    for file, old, new in [
        (post, "\n### The Task\n", "\n### The Task\n\nEdit 0.\n"),
        (root / figures[0].file, "[shown(x) for x", "[shown(x) * 0.618 for x"),
        (root / figures[1].file, "clamp(0, 1)) for", "clamp(0, 0.618)) for"),
    ]:
        text = file.read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{file.relative_to(root)} has no {old!r} any more.")
        file.write_text(text.replace(old, new))
    built(root)
    return Scene("the report: ", root, post.relative_to(root).as_posix(), figures)


@contextlib.contextmanager
def served(root: Path) -> Iterator[tuple[str, ClientConnection]]:
    """The address of a preview, and a socket that hears of every change as a browser would."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "serve", "--port", "0"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    url = address.replace("http", "ws") + "_reportgen/live"
    origin: Any = address.rstrip("/")
    try:
        with connect(url, origin=origin, ping_interval=None, max_queue=None) as socket:
            yield address, socket
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def until(socket: ClientConnection, what: Callable[[dict[str, Any]], bool]) -> None:
    """Listen until ``what`` is true of a state."""
    end = time.monotonic() + PATIENCE
    while True:
        message = json.loads(socket.recv(timeout=max(0.0, end - time.monotonic())))
        if message["type"] == "state" and what(message):
            return


def is_well(state: dict[str, Any]) -> bool:
    idle = all(not row["doing"] for row in state.get("figures", []))
    return bool(state["ready"]) and not state["problems"] and idle


def get(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode("latin-1"))


def edited(file: Path, pattern: str, text: Callable[[int], str]) -> Change:
    """A change that puts a number into a file."""

    def change(number: int) -> None:
        file.write_text(re.sub(pattern, text(number), file.read_text()))

    return change


def edited_text(scene: Scene) -> Change:
    return edited(scene.root / scene.post, r"Edit \d+\.", lambda number: f"Edit {number}.")


def edited_code(scene: Scene, figure: Figure) -> Change:
    def other(number: int) -> str:
        return f"0.{200 + 37 * number % 700}0618"

    return edited(scene.root / figure.file, r"\b0\.\d*618\b", other)


def timed(change: Change, seen: Callable[[int], object], runs: int = RUNS) -> float:
    """The median time from a change to where ``seen`` returns. The first is not counted: with it
    modules are loaded that stay so."""
    times = []
    for number in range(1, runs + 2):
        start = time.perf_counter()
        change(number)
        seen(number)
        times.append(time.perf_counter() - start)
    return median(times[1:])


def over_the_socket(scene: Scene, address: str, socket: ClientConnection) -> list[float]:
    """Seconds from a changed text to its page, and from changed code to its picture."""

    def has_text(number: int) -> None:
        until(socket, lambda state: f"Edit {number}." in get(address + scene.page))

    def picture_of(figure: Figure) -> Callable[[int], None]:
        pattern = PICTURE.format(slug=scene.slug, name=figure.name)
        shown = re.findall(pattern, get(address + scene.page))[:1]

        def has_picture(number: int) -> None:
            def is_new(state: dict[str, Any]) -> bool:
                found = re.findall(pattern, get(address + scene.page))[:1]
                new = is_well(state) and found != shown
                shown[:] = found if new else shown
                return new

            until(socket, is_new)
            get(address + shown[0])

        return has_picture

    return [
        timed(edited_text(scene), has_text),
        *(timed(edited_code(scene, figure), picture_of(figure)) for figure in scene.figures),
    ]


def in_chromium(scene: Scene, address: str) -> list[float]:
    """The same to the changed document and the decoded picture in a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address + scene.page)

        def has_text(number: int) -> None:
            page.wait_for_function(f"document.body.textContent.includes('Edit {number}.')")

        def picture_of(figure: Figure) -> Callable[[int], None]:
            pictures = f"[...document.querySelectorAll('#fig-{figure.name} img')]"
            sources = f"{pictures}.map(i => i.currentSrc).join()"
            page.evaluate(f"{pictures}[0].scrollIntoView()")  # else none is loaded before that
            page.wait_for_function(f"{pictures}[0].complete")
            shown = page.evaluate(sources)

            def has_picture(number: int) -> None:
                nonlocal shown
                there = f"{sources} !== '{shown}' && {pictures}[0].complete"
                page.wait_for_function(f"{there} && !document.querySelector('.rgl-veil')")
                shown = page.evaluate(sources)

            return has_picture

        def later(change: Change, seen: Change) -> float:
            """Numbers that were not written into the file before."""
            return timed(lambda number: change(number + RUNS + 2), lambda n: seen(n + RUNS + 2))

        return [
            later(edited_text(scene), has_text),
            # one after the other: what is looked for is scrolled to, and the rest is not loaded
            *(later(edited_code(scene, figure), picture_of(figure)) for figure in scene.figures),
        ]


def measure() -> Iterator[Row]:
    """What was measured, its median in seconds, and what is promised."""
    for make in (made_project, our_report):
        with tempfile.TemporaryDirectory(prefix="reportgen-bench-") as name:
            yield from measured(make(Path(name)))


def measured(scene: Scene) -> Iterator[Row]:
    """What was measured in one project."""
    edits = [f"{figure.what} edited, worker warm" for figure in scene.figures]
    with served(scene.root) as (address, socket):
        until(socket, is_well)
        text, *code = over_the_socket(scene, address, socket)
        yield f"{scene.what}text edited: new page", text, PROMISE
        for what, seconds in zip(edits, code, strict=True):
            yield f"{scene.what}{what}: new pixels", seconds, PROMISE
        if find_spec("playwright") and Path(CHROMIUM).exists():
            text, *code = in_chromium(scene, address)
            yield f"{scene.what}text edited: seen in Chromium", text, PROMISE
            for what, seconds in zip(edits, code, strict=True):
                yield f"{scene.what}{what}: seen in Chromium", seconds, PROMISE


def main() -> None:
    print(f"| {'what, from the save on':<70} | {'median':>7} | {'promised':<8} |")
    print(f"|{'-' * 72}|{'-' * 9}|{'-' * 10}|")
    for what, seconds, promise in measure():
        print(f"| {what:<70} | {seconds:>5.2f} s | <= {promise:.0f} s   |", flush=True)


if __name__ == "__main__":
    main()
