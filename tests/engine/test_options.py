"""Options of ``build`` and what they promise, and what a run is written down to have cost."""

import json
from collections.abc import Callable

from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]

FAILING = """
from reportgen import artifact

@artifact
def broken():
    raise ValueError("no luck")

@artifact
def well():
    return 1
"""

WITH_A_PACKAGE = """
import fastmath
from reportgen import artifact

@artifact
def answer():
    return fastmath.ANSWER
"""

BIG = """
import numpy as np
from reportgen import artifact

@artifact
def big():
    return float(np.ones(40_000_000).sum())

@artifact
def small(big):
    return big / 2
"""


def test_fail_fast_leaves_the_rest_and_keep_going_does_not(make_project: Make) -> None:
    project = make_project({"experiments/report.py": FAILING})
    fast = project.run("build", "--fail-fast")
    assert fast.code == 1
    assert "1 failed (broken); 1 left out (well)" in fast.err
    going = project.run("build")
    assert going.code == 1
    assert "1 ran; 1 failed (broken)" in going.err


def install(project: ProjectFolder, version: str, answer: int) -> dict[str, str]:
    """Put a version of a package where Python finds it; returns the variables that say where."""
    folder = project.root.parent / "packages"
    for old in folder.glob("fastmath-*.dist-info"):
        (old / "METADATA").unlink()
        old.rmdir()
    info = folder / f"fastmath-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fastmath\nVersion: {version}\n")
    (folder / "fastmath.py").write_text(f"ANSWER = {answer}\n")
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def test_another_version_of_a_package_reruns_only_on_request(make_project: Make) -> None:
    project = make_project({"experiments/report.py": WITH_A_PACKAGE})
    env = install(project, "1.2.0", 12)
    assert project.run("build", env=env).code == 0
    install(project, "1.2.9", 129)
    assert project.run("build", "--require-fresh", env=env).code == 0
    install(project, "1.3.0", 1300)
    status = project.run("status", "--json", env=env)
    (row,) = json.loads(status.out)
    assert (status.code, row["state"]) == (0, "env-stale")
    assert "fastmath 1.2 → 1.3" in row["reason"]
    assert "nothing to run" in project.run("build", env=env).err
    assert project.run("value", "answer", env=env).out == "12\n"
    assert "1 ran" in project.run("build", "--env", "rebuild", env=env).err
    assert project.run("value", "answer", env=env).out == "1300\n"
    assert json.loads(project.run("status", "--json", env=env).out)[0]["state"] == "fresh"


def test_time_and_memory_of_each_run_are_its_own(make_project: Make) -> None:
    """The second runs in the worker that the first has left."""
    project = make_project({"experiments/report.py": BIG})
    assert project.run("build").code == 0
    cost = {}
    for path in (project.root / ".reportgen/records").glob("*/*.json"):
        record = json.loads(path.read_text())
        assert record["seconds"] >= 0
        cost[record["node"]] = record["peak_memory"]
    assert 320e6 < cost["big"] < 2e9
    assert cost["small"] < cost["big"] - 200e6
