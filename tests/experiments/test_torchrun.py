"""The example of a training in several processes, run as the docs say, tiny."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ProjectFolder

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


def test_two_processes_train_one_network(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project(
        {"parallel/report.py": REPORT},
        pyproject='[tool.reportgen]\nexperiments = ["parallel"]\n',
    )
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    env |= {"OMP_NUM_THREADS": "1"}
    done = project.run("build", "--device", "cpu", env=env)
    assert done.code == 0, done
    losses = json.loads(project.run("value", "denoiser.loss", env=env).out)
    assert len(losses) == 3 * 64 // 16
    assert losses[-1] < losses[0]
    value = json.loads(project.run("value", "denoiser", env=env).out)
    assert len(value["weights"]["leave.1.bias"]) == 1
    assert project.run("build", "--require-fresh", env=env).code == 0
