"""What was computed and cannot be stored as it is: named early, and never thrown away."""

from collections.abc import Callable

import numpy as np
import pytest

from reportgen import ReportgenError, load
from reportgen.store.ways import check_annotation
from tests.conftest import ProjectFolder

CODE = """
    import numpy as np
    from reportgen import artifact

    @artifact
    def masked():
        m = np.ma.array([1.0, 2.0], mask=[0, 1])
        return {"weights": np.arange(4), "m": m, "when": {1, 2}}

    @artifact
    def says_so() -> set[int]:
        print("it runs")
        return {1}
    """


def test_a_refused_value_is_kept_and_can_be_read(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": CODE})
    done = project.run("build")

    assert done.code == 1
    assert "'masked.m' is of type 'MaskedArray', which the store cannot keep." in done.err
    assert 'reportgen.load("masked", kept=True)' in done.err
    kept = load("masked", start=project.root, kept=True)
    assert kept["weights"].tolist() == [0, 1, 2, 3]
    assert kept["m"]["mask"].tolist() == [False, True]
    assert "'says_so' says that it returns a set" in done.err
    assert "it runs" not in "".join(p.read_text() for p in project.root.rglob("*.log"))

    project.edit("experiments/report.py", '"m": m, "when": {1, 2}', '"m": m.filled(0.0)')
    assert project.run("build", "masked").code == 0
    with pytest.raises(ReportgenError, match="No value of 'masked' is kept"):
        load("masked", start=project.root, kept=True)


class DataFrame:
    """As pandas has one."""


DataFrame.__module__ = "pandas.core.frame"


def returns(annotation: object) -> Callable[[], None]:
    def producer() -> None: ...

    producer.__annotations__["return"] = annotation
    return producer


@pytest.mark.parametrize(
    "annotation",
    [DataFrame, dict[str, DataFrame], list[tuple[int, DataFrame]], DataFrame | None, set[int],
     np.ma.MaskedArray, complex, range, np.datetime64],
)  # fmt: skip
def test_annotations_that_tell_of_what_is_not_kept(annotation: object) -> None:
    with pytest.raises(ReportgenError, match="'node' says that it returns a"):
        check_annotation(returns(annotation), "node")


@pytest.mark.parametrize(
    "annotation",
    [None, int, bytes, dict[str, float], dict[int, tuple[int, ...]], np.ndarray, "Unknown",
     dict[str, DataFrame] | dict[str, int], object],
)  # fmt: skip
def test_annotations_of_what_may_be_kept(annotation: object) -> None:
    check_annotation(returns(annotation), "node")
