"""Files that are read in C, through the command line: declared ones count, others are refused."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder

SAFETENSORS = """
    import numpy as np
    from pathlib import Path
    from safetensors import safe_open
    from reportgen import Run, artifact

    @artifact
    def answer(run: Run):
        with safe_open({path}, "np") as file:
            return {{"n": len(file.keys())}}
    """


def write(project: ProjectFolder, *names: str) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    save_file({name: np.zeros(2) for name in names}, project.root / "w.safetensors")


def test_a_declared_file_counts(make_project: Callable[..., ProjectFolder]) -> None:
    report = SAFETENSORS.format(path='run.input("w.safetensors")')
    project = make_project({"experiments/report.py": report})
    write(project, "a")
    assert project.run("build").code == 0
    write(project, "a", "b")
    [row] = json.loads(project.run("status", "--json").out)

    assert (row["state"], row["reason"]) == ("stale", "w.safetensors changed")


@pytest.mark.parametrize("path", ['"w.safetensors"', 'Path("w.safetensors")'])
def test_an_undeclared_file_is_refused(
    make_project: Callable[..., ProjectFolder], path: str
) -> None:
    project = make_project({"experiments/report.py": SAFETENSORS.format(path=path)})
    write(project, "a")
    done = project.run("build")

    assert done.code == 1
    assert "'w.safetensors' is read by safetensors.safe_open" in done.err
    assert "run.input('w.safetensors')" in done.err


@pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")
def test_a_script_of_torch_is_refused(make_project: Callable[..., ProjectFolder]) -> None:
    import torch

    report = """
    import torch
    from reportgen import artifact

    @artifact
    def answer():
        return {"n": int(torch.jit.load("double.pt")(torch.tensor(2)))}
    """
    project = make_project({"experiments/report.py": report})
    trace = torch.jit.trace(lambda x: 2 * x, torch.tensor(1))
    trace.save(str(project.root / "double.pt"))
    done = project.run("build")

    assert done.code == 1
    assert "'double.pt' is read by torch.jit.load" in done.err
    assert "run.input('double.pt')" in done.err


def test_a_picture_read_by_torchvision_is_refused_until_it_is_declared(
    make_project: Callable[..., ProjectFolder],
) -> None:
    from PIL import Image

    report = """
    from torchvision.io import read_image
    from reportgen import Run, artifact

    @artifact
    def answer(run: Run, *, declared=False):
        path = run.input("cat.png") if declared else "cat.png"
        return {"sum": int(read_image(str(path)).sum())}
    """
    project = make_project({"experiments/report.py": report})
    Image.new("L", (2, 2), 5).save(project.root / "cat.png")
    done = project.run("build")
    assert done.code == 1
    assert "'cat.png' is read by torchvision.io.read_image" in done.err

    declared = ("--set", "answer.declared=true")
    assert project.run("build", *declared).code == 0
    assert project.run("value", "answer.sum", *declared).out == "20\n"
    Image.new("L", (2, 2), 6).save(project.root / "cat.png")
    assert project.run("build", *declared).code == 0
    assert project.run("value", "answer.sum", *declared).out == "24\n"
