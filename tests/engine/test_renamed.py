"""A stopped run says where it was; a renamed node keeps results, checkpoint and seed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from reportgen.cli import run
from tests.conftest import ProjectFolder

CODE = """
import signal

from reportgen import Run, artifact


@artifact
def walk(run: Run, *, steps=6):
    checkpoint = run.checkpoint("walk")
    state = checkpoint.load() or {"step": 0, "resumed": 0}
    for step in run.progress(range(state["step"], steps), "steps", steps):
        if step == 3 and not state["resumed"]:
            checkpoint.save({"step": 3, "resumed": 3})
            (run.root / "now").touch()
            signal.pause()
        state["step"] = step + 1
    return {"resumed": state["resumed"], "seed": run.seed, "draw": run.rng("x").normal()}


@artifact
def after(walk, *, factor=2):
    return {"twice": walk["draw"] * factor}
"""


def test_a_renamed_node_goes_on_where_it_was(
    make_project: Callable[..., ProjectFolder],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = make_project({"experiments/report.py": CODE})
    monkeypatch.chdir(project.root)

    def told(*arguments: str) -> str:
        run(list(arguments))
        return capsys.readouterr().out

    def rename(old: str, new: str, was: str) -> None:
        text = (project.root / "experiments/report.py").read_text("utf-8")
        head, tail = text.split(f"\ndef {old}(")
        head = head[: head.rindex("@artifact")] + f"@artifact(was={was})"
        tail = tail.replace(f"({old}, *", f"({new}, *").replace(f"{old}[", f"{new}[")
        project.write({"experiments/report.py": f"{head}\ndef {new}({tail}"})

    command = [sys.executable, "-m", "reportgen", "build", "walk"]
    building = subprocess.Popen(command, start_new_session=True)
    while not (project.root / "now").exists():
        assert building.poll() is None
    os.killpg(building.pid, signal.SIGKILL)
    building.wait()
    assert "interrupted at step 4 of 6, where it goes on" in told("status", "walk")
    rename("walk", "wander", '"walk"')
    assert "interrupted at step 4 of 6" in told("status", "wander")
    assert project.run("build").code == 0
    assert told("value", "wander.resumed") == "3\n"
    seed = told("value", "wander.seed")
    rename("wander", "roam", '("walk", "wander")')
    status = told("status")
    assert "roam   fresh" in status
    assert "code: experiments/report.py:after" in status
    told("accept", "after", "--reason", "its input has another name")
    assert told("value", "roam.seed") == seed
    told("gc", "--keep", "1")
    assert run(["status"]) == 0
