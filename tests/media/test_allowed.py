"""Constant, single-point and diverged curves: refused, and drawn when asked for."""

from pathlib import Path

import numpy as np
import pytest

from reportgen.errors import ReportgenError
from reportgen.media import Curve, draw, from_value

CASES = {
    "constant": ([2.0, 2.0, 2.0], "constant", "2 at 1 and everywhere to 3"),
    "constant zero": ([0.0, 0.0], "constant", "0 at 1 and everywhere to 2"),
    "single": ([2.0], "single", "2 at 1"),
    "diverged": ([3.0, 2.0, np.inf, np.nan], "diverged", "3 at 1, 2 at 2, where it diverges"),
    "a hole": ([3.0, np.nan, 1.0], "diverged", "3 at 1, 1 at 3"),
}


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("values", "word", "alt"), CASES.values(), ids=CASES)
def test_drawn_when_asked_for(
    tmp_path: Path, values: list[float], word: str, alt: str, log: bool
) -> None:
    with pytest.raises(ReportgenError) as error:
        Curve({"loss": values}, x="step", y="loss")
    assert f'allow=["{word}"]' in str(error.value)
    if log and min(values) <= 0:
        return
    curve = Curve({"loss": values}, x="step", y="loss", log_y=log, log_x=log, allow=[word])
    assert from_value(curve.to_value()).to_value()["allow"] == [word]
    drawn = draw(curve, tmp_path, stem="c")
    assert drawn.alt.endswith(f"loss: {alt}")
    assert len((tmp_path / "c.csv").read_text().splitlines()) == len(values) + 1


def test_words_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ReportgenError, match="cannot allow 'flat'"):
        Curve({"a": [1.0, 2.0]}, x="x", y="y", allow=["flat"])


def test_nothing_finite_is_never_drawn() -> None:
    with pytest.raises(ReportgenError, match="has no finite value"):
        Curve({"a": [np.nan, np.nan]}, x="x", y="y", allow=["diverged"])
