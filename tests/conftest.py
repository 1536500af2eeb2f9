"""A small real project on disk, and the real command line run in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.kramdown import kramdown as kramdown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The same examples at every run, however slow the machine is.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

PYPROJECT = """
[tool.reportgen]
title = "Notes"
"""

SIMPLE = """
import numpy as np
from reportgen import Curve, Run, artifact, figure


@artifact
def walk(run: Run, *, steps=50, sigma=1.0):
    "A random walk."
    x = run.rng("steps").normal(size=steps) * sigma
    print("walking")
    return {"x": np.cumsum(x), "last": float(x.sum())}


@figure("A.1", caption="A walk of {walk.steps} steps that ends at {walk.last:.2f}.")
def walk_curve(walk):
    return Curve({"x": walk["x"]}, x="step", y="position")


@figure("B.2", caption="A line.")
def line():
    return Curve({"y": [1.0, 2.0, 4.0]}, x="step", y="value")
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something slow to build run in one process: a file, or a whole folder."""
    for item in items:
        folder = item.path.parent
        shared = folder if folder.name in ("report", "site") else item.path
        item.add_marker(pytest.mark.xdist_group(str(shared.relative_to(item.config.rootpath))))


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@dataclass(frozen=True)
class ProjectFolder:
    """A project in a temporary folder."""

    root: Path

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, dedented; folders are made."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace ``old``, which must be there, in a file."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        (self.root / name).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run ``reportgen ARGUMENTS`` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "reportgen", *arguments],
            cwd=self.root,
            env={**os.environ, "COLUMNS": "200", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,  # the whole report, on a slow machine under load
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., ProjectFolder]:
    """``make_project({"experiments/report.py": "…"})`` writes a project and returns it."""

    def make(files: Mapping[str, str] | None = None, pyproject: str = PYPROJECT) -> ProjectFolder:
        folder = ProjectFolder(tmp_path / "project")
        folder.write({"pyproject.toml": pyproject, **(files or {"experiments/report.py": SIMPLE})})
        return folder

    return make


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A project of one artifact, ``walk``, and two figures, A.1 (of walk) and B.2."""
    return make_project()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The system's Chromium, one for all tests."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"], timeout=120_000
        )
        yield chromium
        chromium.close()
