"""A second run beside the recorded one: what counts as a difference, and what does not."""

from collections.abc import Callable

from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]

REPORT = """
import os
import numpy as np
from PIL import Image
from reportgen import artifact

LATER = os.path.exists(os.path.abspath(__file__ + "/../../../.later"))  # hidden, so not seen
OFF = np.array([[0, LATER]])

@artifact
def same():
    return {
        "limits": np.array([np.nan, np.inf, -np.inf, 1.0 + LATER * 1e-6]),
        "nan": float("nan"),
        "number": 1.0 + LATER * 1e-6,
        "pixels": (7 + OFF).astype("uint8"),
        "image": Image.fromarray((7 + OFF).astype("uint8")),
    }

@artifact
def other():
    return {
        "limits": np.array([np.nan, -np.inf if LATER else np.inf, 1.0]),
        "nan": 1.0 if LATER else float("nan"),
        "pixels": (7 + 2 * OFF).astype("uint8"),
        "labels": (7 + OFF[0]).astype("uint8"),
        "levels": (7 + OFF).astype("int64"),
    }
"""


def test_verify_knows_nan_rounding_and_tolerance(make_project: Make) -> None:
    project = make_project({"experiments/report.py": REPORT})
    assert project.run("build").code == 0
    (project.root.parent / ".later").touch()
    assert project.run("verify", "same").code == 0
    strict = project.run("verify", "same", "--tolerance", "0")
    assert strict.code == 1
    for name in ("limits", "number", "pixels", "image"):
        assert f"same.{name}: differs by up to" in strict.out
    assert "same.nan" not in strict.out
    done = project.run("verify", "other")
    assert done.code == 1
    assert "other.limits: differs where it is not finite" in done.out
    assert "other.nan: differs where it is not finite" in done.out
    for name in ("pixels", "labels", "levels"):
        assert f"other.{name}: differs by up to" in done.out
    some = project.run("verify", "--sample", "1").out.splitlines()
    assert len([line for line in some if not line.startswith(" ")]) == 1
