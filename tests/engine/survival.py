"""Builds that are killed at chosen moments, and a stranger's look at what is left of them."""

import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from reportgen.engine.session import Options, Session
from reportgen.project import find_project
from reportgen.store.values import plain
from tests.conftest import ProjectFolder

REPORT = """
import os
from pathlib import Path
import numpy as np
from reportgen import Image, Run, artifact, figure

OUTSIDE = Path(__file__).parents[2] / "outside"  # no part of the project, so no input of any node

def ran(name):
    with (OUTSIDE / "ran").open("a") as file:
        file.write(name + " ")
    (OUTSIDE / "worker").write_text(str(os.getpid()))

@artifact
def first(run: Run):
    ran("first")
    return {"x": run.rng("x").random(size=300)}

@artifact
def second(run: Run, first):
    ran("second")
    return {f"part {i}": first["x"] * i / 19 for i in range(20)}

@artifact
def third(second):
    ran("third")
    return {"last": second["part 19"]}

@figure("A.1", caption="The last one.")
def picture(third):
    ran("picture")
    return Image(third["last"][:288].reshape(16, 18))
"""

USUAL_ROUNDS = 3
ROUNDS = int(os.environ.get("REPORTGEN_ROUNDS", USUAL_ROUNDS))
NODES = ("first", "second", "third", "picture")


def chance_of(label: str) -> random.Random:
    """The same moments in every usual run, others in each longer one; the seed is printed, and
    REPORTGEN_SEED brings them back."""
    usual = "180" if ROUNDS == USUAL_ROUNDS else secrets.token_hex(4)
    seed = os.environ.get("REPORTGEN_SEED", usual)
    print(f"REPORTGEN_SEED={seed} REPORTGEN_ROUNDS={ROUNDS}")
    return random.Random(f"{label} {seed}")


def store_of(project: ProjectFolder) -> Path:
    return project.root / ".reportgen"


def records_of(project: ProjectFolder) -> dict[str, str]:
    """Node by the path of its record."""
    paths = store_of(project).glob("records/*/*.json")
    return {str(path): path.parent.name for path in paths}


def check_store(project: ProjectFolder) -> None:
    """Every record points to whole objects, and every object is what its name says."""
    for path in store_of(project).glob("objects/??/*"):
        if not path.name.startswith("."):
            assert sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name
    for record in records_of(project):
        for digest in json.loads(Path(record).read_text())["objects"]:
            assert store_of(project).joinpath("objects", digest[:2], digest[2:]).is_file()


def value_of(project: ProjectFolder, node: str, profile: str = "") -> str:
    """A fresh value as JSON, looked up as the ``value`` command does."""
    session = Session(find_project(project.root), Options(profile=profile))
    status = session.status(session.graph.nodes[node])
    assert status.state == "fresh", status
    assert status.record is not None
    return json.dumps(plain(session.store.load(status.record.output)), default=lambda a: a.tolist())


def words(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def until(least: int, count: Callable[[], int], process: "subprocess.Popen[bytes]") -> None:
    """Wait until the build has got so far, or has ended."""
    while process.poll() is None and count() < least:
        time.sleep(0.001)


@contextlib.contextmanager
def building(project: ProjectFolder, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build", *arguments],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.wait(timeout=200)


def worker_of(outside: Path, process: "subprocess.Popen[bytes]") -> int:
    """The worker that wrote its number last; 0 where a build ended before any did."""
    while not (found := words(outside / "worker")):  # empty while a node writes it anew
        if process.poll() is not None:
            return 0
        time.sleep(0.001)
    return int(found[0])


def kill(pid: int) -> None:
    if pid > 0:  # 0 would be the group of these tests
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    if pid == 0:
        return True
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return True
    return b"Z" in stat.split()[2:3]


def wait_until_gone(pid: int) -> None:
    for _ in range(20_000):
        if gone(pid):
            return
        time.sleep(0.001)
    raise AssertionError(f"The worker {pid} outlived its parent.")
