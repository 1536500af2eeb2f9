"""Parts of the engine's tests.

Where one process waits for another here, it looks again and again for the file that this writes: a
``sleep`` is the pause between two looks and never a guess of how long something takes.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.engine.survival import REPORT


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder where producers leave traces that are no inputs."""
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


@pytest.fixture
def survivor(make_project: Callable[..., ProjectFolder], outside: Path) -> ProjectFolder:
    return make_project({"experiments/report.py": REPORT})
