"""The example of a training in several processes, run as the docs say, tiny."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ProjectFolder
from tests.engine.survival import wait_until_gone

ROOT = Path(__file__).parents[2]

REPORT = """
import torch
from experiments.examples.torchrun import train_in_processes
from reportgen import Run, artifact

@artifact
def denoiser(run: Run, *, processes=2, hidden=2, sigma=0.5, epochs=3, batch_size=16, lr=1e-2):
    images = torch.rand(64, 1, 28, 28, generator=run.generator("images")).round()
    labels = torch.zeros(64, dtype=torch.long)
    return train_in_processes(
        run, images, labels, processes=processes, hidden=hidden, sigma=sigma,
        epochs=epochs, batch_size=batch_size, lr=lr,
    )
"""


def make(make_project: Callable[..., ProjectFolder], report: str) -> ProjectFolder:
    return make_project(
        {"parallel/report.py": report},
        pyproject='[tool.reportgen]\nexperiments = ["parallel"]\n',
    )


def variables() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def test_two_processes_train_one_network(make_project: Callable[..., ProjectFolder]) -> None:
    project, env = make(make_project, REPORT), variables()
    done = project.run("build", "--device", "cpu", env=env)
    assert done.code == 0, done
    losses = json.loads(project.run("value", "denoiser.loss", env=env).out)
    assert len(losses) == 3 * 64 // 16
    assert losses[-1] < losses[0]
    value = json.loads(project.run("value", "denoiser", env=env).out)
    assert len(value["weights"]["leave.1.bias"]) == 1
    assert project.run("build", "--require-fresh", env=env).code == 0


def processes_of(project: ProjectFolder) -> list[int]:
    """The processes that train in the scratch folder of a project."""
    scratch = str(project.root / ".reportgen/scratch").encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if scratch in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def test_no_process_trains_on_when_the_build_is_killed(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make(make_project, REPORT.replace("epochs=3", "epochs=1_000_000"))
    with subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build", "--device", "cpu"],
        cwd=project.root,
        env={**os.environ, **variables()},
        stderr=subprocess.DEVNULL,
    ) as build:
        while len(started := processes_of(project)) < 3:  # torchrun and the two that it starts
            assert build.poll() is None
        build.kill()
    for pid in started:
        wait_until_gone(pid)
    assert processes_of(project) == []
