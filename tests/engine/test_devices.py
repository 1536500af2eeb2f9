"""Devices and memory: a slot for each GPU, a share of the cores, and what follows a full device."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.engine.pool import LocalExecutor, gpus, local_executor, share_of_cores
from reportgen.engine.run import thread_count
from tests.conftest import ProjectFolder

DEVICES = """
import os
from reportgen import Run, artifact

@artifact
def first(run: Run):
    return {"threads": os.environ.get("OMP_NUM_THREADS", "")}
"""

FULL = """
import time
from pathlib import Path
import torch
from reportgen import Run, artifact

TRIES = Path(r"{tries}")
ERRORS = {{
    "cuda": torch.cuda.OutOfMemoryError("no room"),
    "mps": RuntimeError("MPS backend out of memory (MPS allocated: 18.0 GB)"),
}}

@artifact
def big(run: Run, *, fits="{fits}"):
    with TRIES.open("a") as file:
        file.write(run.device.type + " ")
    if len(TRIES.read_text().split()) == 1:
        (TRIES.parent / "big").touch()
        start = time.monotonic()
        while {company} and not (TRIES.parent / "small").exists():
            assert time.monotonic() - start < 100
            time.sleep(0.01)
    if run.device.type != "cpu" and (fits == "never" or len(TRIES.read_text().split()) == 1):
        raise ERRORS[run.device.type]
    return {{"device": run.device.type}}
"""

SMALL = """

@artifact
def small():
    start = time.monotonic()
    while not (TRIES.parent / "big").exists():
        assert time.monotonic() - start < 100
        time.sleep(0.01)
    (TRIES.parent / "small").touch()
    return 1
"""


@pytest.fixture
def fake_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``fake_gpus(2)`` puts an nvidia-smi that lists two on the PATH."""

    def fake(count: int) -> None:
        lines = "\n".join(f"echo 'GPU {i}: NVIDIA H100 (UUID: GPU-{i})'" for i in range(count))
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\n{lines}\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    return fake


def slots(executor: LocalExecutor) -> list[str]:
    executor.shutdown()
    return [slot.device for slot in executor.slots]


@pytest.mark.parametrize(
    ("count", "jobs", "device", "expected"),
    [
        (2, 1, "", [""]),
        (2, 2, "", ["0", "1"]),
        (2, 8, "", ["0", "1"]),
        (4, 2, "", ["0", "1"]),
        (1, 4, "cuda", ["0"]),
        (2, 3, "cpu", ["", "", ""]),
        (0, 3, "", ["", "", ""]),
    ],
)
def test_every_gpu_has_one_slot(
    fake_gpus: Callable[[int], None], count: int, jobs: int, device: str, expected: list[str]
) -> None:
    fake_gpus(count)
    assert slots(local_executor(jobs, device)) == expected


@pytest.mark.parametrize(
    ("visible", "expected"),
    [("", ()), ("-1", ()), ("3", ("3",)), ("GPU-a,GPU-b", ("GPU-a", "GPU-b"))],
)
def test_gpus_that_are_hidden_are_left_alone(
    fake_gpus: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    visible: str,
    expected: tuple[str, ...],
) -> None:
    fake_gpus(8)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus() == expected


def test_several_workers_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert share_of_cores(1) == 0
    assert share_of_cores(2) == max(1, thread_count() // 2)
    assert share_of_cores(10_000) == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert share_of_cores(2) == 0


def test_a_worker_runs_with_its_share(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project({"experiments/report.py": DEVICES})
    cores = thread_count()
    assert project.run("build", "--jobs", str(cores * 2)).code == 0
    assert project.run("value", "first.threads").out == '"1"\n'


def record_of(project: ProjectFolder, node: str) -> dict[str, object]:
    [path] = (project.root / ".reportgen/records" / node).iterdir()
    data: dict[str, object] = json.loads(path.read_text())
    return data


@pytest.mark.parametrize(
    ("fits", "company", "tries", "note"),
    [
        ("never", False, "cuda cpu", "out of device memory, run on the CPU"),
        ("second time", True, "mps mps", "out of device memory, run again alone"),
        ("never", True, "cuda cuda cpu", "out of device memory, run on the CPU"),
    ],
)
def test_out_of_memory_is_tried_alone_then_on_the_cpu(
    make_project: Callable[..., ProjectFolder],
    tmp_path: Path,
    fits: str,
    company: bool,
    tries: str,
    note: str,
) -> None:
    source = FULL.format(tries=tmp_path / "tries", fits=fits, company=company)
    project = make_project({"experiments/report.py": source + SMALL * company})
    # No GPU is needed: a device's name costs nothing, and the error is raised by hand.
    env = {"CUDA_VISIBLE_DEVICES": "-1"}
    done = project.run("build", "--jobs", "2", "--device", tries.split()[0], env=env)
    assert done.code == 0, done
    assert "Out of device memory; it is tried again." in done.err
    assert (tmp_path / "tries").read_text().split() == tries.split()
    assert record_of(project, "big")["notes"] == [note]


def test_out_of_memory_on_the_cpu_is_a_failure(
    make_project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    source = FULL.format(tries=tmp_path / "tries", fits="never", company=False)
    source = source.replace('run.device.type != "cpu" and', "True or").replace(
        "ERRORS[run.device.type]", 'ERRORS["cuda"]'
    )
    project = make_project({"experiments/report.py": source})
    done = project.run("build", "--device", "cuda")
    assert done.code == 1
    assert "Artifact 'big' failed" in done.err
    assert (tmp_path / "tries").read_text().split() == ["cuda", "cpu"]


PAIR = """
import os
import time
from pathlib import Path
from reportgen import artifact

OUTSIDE = Path(__file__).parents[2]

def seen_beside(mine, other):
    (OUTSIDE / mine).touch()
    start = time.monotonic()
    while not (OUTSIDE / other).exists():
        assert time.monotonic() - start < 100
        time.sleep(0.01)
    return os.environ.get("CUDA_VISIBLE_DEVICES")

@artifact
def left():
    return seen_beside("left", "right")

@artifact
def right():
    return seen_beside("right", "left")
"""


def test_each_worker_sees_its_own_gpu(
    make_project: Callable[..., ProjectFolder], fake_gpus: Callable[[int], None]
) -> None:
    fake_gpus(2)
    project = make_project({"experiments/report.py": PAIR})
    assert project.run("build", "--jobs", "2").code == 0
    seen = {project.run("value", node).out for node in ("left", "right")}
    assert seen == {'"0"\n', '"1"\n'}


def test_a_gpu_that_is_not_there(make_project: Callable[..., ProjectFolder]) -> None:
    source = "from reportgen import artifact\n\n@artifact\ndef one(run): return str(run.device)\n"
    done = make_project({"experiments/report.py": source}).run("build", "--device", "cuda:99")
    assert done.code == 1
    assert "There is no 'cuda:99' here: torch sees" in done.err
