"""A run that goes on from a checkpoint ends where an undisturbed one does, or begins anew."""

import json
from collections.abc import Callable
from typing import Any

from tests.conftest import Done, ProjectFolder

Make = Callable[..., ProjectFolder]

CODE = """
    import os
    import pathlib
    import random
    import signal

    import numpy as np
    from reportgen import Run, artifact

    HERE = pathlib.Path(__file__).parent


    def die(run, step):
        if step == 3 and (run.root / "die").exists():
            os.kill(os.getpid(), signal.SIGKILL)


    @artifact
    def adds(run: Run):
        "Reads its data whenever it begins."
        x = float((HERE / "data.txt").read_text())
        checkpoint = run.checkpoint("sum")
        state = checkpoint.load() or {"step": 0, "total": 0.0}
        while state["step"] < 6:
            state = {"step": state["step"] + 1, "total": state["total"] + x}
            checkpoint.save(state)
            die(run, state["step"])
        return {"v": state["total"]}


    @artifact
    def once(run: Run):
        "Reads its data only where there is no checkpoint."
        checkpoint = run.checkpoint("sum")
        state = checkpoint.load()
        if state is None:
            state = {"step": 0, "x": float((HERE / "data.txt").read_text()), "total": 0.0}
        while state["step"] < 6:
            state = {**state, "step": state["step"] + 1, "total": state["total"] + state["x"]}
            checkpoint.save(state)
            die(run, state["step"])
        return {"v": state["total"]}


    @artifact
    def draws(run: Run):
        "Draws from the global generators."
        import torch

        weight = torch.nn.Parameter(torch.rand(2))
        optimizer = torch.optim.Adam([weight])
        checkpoint = run.checkpoint("training")
        state = checkpoint.load() or {"step": 0, "seen": [], "optimizer": optimizer.state_dict()}
        optimizer.load_state_dict(state["optimizer"])
        if "weight" in state:
            weight.data = state["weight"]
        for step in range(state["step"], 6):
            optimizer.zero_grad()
            (weight * torch.rand(2)).sum().backward()
            optimizer.step()
            state["seen"].append((random.random(), float(np.random.rand()), float(torch.rand(1))))
            checkpoint.save(
                {"step": step + 1, "seen": state["seen"], "weight": weight.detach(),
                 "optimizer": optimizer.state_dict()}
            )
            die(run, step + 1)
        return {"seen": state["seen"], "weight": weight.tolist()}
    """


def value(project: ProjectFolder, name: str) -> Any:
    done = project.run("value", name)
    assert done.code == 0, done
    return json.loads(done.out)


def killed_and_built(project: ProjectFolder, name: str, data: str) -> Done:
    """A build that is killed after three steps, and another one for which the data are new."""
    (project.root / "die").touch()
    died = project.run("build", name)
    assert "killed by SIGKILL" in died.err, died
    (project.root / "die").unlink()
    project.write({"experiments/data.txt": data})
    return project.run("build", name)


def test_a_checkpoint_of_other_data_is_dropped_and_that_is_said(make_project: Make) -> None:
    project = make_project({"experiments/report.py": CODE, "experiments/data.txt": "1"})
    done = killed_and_built(project, "adds", "100")

    assert done.code == 0, done
    assert "checkpoint 'sum' is dropped: experiments/data.txt changed" in done.err
    assert value(project, "adds") == {"v": 600.0}


def test_what_was_read_before_a_checkpoint_counts_for_what_comes_of_it(make_project: Make) -> None:
    project = make_project({"experiments/report.py": CODE, "experiments/data.txt": "1"})
    done = killed_and_built(project, "once", "1")
    assert done.code == 0, done
    assert "dropped" not in done.err
    assert value(project, "once") == {"v": 6.0}
    project.write({"experiments/data.txt": "5"})
    [row] = json.loads(project.run("status", "--json", "once").out)

    assert (row["state"], row["reason"]) == ("stale", "experiments/data.txt changed")


def test_global_generators_go_on_where_they_were(make_project: Make) -> None:
    project = make_project({"experiments/report.py": CODE, "experiments/data.txt": "1"})
    assert killed_and_built(project, "draws", "1").code == 0
    resumed = value(project, "draws")
    (project.root / ".reportgen").rename(project.root / ".before")
    assert project.run("build", "draws").code == 0

    assert value(project, "draws") == resumed
    assert len({x for x, _, _ in resumed["seen"]}) == 6
