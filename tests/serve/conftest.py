"""A built project, served by the real command line, and what a browser would hear of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import IO, Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.conftest import ProjectFolder

PATIENCE = 120.0  # seconds; a deadline for machines under load, never a wait
POST = "templates/posts/2026-01-02-notes.md"
CODE = "experiments/report.py"
LISTS = ("/_preview/index.html", "/_preview/figures.html")
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
NUMBERS = count()


@dataclass
class Served:
    """A running ``reportgen serve``; states are heard over the websocket, as by a browser."""

    project: ProjectFolder
    process: "subprocess.Popen[str]"
    address: str
    socket: ClientConnection
    errors: IO[str]
    state: State
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

    def words(self, path: str = PAGE) -> str:
        """A page without its tags, such as those that mark values."""
        return re.sub(r"<[^>]+>", "", self.page(path))

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace texts, which must be there, in a file, as one save."""
        text = (self.project.root / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        save(self.project.root / name, text)

    def until(self, what: Callable[[State], Any]) -> State:
        """The state as a browser knows it, from now on, as soon as ``what`` is true of it."""
        end = time.monotonic() + PATIENCE
        while not what(self.state):
            self.hear(end)
        return self.state

    def hear(self, end: float) -> None:
        """Take in one more message: a state, or how far a run is."""
        try:
            message = json.loads(self.socket.recv(timeout=max(0.0, end - time.monotonic())))
        except TimeoutError:
            brief = {k: v for k, v in self.state.items() if k in ("problems", "progress", "pages")}
            happens = [(row["id"], row["state"], row["doing"]) for row in rows(self.state).values()]
            self.errors.seek(0)
            said = self.errors.read()
            raise AssertionError(f"It did not happen: {happens}, {brief}\n{said}") from None
        self.heard += 1
        if message["type"] == "state":
            self.state = message
        else:
            self.state = {**self.state, "progress": message}

    def until_page(self, *texts: str, path: str = PAGE) -> State:
        """The first state without problems in which a page has these texts."""

        def has(state: State) -> bool:
            page = self.page(path)
            words = self.words(path)
            sound = state["ready"] and not state["problems"]
            return sound and all(text in page or text in words for text in texts)

        return self.until(has)

    def until_well(self) -> State:
        """The first state without any problem, in which nothing is left to run."""
        return self.until(is_well)

    def until_problem(self, word: str) -> dict[str, Any]:
        """The problem that there is as soon as there is but one, with this word."""
        state = self.until(lambda s: len(s["problems"]) == 1 and word in str(s["problems"]))
        problem: dict[str, Any] = state["problems"][0]
        return problem

    def until_halfway(self, node: str) -> State:
        """The first state in which a run of this function is known to have come some way."""
        return self.until(
            lambda s: s["progress"] and s["progress"]["target"] == node and s["progress"]["done"]
        )

    def settle(self) -> None:
        """Wait until all that was saved before has been seen: what is saved last is seen last."""
        slug = f"passing-{next(NUMBERS)}"
        file, page = f"templates/posts/2026-01-09-{slug}.md", f"/_preview/{slug}/index.html"
        save(self.project.root / file, "---\ntitle: Passing\n---\n\nNothing.\n")
        self.until(lambda s: page in s["pages"])
        (self.project.root / file).unlink()
        self.until(lambda s: page not in s["pages"])

    def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Exit code and what was said on stderr."""
        self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE)
        self.errors.seek(0)
        return self.process.returncode, self.errors.read()


def save(path: Path, text: str) -> None:
    """Give a file a new text in one step, as many editors do."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def rows(state: State) -> dict[str, Any]:
    """What is said of each figure, by id."""
    return {row["id"]: row for row in state.get("figures", [])}


def doing(state: State) -> dict[str, str]:
    """What happens to each figure: ``running``, ``queued``, ``waiting`` or ''."""
    return {name: row["doing"] for name, row in rows(state).items()}


def states(state: State) -> dict[str, str]:
    return {name: row["state"] for name, row in rows(state).items()}


def is_well(state: State) -> bool:
    return state["ready"] and not state["problems"] and not any(doing(state).values())


@contextmanager
def listening(address: str) -> Iterator[tuple[ClientConnection, State]]:
    """A websocket as a page of the server would open it, and the state that it begins with."""
    url = address.replace("http", "ws") + "_reportgen/live"
    origin: Any = address.rstrip("/")
    with connect(
        url, origin=origin, open_timeout=PATIENCE, ping_interval=None, max_queue=None
    ) as socket:
        yield socket, json.loads(socket.recv(timeout=PATIENCE))


@contextmanager
def serving(project: ProjectFolder, *arguments: str) -> Iterator[Served]:
    """Serve a project on a free port, and end that cleanly."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "reportgen", "serve", "--port", "0", *arguments],
            cwd=project.root,
            env={**os.environ, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                errors.seek(0)
                raise AssertionError(errors.read())
            with listening(address) as (socket, state):
                yield Served(project, process, address, socket, errors, state)
        finally:
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
    with listening(one_server.address) as (socket, state):
        served = replace(one_server, socket=socket, state=state, heard=0)
        served.settle()
        served.until(is_as_at_first)
        yield served
    restore(one_server.project)


def is_as_at_first(state: State) -> bool:
    """For pages and figures; their texts are those of the files once these have been seen."""
    return (
        is_well(state)
        and states(state) == {"C.1": "fresh", "A.1": "fresh", "B.2": "fresh"}
        and set(state["pages"]) == {*LISTS, PAGE, OTHER_PAGE}
    )


def restore(project: ProjectFolder) -> None:
    """Give the files of a project the texts that they had at first."""
    for folder in ("experiments", "templates"):
        for path in (project.root / folder).rglob("*"):
            name = path.relative_to(project.root).as_posix()
            if path.is_file() and name not in FILES and path.suffix != ".pyc":
                path.unlink()
    for name, text in texts(FILES).items():
        if not (file := project.root / name).is_file() or file.read_text("utf-8") != text:
            save(file, text)


def texts(files: Mapping[str, str]) -> dict[str, str]:
    """Files as ``ProjectFolder.write`` would write them."""
    return {name: dedent(text).lstrip("\n") for name, text in files.items()}


@pytest.fixture
def cost(served: Served) -> Callable[[str, float], None]:
    """``cost("walk", 90.0)`` makes all runs of a node so far have taken so long."""

    def set_cost(node: str, seconds: float) -> None:
        for path in (served.project.root / ".reportgen/records" / node).glob("*.json"):
            record = json.loads(path.read_text(encoding="utf-8"))
            save(path, json.dumps({**record, "seconds": seconds}))

    return set_cost
