"""What a person sees while nodes run, on a terminal and in a pipe."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from reportgen.engine import progress
from reportgen.engine.build import build_nodes
from reportgen.engine.session import Session
from reportgen.messages import NORMAL
from reportgen.project import find_project
from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]

ENDLESS = """
from pathlib import Path
from reportgen import Run, artifact

SEEN = Path(__file__).parents[2] / "seen"

@artifact
def weights(run: Run, *, steps=1_000_000_000):
    run.log(loss=0.25)
    for step in run.progress(range(steps), "step"):
        if SEEN.exists():
            return step
"""
RATE = r"step \d+ of 1000000000, [\d.e+]+(/s| s each), [\d. hmins]+ left"


def test_a_terminal_shows_a_bar_with_rate_and_time_left(make_project: Make) -> None:
    """The run goes on until its rate has been seen."""
    project = make_project({"experiments/report.py": ENDLESS})
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build"],
        cwd=project.root,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = ""
    while process.poll() is None:
        try:
            shown += os.read(ours, 4096).decode(errors="replace")
        except OSError:  # the other end is closed
            break
        if re.search(RATE, shown) and "loss 0.25" in shown:
            (project.root.parent / "seen").touch()
    assert process.wait(timeout=200) == 0, shown
    assert "✓ weights" in shown
    assert "━" in shown
    os.close(ours)


def test_a_pipe_gets_lines_with_rate_and_time_left(
    make_project: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_project({"experiments/__init__.py": "", "experiments/report.py": ENDLESS})
    monkeypatch.setattr(progress, "PAUSE", 0.0)

    class Seeing(progress.PlainReporter):
        def say(self, text: str, volume: int = NORMAL) -> None:
            super().say(text, volume)
            if re.search(RATE + ", loss 0.25", text):
                (project.root.parent / "seen").touch()

    session = Session(find_project(project.root))
    outcome = build_nodes(session, list(session.graph), Seeing())
    assert outcome.good
    first, *lines, last = capsys.readouterr().err.splitlines()
    assert (first, last[:9]) == ("  weights …", "✓ weights")
    assert lines[0] == "  weights step 1 of 1000000000, loss 0.25"


def test_each_loop_has_its_own_pace() -> None:
    pace = progress.Pace()

    def text(label: str, done: int) -> str:
        return pace.text({"label": label, "done": done, "total": 100})

    assert text("training", 40) == "training 40 of 100"
    assert re.fullmatch(r"training 41 of 100, .+ left", text("training", 41))
    assert re.fullmatch(r"training 100 of 100, [^,]+", text("training", 100))
    assert text("testing", 1) == "testing 1 of 100"
    assert text("testing", 2).endswith(" left")
    assert text("testing", 1) == "testing 1 of 100"
