"""A built project, served by the real command line, and what a browser would hear of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.conftest import ProjectFolder

PATIENCE = 120.0  # seconds; a deadline for machines under load, never a wait
POST = "templates/posts/2026-01-02-notes.md"
CODE = "experiments/report.py"
PAGE, OTHER_PAGE = "/_preview/notes/index.html", "/_preview/other/index.html"

FILES = {
    "pyproject.toml": """
        [tool.reportgen]
        title = "Notes"
        """,
    CODE: """
        import time
        from pathlib import Path

        import numpy as np
        from reportgen import Image, Run, Steps, Table, artifact, figure

        from experiments.shapes import LEVEL, square

        GATE = ""


        def wait():
            while GATE and not Path(GATE).exists():
                time.sleep(0.01)


        @artifact
        def walk(run: Run, *, steps=50, sigma=1.0):
            "A random walk."
            x = run.rng("steps").normal(size=steps) * sigma
            return {"x": np.cumsum(x), "last": float(x.sum()), "count": steps}


        @figure("A.1", caption="A walk of {walk.count} steps.")
        def ends(walk, *, digits=2):
            rows = [["end", round(walk["last"], digits)], ["level", LEVEL]]
            return Table(rows, columns=["what", "value"])


        @figure("B.2", caption="A square.")
        def still():
            return Image(square(12))


        @figure("C.1", caption="A square that moves.")
        def moving(run: Run, *, size=24):
            frames = []
            for i in run.progress(range(5), "frames"):
                if i == 2:
                    wait()
                frames.append(np.roll(square(size), 2 * i, axis=1))
            return Steps(frames, [f"step {i}" for i in range(5)])
        """,
    "experiments/shapes.py": """
        import numpy as np

        LEVEL = 0.25


        def square(size):
            image = np.full((size, size), LEVEL)
            image[2:6, 2:6] = 1.0
            return image
        """,
    POST: """
        ---
        title: Notes
        ---

        First paragraph, with $x^2$.

        ## One

        <%= ref("C.1") %> moves.

        <%= figure("C.1") %>

        <% claim walk.count > 10 %>The walk has <%= walk.count %> steps.<% endclaim %>

        ## Two

        <%= ref("A.1") %> is a table.

        <%= table("A.1") %>

        ## Three

        <%= ref("B.2") %> stands still.

        <%= figure("B.2") %>

        The last paragraph.
        """,
    "templates/posts/2026-01-03-other.md": """
        ---
        title: Other
        ---

        Another post.
        """,
    "site/assets/css/site.css": "body { margin: 2rem auto; max-width: 40rem; }\n",
}
State = dict[str, Any]


@dataclass
class Served:
    """A running ``reportgen serve``; states are heard over the websocket, as by a browser."""

    project: ProjectFolder
    process: "subprocess.Popen[str]"
    address: str
    socket: ClientConnection
    heard: int = 0

    @property
    def origin(self) -> str:
        return self.address.rstrip("/")

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of an address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.origin + path, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def page(self, path: str = PAGE) -> str:
        return self.get(path)[1]

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def until(self, what: Callable[[State], Any], kind: str = "state") -> State:
        """The first message from now on of which ``what`` is true."""
        end, last = time.monotonic() + PATIENCE, None
        while (left := end - time.monotonic()) > 0:
            try:
                message = json.loads(self.socket.recv(timeout=left))
            except TimeoutError:
                break
            self.heard += 1
            if message["type"] == kind:
                last = message
                if what(message):
                    return message
        brief = {key: last.get(key) for key in ("done", "problems")} if last else None
        happens = (states(last), doing(last)) if last and "figures" in last else None
        raise AssertionError(f"It was not heard; the last was {brief}, {happens}")

    def until_page(self, text: str, path: str = PAGE) -> State:
        """The first state in which a page has this text."""
        return self.until(lambda state: text in self.page(path))

    def until_well(self) -> State:
        """The first state without any problem, in which nothing is left to run."""
        return self.until(lambda s: s["ready"] and not s["problems"] and not any(doing(s).values()))

    def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Exit code and what was said on stderr."""
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, err


def doing(state: State) -> dict[str, str]:
    """What happens to each figure: ``running``, ``queued``, ``waiting`` or ''."""
    return {row["id"]: row["doing"] for row in state["figures"]}


def states(state: State) -> dict[str, str]:
    return {row["id"]: row["state"] for row in state["figures"]}


def listening(address: str) -> ClientConnection:
    """A websocket as a page of the server would open it, which nobody need read."""
    url = address.replace("http", "ws") + "_reportgen/live"
    origin: Any = address.rstrip("/")
    return connect(url, origin=origin, open_timeout=PATIENCE, ping_interval=None, max_queue=None)


@contextmanager
def serving(project: ProjectFolder, *arguments: str) -> Iterator[Served]:
    """Serve a project on a free port, and end that cleanly."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "serve", "--port", "0", *arguments],
        cwd=project.root,
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise AssertionError(process.communicate()[1])
        with listening(address) as socket:
            yield Served(project, process, address, socket)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """The project after a build."""
    project = ProjectFolder(tmp_path_factory.mktemp("built") / "project")
    project.write(FILES)
    done = project.run("build")
    assert done.code == 0, done
    return project


@pytest.fixture(scope="session")
def copy(
    built: ProjectFolder, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], ProjectFolder]:
    """Makes copies of the built project."""

    def make() -> ProjectFolder:
        folder = tmp_path_factory.mktemp("served") / "project"
        shutil.copytree(built.root, folder)
        return ProjectFolder(folder)

    return make


@pytest.fixture(scope="module")
def one_server(copy: Callable[[], ProjectFolder]) -> Iterator[Served]:
    """One server for all tests of a module."""
    with serving(copy()) as served:
        served.until_well()
        yield served


@pytest.fixture
def served(one_server: Served) -> Iterator[Served]:
    """The module's server over the project as it was at first, heard from now on."""
    with listening(one_server.address) as socket:
        served = replace(one_server, socket=socket, heard=0)
        served.until(lambda state: is_as_at_first(state, served))
        yield served
    restore(one_server.project)


def is_as_at_first(state: State, served: Served) -> bool:
    return (
        not state["problems"]
        and states(state) == {"C.1": "fresh", "A.1": "fresh", "B.2": "fresh"}
        and not any(doing(state).values())
        and set(state["pages"]) == {"/_preview/index.html", PAGE, OTHER_PAGE}
        and "First paragraph, with" in served.page()
        and "Another post." in served.page(OTHER_PAGE)
    )


def restore(project: ProjectFolder) -> None:
    """Give the files of a project the texts that they had at first."""
    for folder in ("experiments", "templates"):
        for path in (project.root / folder).rglob("*"):
            name = path.relative_to(project.root).as_posix()
            if path.is_file() and name not in FILES and path.suffix != ".pyc":
                path.unlink()
    project.write(FILES)
