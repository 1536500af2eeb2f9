"""A machine with torch computes; one that has none publishes what it computed."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import reportgen
from tests.conftest import PYPROJECT, ProjectFolder

REPORT = """
import torch
from reportgen import Curve, Run, artifact, figure


@artifact
def weights(run: Run, *, size=5):
    w = torch.randn(size, generator=run.generator("w"))
    return {"w": w, "half": w.bfloat16(), "norm": float(w.norm())}


@figure("A.1", caption="Weights of norm {weights.norm:.3f}.")
def curve(weights):
    return Curve({"w": weights["w"]}, x="i", y="w")
"""

POST = """
---
title: Weights
date: 2026-01-02
---

<%= ref("A.1") %> shows <%= weights.size %> weights of norm <%= weights.norm | round(3) %>.

<%= figure("A.1") %>
"""

WITHOUT = ("torch", "functorch", "triton", "nvidia")


@pytest.fixture
def python_without_torch(tmp_path: Path) -> Path:
    """The Python of a virtual environment with all that this one has, but torch."""
    environment, packages = tmp_path / "environment", tmp_path / "packages"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith((*WITHOUT, "__editable__", "distutils-precedence")):
            (packages / entry.name).symlink_to(entry)
    [site] = environment.glob("lib/python*/site-packages")
    source = Path(reportgen.__file__).parents[1]
    (site / "others.pth").write_text(f"{source}\n{packages}\n")
    return environment / "bin" / "python"


def test_a_clone_without_torch_builds_the_whole_site_from_pulled_records(
    make_project: Callable[..., ProjectFolder], python_without_torch: Path, tmp_path: Path
) -> None:
    project = make_project(
        {"experiments/report.py": REPORT, "templates/posts/2026-01-02-weights.md": POST},
        pyproject=f'{PYPROJECT}remote = "../remote"\n',
    )
    (project.root / "site").mkdir()
    assert project.run("build").code == 0
    assert project.run("push").code == 0
    shutil.copytree(
        project.root,
        tmp_path / "clone",
        ignore=shutil.ignore_patterns(".reportgen", "_*", "assets"),
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python_without_torch, *arguments],
            cwd=tmp_path / "clone",
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert "No module named 'torch'" in run("-c", "import torch").stderr
    pulled = run("-m", "reportgen", "pull")
    assert pulled.returncode == 0, pulled.stderr
    built = run("-m", "reportgen", "build", "--require-fresh")
    assert built.returncode == 0, built.stderr
    for page in ("_posts/2026-01-02-weights.md", "_preview/index.html"):
        here, there = (root / "site" / page for root in (tmp_path / "clone", project.root))
        assert here.read_bytes() == there.read_bytes()
    for name in ("w", "half"):
        value = run("-m", "reportgen", "value", f"weights.{name}")
        assert value.stdout == project.run("value", f"weights.{name}").out
