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
