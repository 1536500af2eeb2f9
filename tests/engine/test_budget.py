"""What a build costs is said before, asked about where it is much, and held to a budget."""

import json
from collections.abc import Callable

import pytest

from reportgen.engine.plan import Price, outlasts
from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]

REPORT = """
from pathlib import Path
from reportgen import Image, artifact, figure

FACTOR = 1

def ran(name, value):
    with Path(__file__).parents[2].joinpath("ran").open("a") as file:
        file.write(name + " ")
    return value * FACTOR

@artifact
def dear():
    return ran("dear", 1)

@artifact
def after(dear):
    return ran("after", dear)

@artifact
def cheap():
    return ran("cheap", 2)
"""
NEVER_TIMED = """
@artifact
def new():
    return ran("new", 3)

"""


def timed(project: ProjectFolder, node: str, seconds: float) -> None:
    """Have the records of a node say that it took so long."""
    for record in (project.root / ".reportgen/records" / node).glob("*.json"):
        data = json.loads(record.read_text())
        record.write_text(json.dumps({**data, "seconds": seconds}))


def ran(project: ProjectFolder) -> list[str]:
    """What ran since this was last asked, in order."""
    file = project.root.parent / "ran"
    names = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return names


def test_a_budget_starts_the_cheapest_first_and_what_was_never_timed_last(
    make_project: Make,
) -> None:
    project = make_project({"experiments/report.py": REPORT})
    assert project.run("build").code == 0
    ran(project)
    timed(project, "dear", 4000)
    timed(project, "cheap", 10)
    project.edit("experiments/report.py", "FACTOR = 1", "FACTOR = 2")
    project.edit(
        "experiments/report.py", "@artifact\ndef dear", NEVER_TIMED + "@artifact\ndef dear"
    )
    dry = project.run("build", "--budget", "20m", "--dry-run")
    rows = {line.split()[0]: line for line in dry.out.splitlines()}
    assert "left out: over the budget" in rows["dear"]
    assert "left out: over the budget" in rows["after"]
    assert "over the budget" not in rows["cheap"] + rows["new"]
    price = "by their last runs, 1 never timed, which may outlast the budget, 2 left out, over the"
    assert "2 nodes to run, 10 s and" in dry.out
    assert price in dry.out
    assert ran(project) == []
    done = project.run("build", "--budget", "20m")  # asks nothing: it is no build of an hour
    assert done.code == 1
    assert price in done.err
    assert ran(project) == ["cheap", "new"]
    assert "2 left out (dear, after)" in done.err


@pytest.mark.parametrize(
    ("seconds", "elapsed", "late"),
    [(5.0, 0.0, False), (5.0, 1.0, False), (5.0, 1.1, True), (6.1, 0.0, True),
     (None, 6.0, False), (None, 6.1, True)],
)  # fmt: skip
def test_what_ends_later_than_a_budget_of_six_seconds(
    seconds: float | None, elapsed: float, late: bool
) -> None:
    assert outlasts(Price(seconds), elapsed, 6.0) is late


def test_figure_asks_before_a_long_run_as_build_does(make_project: Make) -> None:
    project = make_project()
    assert project.run("figure", "A.1").code == 0
    timed(project, "walk", 4000)
    project.edit("experiments/report.py", "* sigma", "* sigma * 2")
    asked = project.run("figure", "A.1")
    assert asked.code == 1
    assert "2 nodes to run, 1 h 7 min" in asked.err
    assert "above 30m" in asked.err
    assert "--yes" in asked.err
    assert project.run("figure", "A.1", "--yes").code == 0
    timed(project, "line", 4000)
    forced = project.run("figure", "A.1", "--force")
    assert forced.code == 0, forced
    assert "1 node to run" in forced.err
