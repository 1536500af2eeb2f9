"""``reportgen gc`` while a real build is at work, and after one that was killed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reportgen.cli.gc import useless_checkpoints
from reportgen.engine.session import Session
from reportgen.project import find_project
from tests.conftest import ProjectFolder
from tests.engine.survival import (
    building,
    check_store,
    kill,
    records_of,
    store_of,
    until,
    value_of,
    words,
)

REPORT = """
import time
from pathlib import Path
from reportgen import Run, artifact

OUTSIDE = Path(__file__).parents[2] / "outside"

@artifact
def first(*, size=10):
    return {"x": list(range(size))}

@artifact
def second(first):
    with (OUTSIDE / "ran").open("a") as file:
        file.write("second ")
    while not (OUTSIDE / "go").exists():
        time.sleep(0.01)
    return {"sum": sum(first["x"])}
"""


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder], outside: Path) -> ProjectFolder:
    return make_project({"experiments/report.py": REPORT})


@pytest.fixture
def at_work(project: ProjectFolder, outside: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A build whose second node has begun and waits. Its first has a record that a look without
    ``--set`` has no use for, and its loose object is what an unfinished run leaves."""
    with building(project, "--set", "first.size=11") as process:
        until(1, lambda: len(words(outside / "ran")), process)
        yield process
        (outside / "go").touch()


def test_gc_takes_nothing_from_a_build_that_is_at_work(
    project: ProjectFolder, outside: Path, at_work: "subprocess.Popen[bytes]"
) -> None:
    before = records_of(project), sorted(store_of(project).glob("objects/??/*"))
    done = project.run("gc", "--keep", "1")
    assert done.code == 1
    assert "Another reportgen command is at work" in done.err
    assert before == (records_of(project), sorted(store_of(project).glob("objects/??/*")))
    (outside / "go").touch()
    assert at_work.wait(timeout=200) == 0
    check_store(project)
    assert words(outside / "ran") == ["second"]
    assert project.run("gc").code == 0


def test_a_build_that_was_killed_holds_off_nobody(
    project: ProjectFolder, at_work: "subprocess.Popen[bytes]"
) -> None:
    kill(at_work.pid)
    at_work.wait(timeout=200)
    assert project.run("gc", "--keep", "1").code == 0


def test_a_build_waits_for_a_gc_that_is_at_work(project: ProjectFolder, outside: Path) -> None:
    """The lock is held by a process of its own until it is told to go on."""
    (outside / "go").touch()
    script = (
        "import sys\nfrom pathlib import Path\nfrom reportgen.store.usage import alone\n"
        "folder = Path('.reportgen'); folder.mkdir()\n"
        "with alone(folder):\n    print('alone', flush=True); sys.stdin.readline()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=project.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "alone\n"
    with building(project) as process:
        assert not words(outside / "ran")
        holder.communicate("go on\n")
    assert process.returncode == 0
    assert value_of(project, "second") == '{"sum": 45}'


TRAINING = """
import os, signal
from reportgen import Run, artifact

@artifact
def weights(run: Run, *, steps=40):
    checkpoint = run.checkpoint("training")
    state = checkpoint.load() or {"step": 0}
    (run.scratch / "data").write_text("big")
    checkpoint.save({"step": 17})
    if "DIE" in os.environ:  # asked after the checkpoint, which holds whatever the answer is
        os.kill(os.getpid(), signal.SIGKILL)
    return {"resumed_at": state["step"], "steps": steps}
"""
PROFILES = "[tool.reportgen.profiles]\npaper = { weights = { steps = 9000 } }\nquick = {}\n"


def test_gc_keeps_what_is_fresh_under_any_profile(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": TRAINING}, pyproject=PROFILES)
    assert project.run("build", "--profile", "paper").code == 0
    for steps in (1, 2, 40):
        assert project.run("build", "--set", f"weights.steps={steps}").code == 0
    done = project.run("gc", "--keep", "1")
    assert done.out.startswith("2 records and"), done
    assert project.run("status", "--profile", "paper").code == 0
    assert project.run("status").code == 0
    check_store(project)


def test_gc_sweeps_checkpoints_that_no_profile_goes_on_with(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": TRAINING}, pyproject=PROFILES)
    for options in (["--set", "weights.steps=3"], ["--profile", "paper"], []):
        assert project.run("build", *options, env={"DIE": "1"}).code == 1
    assert len(list(store_of(project).glob("checkpoints/weights/*"))) == 3
    assert list(store_of(project).glob("scratch/*/*"))
    assert project.run("gc").code == 0
    assert len(list(store_of(project).glob("checkpoints/weights/*"))) == 2
    assert not list(store_of(project).glob("scratch/*/*"))
    assert project.run("build", "--profile", "paper").code == 0
    assert value_of(project, "weights", "paper") == '{"resumed_at": 17, "steps": 9000}'


def test_a_checkpoint_stays_while_an_input_is_stale(
    make_project: Callable[..., ProjectFolder],
) -> None:
    """Nobody knows yet which key its node will have."""
    code = (
        TRAINING.replace("run: Run,", "run: Run, data,")
        + "\n@artifact\ndef data():\n    return 1\n"
    )
    project = make_project({"experiments/report.py": code})
    waits, gone = (
        store_of(project) / f"checkpoints/{name}/{24 * '0'}" for name in ("weights", "x")
    )
    for folder in (waits, gone):
        folder.mkdir(parents=True)

    assert useless_checkpoints([Session(find_project(project.root))]) == [gone]


def test_why_still_has_its_diff_after_gc(project: ProjectFolder, outside: Path) -> None:
    (outside / "go").touch()
    assert project.run("build").code == 0
    project.edit("experiments/report.py", 'sum(first["x"])', 'max(first["x"])')
    assert project.run("gc").code == 0
    done = project.run("why", "second")
    assert '-    return {"sum": sum(first["x"])}' in done.out
    assert '+    return {"sum": max(first["x"])}' in done.out
