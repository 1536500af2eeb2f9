"""What goes wrong in a producer, or around it, is said as it is and stops nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from reportgen.engine.build import build_nodes
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.project import find_project
from reportgen.registry import Node
from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]


def state(project: ProjectFolder, node: str) -> str:
    (row,) = json.loads(project.run("status", "--json", node).out)
    return str(row["state"])


def test_a_producers_permission_error_is_its_own(make_project: Make) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                from reportgen import artifact

                @artifact
                def refused():
                    raise PermissionError(13, "Permission denied", "/data/mnist")
                """
        }
    )
    done = project.run("build")
    assert done.code == 1
    assert "failed (experiments/report.py:4): PermissionError: [Errno 13]" in done.err
    assert 'File "experiments/report.py", line 5, in refused' in done.err
    assert "store" not in done.err
    assert state(project, "refused") == "failed"


LOUD = """
import os
import time
from pathlib import Path
from reportgen import Run, artifact

OUTSIDE = Path(__file__).parents[2]

@artifact
def first(run: Run):
    for step in run.progress(range(3)):
        run.log(step=step)
    return 1

@artifact
def second(first):
    while not (OUTSIDE / "deaf").exists():
        time.sleep(0.01)
    return 2

@artifact
def third(second):
    return 3
"""


def test_a_build_goes_on_when_nobody_listens_any_more(make_project: Make) -> None:
    """As in ``reportgen build 2>&1 | head -2``."""
    project = make_project({"experiments/report.py": LOUD})
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build"],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    for line in iter(process.stderr.readline, b""):
        if b"second" in line:
            break
    process.stderr.close()
    (project.root.parent / "deaf").touch()
    assert process.wait(timeout=200) == 0
    assert project.run("build", "--require-fresh").code == 0


def test_a_build_whose_stderr_is_closed_from_the_start(make_project: Make) -> None:
    project = make_project({"experiments/report.py": LOUD})
    (project.root.parent / "deaf").touch()
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "reportgen", "build"]
    done = subprocess.run(command, cwd=project.root, stderr=writer, check=False, timeout=200)
    os.close(writer)
    assert done.returncode == 0
    assert state(project, "third") == "fresh"


class Deaf(Reporter):
    def heard(self, node: Node, message: dict[str, object]) -> None:
        raise BrokenPipeError("nobody there")


def test_a_reporter_that_fails_ends_the_build_and_its_worker(make_project: Make) -> None:
    """It is no dead worker, whose end would be waited for: this one waits to be told to go on."""
    source = LOUD.replace("range(3)", 'iter(lambda: 0, "never")')
    project = make_project({"experiments/__init__.py": "", "experiments/report.py": source})
    session = Session(find_project(project.root))
    with pytest.raises(BrokenPipeError, match="nobody there"):
        build_nodes(session, [session.graph.nodes["first"]], Deaf())
