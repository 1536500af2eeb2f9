"""This very report, built once from its shipped results, as a fresh clone builds it."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Done, ProjectFolder

ROOT = Path(__file__).parents[2]
GENERATED = shutil.ignore_patterns(
    *("__pycache__", "_posts", "_preview", "_site", "figures", ".jekyll-cache"),
    "reportgen*",  # of an older build they would be somebody else's
)


@dataclass(frozen=True)
class Report:
    """The built report: its project folder, and what the first build said."""

    folder: ProjectFolder
    first: Done

    @property
    def root(self) -> Path:
        return self.folder.root

    def value(self, name: str) -> Any:
        return json.loads(self.folder.run("value", name).out)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = ProjectFolder(tmp_path_factory.mktemp("report") / "clone")
    for name in ("experiments", "templates", "site"):
        shutil.copytree(ROOT / name, folder.root / name, ignore=GENERATED)
    shutil.copy(ROOT / "pyproject.toml", folder.root)
    return Report(folder, folder.run("build"))


@pytest.fixture(scope="session")
def jekyll_site(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as the real Jekyll builds it under the base URL /blog, in a folder of that name."""
    out = tmp_path_factory.mktemp("jekyll") / "blog"
    command = ["jekyll", "build", "--quiet", "--baseurl", "/blog", "--destination", str(out)]
    done = subprocess.run(
        command, cwd=report.root / "site", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out
