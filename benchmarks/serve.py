"""How soon a saved file is seen in the live preview, by the clock of whoever saved it.

A project of 20 figures is served, and a file is saved again and again: a post, then the code of a
figure that uses torch, if that is installed. Times run from the save to the last byte of the new
page or picture, and in Chromium, if Playwright finds one, to the changed document. The
medians are printed; ``measure`` gives them to others.
"""

import contextlib
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
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
POST, CODE = "templates/posts/2026-01-02-bench.md", "experiments/picture.py"
PAGE = "_preview/bench/index.html"
PICTURE = re.compile(r"assets/figures/bench/p-1\.png\?v=\w+")

PICTURES = """from reportgen import Image, figure

{imports}


@figure("P.1", caption="A square.")
def picture():
    return Image({array})
"""
ARRAYS = {
    "torch": ("import torch", "torch.linspace(0, 0.5, 1024).reshape(32, 32)"),
    "NumPy": ("import numpy as np", "np.linspace(0, 0.5, 1024).reshape(32, 32)"),
}

Change = Callable[[int], None]
Row = tuple[str, float, float]


def write_project(root: Path, library: str) -> None:
    """20 curves, a picture, and a post of 200 paragraphs that shows them all."""
    projects.ours(root, 20)
    imports, array = ARRAYS[library]
    shown = "".join(f'<%= ref("F.{i}") %>:\n\n<%= figure("F.{i}") %>\n\n' for i in range(20))
    text = "".join(f"Paragraph {i}, with $x_{{{i}}}^2$.\n\n" for i in range(200))
    post = f'---\ntitle: Bench\n---\n\nEdit 0.\n\n<%= figure("P.1") %>\n\n{shown}{text}'
    projects.write(root, {CODE: PICTURES.format(imports=imports, array=array), POST: post})
    subprocess.run(
        [sys.executable, "-m", "reportgen", "build"], cwd=root, check=True, capture_output=True
    )


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


def edited_text(root: Path) -> Change:
    def change(number: int) -> None:
        path = root / POST
        path.write_text(re.sub(r"Edit \d+\.", f"Edit {number}.", path.read_text()))

    return change


def edited_code(root: Path) -> Change:
    def change(number: int) -> None:
        path = root / CODE
        path.write_text(re.sub(r"0\.\d+,", f"0.{500 + number},", path.read_text()))

    return change


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


def over_the_socket(root: Path, address: str, socket: ClientConnection) -> tuple[float, float]:
    """Seconds from a changed text to its page, and from changed code to its picture."""
    shown = PICTURE.findall(get(address + PAGE))[-1:]

    def has_text(number: int) -> None:
        until(socket, lambda state: f"Edit {number}." in get(address + PAGE))

    def has_picture(number: int) -> None:
        def is_new(state: dict[str, Any]) -> bool:
            found = PICTURE.findall(get(address + PAGE))[-1:]
            new = is_well(state) and found != shown
            shown[:] = found if new else shown
            return new

        until(socket, is_new)
        get(address + shown[0])

    return timed(edited_text(root), has_text), timed(edited_code(root), has_picture)


def in_chromium(root: Path, address: str) -> tuple[float, float]:
    """The same to the changed document and the decoded picture in a browser."""
    from playwright.sync_api import sync_playwright

    picture = "document.querySelector('#fig-p-1 img')"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address + PAGE)
        page.wait_for_function(f"{picture}.complete")
        shown = page.evaluate(f"{picture}.src")

        def has_text(number: int) -> None:
            page.wait_for_function(f"document.body.textContent.includes('Edit {number}.')")

        def has_picture(number: int) -> None:
            nonlocal shown
            there = f"{picture}.src !== '{shown}' && {picture}.complete"
            page.wait_for_function(f"{there} && !document.querySelector('.rgl-veil')")
            shown = page.evaluate(f"{picture}.src")

        text, code = edited_text(root), edited_code(root)
        return (
            timed(lambda i: text(i + 50), lambda i: has_text(i + 50)),
            timed(lambda i: code(i + 50), lambda i: has_picture(i + 50)),
        )


def measure() -> list[Row]:
    """What was measured, its median in seconds, and what is promised."""
    library = "torch" if find_spec("torch") else "NumPy"
    with tempfile.TemporaryDirectory(prefix="reportgen-bench-") as name:
        root = Path(name)
        write_project(root, library)
        with served(root) as (address, socket):
            until(socket, is_well)
            text, code = over_the_socket(root, address, socket)
            what = f"figure with {library} edited, worker warm"
            rows = [("text edited: new page", text), (f"{what}: new pixels", code)]
            if find_spec("playwright") and Path(CHROMIUM).exists():
                text, code = in_chromium(root, address)
                rows += [("text edited: seen in Chromium", text)]
                rows += [(f"{what}: seen in Chromium", code)]
    return [(what, seconds, PROMISE) for what, seconds in rows]


def main() -> None:
    print(f"| {'what, from the save on':<58} | {'median':>7} | {'promised':<8} |")
    print(f"|{'-' * 60}|{'-' * 9}|{'-' * 10}|")
    for what, seconds, promise in measure():
        print(f"| {what:<58} | {seconds:>5.2f} s | <= {promise:.0f} s   |")


if __name__ == "__main__":
    main()
