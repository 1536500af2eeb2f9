"""Kill it at any moment: nothing that is recorded is lost, and the next build does the rest.

Each test draws its moments from a seeded generator and triggers by what has happened, not by the
clock, so that it means the same on a slow machine.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.engine.survival import (
    NODES,
    ROUNDS,
    building,
    chance_of,
    check_store,
    kill,
    records_of,
    store_of,
    until,
    value_of,
    wait_until_gone,
    words,
    worker_of,
)

IMAGES = """
import os
from pathlib import Path
from PIL import Image
from reportgen import artifact

OUTSIDE = Path(__file__).parents[2] / "outside"

@artifact
def images():
    (OUTSIDE / "worker").write_text(str(os.getpid()))
    return [Image.new("L", (40, 40), i % 256).rotate(i) for i in range(150)]

@artifact
def copies(images):
    return {"width": images[7].width}
"""

TRAINING = """
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
import numpy as np
from reportgen import Run, artifact

OUTSIDE = Path(__file__).parents[2] / "outside"

def sign(*_):
    with (OUTSIDE / "worker").open("a") as file:
        file.write(f"{os.getpid()} ")

def noise(step):
    return np.random.default_rng(step).normal(size=50)

def alone(steps):
    yield from map(noise, steps)

def pool(steps):
    with ProcessPoolExecutor(2, get_context("fork"), sign) as executor:
        for step in steps:
            yield executor.submit(noise, step).result()

def loader(steps):
    from torch.utils.data import DataLoader
    yield from DataLoader(
        steps, batch_size=None, num_workers=2, collate_fn=noise, worker_init_fn=sign,
        multiprocessing_context="fork",
    )

@artifact
def weights(run: Run, *, steps=300):
    (OUTSIDE / "worker").write_text(f"{os.getpid()} {os.getppid()} ")
    checkpoint = run.checkpoint("training")
    state = checkpoint.load() or {"step": 0, "w": np.zeros(50)}
    (OUTSIDE / "resumed").write_text(str(state["step"]))
    w = np.array(state["w"])
    for step, more in enumerate(KIND(range(state["step"], steps)), state["step"]):
        w = 0.9 * w + more
        if step % 3 == 0:
            checkpoint.save({"step": step + 1, "w": w})
            (OUTSIDE / "step").write_text(str(step))
    return {"w": w}
"""


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_kill_9_at_any_moment(survivor: ProjectFolder, outside: Path, victim: str) -> None:
    moments = chance_of(victim)
    for _ in range(ROUNDS):
        start = moments.randint(1, len(NODES))
        if len(records_of(survivor)) == len(NODES):
            shutil.rmtree(store_of(survivor))  # all has survived; begin anew
        before = records_of(survivor)
        runs_before = words(outside / "ran")
        (outside / "ran").unlink(missing_ok=True)
        with building(survivor) as process:
            until(start, lambda: len(words(outside / "ran")), process)
            time.sleep(moments.random() * 0.05)
            worker = worker_of(outside, process)
            kill(process.pid if victim == "parent" else worker)
        if worker:
            wait_until_gone(worker)
        check_store(survivor)
        assert before.items() <= records_of(survivor).items()
        again = set(words(outside / "ran")) & set(before.values())
        assert not again, f"{again} ran again after {runs_before}"
    healed = survivor.run("build")
    assert healed.code == 0, healed
    check_store(survivor)
    assert sorted(records_of(survivor).values()) == sorted(NODES)


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_kill_9_while_objects_are_written(
    make_project: Callable[..., ProjectFolder], outside: Path, victim: str
) -> None:
    project = make_project({"experiments/report.py": IMAGES})
    moments = chance_of(victim)
    for share in sorted(moments.sample(range(1, 150), min(ROUNDS, 149))):
        with building(project) as process:
            until(share, lambda: len(list(store_of(project).glob("objects/??/*"))), process)
            worker = worker_of(outside, process)
            kill(process.pid if victim == "parent" else worker)
        wait_until_gone(worker)
        check_store(project)
        assert records_of(project) == {}
    assert project.run("build").code == 0
    check_store(project)
    assert value_of(project, "copies") == '{"width": 40}'


@pytest.mark.parametrize("kind", ["alone", "pool", "loader"])
def test_kill_9_during_a_training_with_checkpoints_and_child_processes(
    make_project: Callable[..., ProjectFolder], outside: Path, kind: str
) -> None:
    """The victim is the build, its worker, the process of the node or a child of that; whichever
    it is, none of them stays, and the training goes on where the last checkpoint was."""
    project = make_project({"experiments/report.py": TRAINING.replace("KIND", kind)})
    moments = chance_of(kind)

    def reached() -> int:
        return int((words(outside / "step") or ["0"])[0])

    for step in sorted(moments.sample(range(20, 280), min(ROUNDS, 260))):
        if records_of(project):
            break  # it came to its end before the last kill came
        before = reached()
        for trace in ("worker", "resumed", "step"):  # of the round before
            (outside / trace).unlink(missing_ok=True)
        with building(project) as process:
            until(step, reached, process)
            processes = list(map(int, words(outside / "worker")))
            kill(moments.choice([process.pid, *processes]))
        for one in processes:
            wait_until_gone(one)
        assert int(words(outside / "resumed")[0]) >= before
        check_store(project)
    assert project.run("build").code == 0
    killed = value_of(project, "weights")
    assert not list(store_of(project).glob("checkpoints/weights/*"))
    for path in [*store_of(project).glob("records/*/*"), outside / "step"]:
        path.unlink(missing_ok=True)  # the last kill may have come after the last step
    assert project.run("build").code == 0
    assert value_of(project, "weights") == killed


def test_two_builds_at_once_one_of_which_is_killed(survivor: ProjectFolder, outside: Path) -> None:
    moments = chance_of("two")
    for _ in range(ROUNDS):
        shutil.rmtree(store_of(survivor), ignore_errors=True)
        (outside / "ran").unlink(missing_ok=True)
        start = moments.randint(1, len(NODES))
        with building(survivor) as one, building(survivor) as other:
            victim, survives = moments.sample([one, other], 2)
            until(start, lambda: len(words(outside / "ran")), victim)
            kill(victim.pid)
            assert survives.wait(timeout=200) == 0
        check_store(survivor)
        assert sorted(records_of(survivor).values()) == sorted(NODES)


def test_a_build_goes_on_where_one_that_was_killed_held_the_lock(
    make_project: Callable[..., ProjectFolder], outside: Path
) -> None:
    source = f"""
        import os, time
        from pathlib import Path
        from reportgen import artifact

        @artifact
        def slow():
            with Path(r"{outside}", "ran").open("a") as file:
                file.write(f"{{os.getpid()}} ")
            while not Path(r"{outside}", "go").exists():
                time.sleep(0.01)
            return 1
        """
    project = make_project({"experiments/report.py": source})
    with building(project) as holder:
        until(1, lambda: len(words(outside / "ran")), holder)
        with building(project) as waiter:
            kill(holder.pid)
            until(2, lambda: len(words(outside / "ran")), waiter)
            (outside / "go").touch()
        assert waiter.returncode == 0
    assert len(records_of(project)) == 1
