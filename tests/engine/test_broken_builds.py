"""What a failure, a kill, Ctrl-C or a spoiled store does to a build, and what it leaves."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

from tests.conftest import ProjectFolder
from tests.engine.test_build import states


def test_a_failing_producer_leaves_the_others_alone(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                from reportgen import Curve, artifact, figure

                @artifact
                def broken():
                    values = {"a": 1}
                    return values["missing"]

                @figure("A.1", caption="Needs what is broken.")
                def needs(broken):
                    return Curve({"y": [1, 2]}, x="x", y="y")

                @figure("A.2", caption="Well.")
                def well():
                    return Curve({"y": [1, 2, 4]}, x="x", y="y")
                """
        }
    )
    done = project.run("build")
    assert done.code == 1
    assert "Artifact 'broken' failed (experiments/report.py:4): KeyError: 'missing'" in done.err
    assert 'File "experiments/report.py", line 6, in broken' in done.err
    assert "reportgen/engine" not in done.err
    assert states(project) == {"broken": "failed", "A.1": "missing", "A.2": "fresh"}


def test_a_worker_that_is_killed_fails_its_node_alone(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                import os, signal
                from reportgen import Curve, artifact, figure

                @artifact
                def killed():
                    os.kill(os.getpid(), signal.SIGKILL)

                @figure("A.2", caption="Well.")
                def well():
                    return Curve({"y": [1, 2, 4]}, x="x", y="y")
                """
        }
    )
    done = project.run("build")
    assert done.code == 1
    assert "killed by SIGKILL" in done.err
    assert states(project) == {"killed": "failed", "A.2": "fresh"}


TRAINING = """
import os, signal
import numpy as np
from reportgen import Curve, Run, artifact, figure

@artifact
def weights(run: Run, *, steps=40):
    checkpoint = run.checkpoint("training")
    state = checkpoint.load() or {"step": 0, "w": np.zeros(3)}
    w = np.array(state["w"])
    for step in run.progress(range(state["step"], steps), "step", steps):
        w = 0.9 * w + run.rng(f"step {step}").normal(size=3)
        checkpoint.save({"step": step + 1, "w": w})
        if step == 3:
            run.earlier += 1000
        if step == 17 and os.environ.get("DIE"):
            os.kill(os.getpid(), signal.SIGKILL)
    return {"w": w, "resumed_at": state["step"]}

@figure("A.1", caption="Weights.")
def picture(weights):
    return Curve({"w": weights["w"]}, x="i", y="w")
"""


def test_a_killed_training_resumes_and_ends_in_the_same_weights(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": TRAINING})
    killed = project.run("build", "weights", env={"DIE": "1"})
    assert killed.code == 1, killed
    resumed = project.run("build", "weights")
    assert resumed.code == 0, resumed
    assert project.run("value", "weights.resumed_at").out.strip() == "18"
    (row,) = json.loads(project.run("status", "weights", "--json").out)
    assert row["seconds"] > 1000
    with_kill = project.run("value", "weights.w").out
    (project.root / ".reportgen").rename(project.root / ".before")
    assert project.run("build", "weights").code == 0
    assert project.run("value", "weights.resumed_at").out.strip() == "0"
    assert project.run("value", "weights.w").out == with_kill
    assert not list((project.root / ".reportgen/checkpoints/weights").glob("*"))


def test_ctrl_c_stops_at_once_and_leaves_nothing_half_written(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                import time
                from pathlib import Path
                from reportgen import Curve, artifact

                @artifact
                def endless():
                    Path("started").touch()
                    while True:
                        time.sleep(0.01)
                """
        }
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build"],
        cwd=project.root,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not (project.root / "started").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Interrupted" in error
    assert not list((project.root / ".reportgen").rglob("records/*/*"))
    assert states(project) == {"endless": "missing"}


def test_a_corrupt_object_is_named_dropped_and_made_again(project: ProjectFolder) -> None:
    project.run("build")
    first = project.run("value", "walk.x").out
    for path in (project.root / ".reportgen/objects").glob("??/*"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    named = project.run("value", "walk.x")
    assert named.code == 1
    assert "is corrupt" in named.err
    assert "dropped" in named.err
    healed = project.run("build")
    assert healed.code == 0, healed
    assert project.run("value", "walk.x").out == first


def test_a_truncated_record_is_as_good_as_none(project: ProjectFolder) -> None:
    project.run("build")
    for path in (project.root / ".reportgen/records").rglob("*.json"):
        path.write_bytes(path.read_bytes()[:50])
    assert set(states(project).values()) == {"missing"}
    assert project.run("build").code == 0
    assert set(states(project).values()) == {"fresh"}
