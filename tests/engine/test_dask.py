"""Nodes on a Dask cluster: a real scheduler and real workers, started here."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import PYPROJECT, ProjectFolder

REPORT = """
import os, time
from pathlib import Path
from reportgen import Curve, Run, artifact, figure

MEETING = Path(r"{meeting}")

def meet(name, other):
    "Return only when the other is running too."
    (MEETING / name).touch()
    start = time.monotonic()
    while not (MEETING / other).exists():
        assert time.monotonic() - start < 100, "ran alone"
        time.sleep(0.01)
    return os.getppid()

@artifact
def left(run: Run, *, n=3):
    run.log(step=n)
    return {{"worker": meet("left", "right"), "n": n}}

@artifact
def right():
    return {{"worker": meet("right", "left"), "n": 4}}

@figure("A.1", caption="{{left.n}} and {{right.n}}.")
def both(left, right):
    return Curve({{"y": [left["n"], right["n"]]}}, x="x", y="y")

@artifact
def reader():
    return {{"text": Path("data.txt").read_text()}}

@artifact
def killed():
    os.kill(os.getpid(), 9)
"""


@contextmanager
def process(*arguments: str, env: dict[str, str] | None = None) -> Iterator[None]:
    started = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        started.terminate()
        started.wait(timeout=60)


@contextmanager
def running_cluster(folder: Path, env: dict[str, str] | None = None) -> Iterator[Path]:
    """The scheduler file of a cluster of two workers, each of one thread."""
    from distributed import Client

    file = folder / "scheduler.json"
    with ExitStack() as stack:
        stack.enter_context(
            process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                    "--no-dashboard", "--scheduler-file", str(file))
        )  # fmt: skip
        for _ in range(2):
            stack.enter_context(
                process("distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard",
                        "--local-directory", str(folder), "--scheduler-file", str(file), env=env)
            )  # fmt: skip
        with Client(scheduler_file=str(file), timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield file


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as file:
        yield file


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    """A folder outside the project, where nodes that run at once see one another."""
    (tmp_path / "meeting").mkdir()
    return tmp_path / "meeting"


@pytest.fixture
def report(make_project: Callable[..., ProjectFolder], meeting: Path) -> ProjectFolder:
    return make_project(
        {"experiments/report.py": REPORT.format(meeting=meeting), "data.txt": "here"},
        pyproject=f'{PYPROJECT}remote = "../remote"\n',
    )


def value(project: ProjectFolder, name: str) -> int:
    return int(project.run("value", name).out)


def test_two_workers_run_two_nodes_at_once(report: ProjectFolder, cluster: Path) -> None:
    done = report.run("build", "A.1", "--executor", f"dask:{cluster}")
    assert done.code == 0, done
    assert value(report, "left.worker") != value(report, "right.worker")
    assert report.run("build", "A.1", "--require-fresh").code == 0


def test_a_process_that_dies_fails_its_node_alone(report: ProjectFolder, cluster: Path) -> None:
    address = json.loads(cluster.read_text())["address"]
    assert address.startswith("tcp://127.0.0.1:")
    done = report.run("build", "--executor", f"dask:{address}")
    assert done.code == 1
    assert "Artifact 'killed' failed" in done.err
    assert "ended with exit code -9" in done.err
    states = {row["id"]: row["state"] for row in json.loads(report.run("status", "--json").out)}
    assert states == {
        "reader": "fresh",
        "left": "fresh",
        "right": "fresh",
        "A.1": "fresh",
        "killed": "failed",
    }


def test_without_a_shared_disk_results_come_through_the_remote(
    report: ProjectFolder, tmp_path: Path
) -> None:
    clone = ProjectFolder(tmp_path / "clone")
    shutil.copytree(report.root, clone.root)
    (tmp_path / "dask").mkdir()
    with running_cluster(tmp_path / "dask", {"REPORTGEN_PROJECT": str(clone.root)}) as file:
        done = report.run("build", "A.1", "--executor", f"dask:{file}")
        assert done.code == 0, done
        assert report.run("build", "A.1", "--require-fresh").code == 0
        assert clone.run("value", "left.n").out == "3\n"
        logs = [root.joinpath(".reportgen/logs/left") for root in (clone.root, report.root)]
        assert [log.exists() for log in logs] == [True, False]

        clone.write({"data.txt": "elsewhere"})
        refused = report.run("build", "reader", "--executor", f"dask:{file}")
        assert refused.code == 1
        assert "'reader' read something else on the worker" in refused.err
        assert "data.txt changed" in refused.err
        assert report.run("value", "reader").code != 0
        clone.write({"data.txt": "here"})
        done = report.run("build", "reader", "--executor", f"dask:{file}")
        assert done.code == 0, done

        clone.edit("experiments/report.py", "n=3", "n=5")
        report.edit("experiments/report.py", "n=3", "n=7")
        refused = report.run("build", "left", "--executor", f"dask:{file}")
        assert refused.code == 1
        assert "'experiments/report.py' in the worker's checkout" in refused.err
        assert "is not what it is here" in refused.err


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("slurm", 2, "There is no executor 'slurm'."),
        ("dask:", 2, "There is no executor 'dask:'."),
        ("dask:nowhere.json", 1, "No Dask scheduler answers at 'nowhere.json'"),
    ],
)
def test_a_cluster_that_is_not_there(
    project: ProjectFolder, name: str, code: int, message: str
) -> None:
    done = project.run("build", "--executor", name)
    assert done.code == code
    assert message in done.err
    assert "Traceback" not in done.err
