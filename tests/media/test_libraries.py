"""Whatever plotting libraries return becomes a figure, with its numbers and what it shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from reportgen.errors import ReportgenError
from reportgen.media import Table, as_media, browser, draw

FRAME = pd.DataFrame(
    {
        "step": [1, 2, 3, 4] * 2,
        "loss": [3.0, 2.0, 1.5, 1.2, 2.0, 1.0, 0.7, 0.6],
        "model": ["a"] * 4 + ["b"] * 4,
    }
)


def drawn_by_pyplot() -> Any:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 4])
    return figure, axes


def seaborn_grid() -> Any:
    import seaborn

    return seaborn.relplot(FRAME, x="step", y="loss", hue="model", kind="line")


def seaborn_axes() -> Any:
    import seaborn

    return seaborn.lineplot(FRAME, x="step", y="loss", hue="model")


def seaborn_objects() -> Any:
    import seaborn.objects as so

    return so.Plot(FRAME, x="step", y="loss", color="model").add(so.Line())


def plotnine() -> Any:
    import plotnine as p9

    return p9.ggplot(FRAME, p9.aes("step", "loss", color="model")) + p9.geom_line()


def plotly() -> Any:
    import plotly.express as px

    return px.line(FRAME, x="step", y="loss", color="model", title="Two models")


def altair() -> Any:
    import altair as alt

    return (
        alt.Chart(FRAME, title="Two models").mark_line().encode(x="step", y="loss", color="model")
    )


def bokeh() -> Any:
    from bokeh.plotting import figure

    made = figure(
        width=300, height=200, title="Two models", x_axis_label="step", y_axis_label="loss"
    )
    made.line([1, 2, 3], [3, 2, 1.5], name="a")
    return made


LIBRARIES: dict[str, tuple[Callable[[], Any], str, int]] = {
    "matplotlib figure": (lambda: drawn_by_pyplot()[0], "", 3),
    "matplotlib axes": (lambda: drawn_by_pyplot()[1], "", 3),
    "matplotlib figure and axes": (drawn_by_pyplot, "", 3),
    "matplotlib lines": (lambda: drawn_by_pyplot()[1].plot([3, 2, 1]), "", 6),
    "pandas axes": (lambda: FRAME.plot(x="step", y="loss"), "step", 8),
    "pandas array of axes": (lambda: FRAME[["step", "loss"]].plot(subplots=True), "", 16),
    "pandas histograms": (lambda: FRAME.hist(), "loss", 0),
    "seaborn axes": (seaborn_axes, "loss against step", 8),
    "seaborn grid": (seaborn_grid, "loss against step", 8),
    "seaborn objects": (seaborn_objects, "loss against step", 8),
    "plotnine": (plotnine, "", 8),
    "plotly": (plotly, "Two models: loss against step", 8),
    "altair": (altair, "Two models: loss against step", 8),
    "bokeh": (bokeh, "Two models: loss against step", 3),
}


@pytest.fixture(autouse=True)
def _no_figures_before() -> None:
    plt.close("all")


@pytest.mark.parametrize(("make", "told", "points"), LIBRARIES.values(), ids=LIBRARIES)
def test_what_a_library_returns_is_drawn(
    tmp_path: Path, make: Callable[[], Any], told: str, points: int
) -> None:
    drawn = draw(as_media(make(), "f"), tmp_path, stem="f")
    assert drawn.kind == "Plot"
    assert told in drawn.alt
    numbers = (tmp_path / "f.csv").read_text() if points else "\n"
    assert len(numbers.splitlines()) - 1 == points
    (image,) = (file for file in drawn.files if file.role == "image" and file.name == "f.png")
    assert image.width is not None
    assert image.width > 300


WRONG = {
    "nothing": (None, "Figure function 'f' returned None, not media."),
    "mapping": ({"a": 1}, "returned a dict"),
    "number": (3, "returned an int"),
    "array": (np.zeros((3, 3)), "returned a ndarray"),
    "list": ([1, 2], "returned a list"),
}


@pytest.mark.parametrize(("value", "message"), WRONG.values(), ids=WRONG)
def test_what_is_no_picture_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        as_media(value, "Figure function 'f'")


def test_without_a_browser_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "NAMES", ("no-such-browser",))
    with pytest.raises(ReportgenError, match="none is here") as error:
        as_media(plotly(), "f")
    assert "apt-get install chromium" in str(error.value)


def test_a_frame_is_a_table() -> None:
    table = as_media(FRAME, "f")
    assert isinstance(table, Table)
    assert table.columns == ["step", "loss", "model"]
    assert table.rows[0] == [1, 3.0, "a"]


FRAMES: dict[str, tuple[Any, list[str], list[Any]]] = {
    "missing values": (
        pd.DataFrame({"a": [1.0, None], "b": ["x", None]}),
        ["a", "b"],
        [None, None],
    ),
    "named index": (FRAME.set_index("step"), ["step", "loss", "model"], [4, 0.6, "b"]),
    "nameless index": (pd.DataFrame({"a": [1, 2]}, index=["x", "y"]), ["", "a"], ["y", 2]),
    "two levels of columns": (
        FRAME.groupby("model").agg({"loss": ["max", "min"]}),
        ["model", "loss max", "loss min"],
        ["b", 2.0, 0.6],
    ),
    "dates": (
        pd.DataFrame({"day": pd.to_datetime(["2026-11-28 00:00", "2026-11-29 10:00"])}),
        ["day"],
        ["2026-11-29 10:00:00"],
    ),
    "flags": (pd.DataFrame({"good": [True, False]}), ["good"], [False]),
    "categories": (pd.DataFrame({"c": pd.Categorical(["a", "b"])}), ["c"], ["b"]),
    "series": (pd.Series([1.5, 2.5], name="loss"), ["loss"], [2.5]),
}


@pytest.mark.parametrize(("frame", "columns", "last"), FRAMES.values(), ids=FRAMES)
def test_frames_become_tables(frame: Any, columns: list[str], last: list[Any]) -> None:
    table = Table(frame)
    assert table.columns == columns
    assert table.rows[-1] == last


def test_a_table_of_csv_has_typed_cells(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text('model;acc;n\n"a, b";0,5;1\nc;;20\n', encoding="utf-8")
    table = Table.from_csv(file, ["model", "n", "acc"], digits={"acc": 1})
    assert table.rows == [["a, b", 1, 0.5], ["c", 20, None]]
    with pytest.raises(ReportgenError, match=r"has no column 'ac'"):
        Table.from_csv(file, ["ac"])
    file.write_text("a,b\n1,2\n3\n")
    with pytest.raises(ReportgenError, match=r"scores.csv:3: This row has 1 cells for 2 columns"):
        Table.from_csv(file)
