"""Curves: data, alt texts, ticks, labels that keep apart, and pictures that agree with the page."""

import csv
import io
import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from reportgen.media import Curve, Drawn, Panels, draw
from reportgen.media.axes import x_axis, x_span, y_axis, y_span
from reportgen.media.charts import LIGHT_INK, TEXT, Frame, few_colours, render
from reportgen.media.curve import curve_csv, describe_curve
from reportgen.media.drawing import BOX, HEIGHT, end_labels, keep, path
from reportgen.media.endlabels import spread
from reportgen.media.export import alike, short
from reportgen.media.plotting import plot_curve
from reportgen.media.smooth import running_mean
from reportgen.media.ticks import end_ticks, linear_ticks, log_ticks, tick_labels
from tests.media.conftest import Once
from tests.media.gallery import curve, losses
from tests.media.page import Page

NARROW = Frame(710, 576)


def read_csv(curve: Curve) -> list[list[str]]:
    return list(csv.reader(io.StringIO(curve_csv(curve))))


def test_csv_has_a_column_a_line_where_x_is_shared() -> None:
    lines = {"train": [0.5, 0.25], "test": [0.75, 1 / 3]}
    rows = read_csv(Curve(lines, x="step", y="loss"))
    assert rows == [["step", "train", "test"], ["1", "0.5", "0.75"], ["2", "0.25", "0.333333"]]


def test_csv_has_a_row_a_point_where_x_differs() -> None:
    lines = {"train": [0.5, 0.25], "test": ([10, 20], [0.75, 0.5])}
    rows = read_csv(Curve(lines, x="step", y="loss"))
    assert rows[0] == ["series", "step", "loss"]
    assert rows[3:] == [["test", "10", "0.75"], ["test", "20", "0.5"]]


def test_csv_has_the_bands() -> None:
    lines = Curve(
        {"a": [1.0, 2.0], "b": [2.0, 3.0]}, x="t", y="v", bands={"a": ([0.5, 1.5], [1.5, 2.5])}
    )
    rows = read_csv(lines)
    assert rows[:2] == [["series", "t", "v", "low", "high"], ["a", "1", "1", "0.5", "1.5"]]
    assert rows[3] == ["b", "1", "2", "", ""]


def test_alt_text_has_ends_and_extremes() -> None:
    dip = Curve({"loss": [4.0, 1.0, 2.5]}, x="step", y="mean squared error", log_y=True)
    assert describe_curve(dip) == (
        "Line chart of mean squared error against step, log scale; "
        "loss: 4 at 1, lowest 1 at 2, 2.5 at 3"
    )


def test_a_long_noisy_line_is_smoothed_and_quoted_smooth() -> None:
    train = curve().series[0]
    assert train.smooth is not None
    assert train.smooth.window == 20
    assert np.std(np.log(train.smooth.y[-500:])) < 0.5 * np.std(np.log(train.y[-500:]))
    assert train.smooth.y[-1] == pytest.approx(train.y[-11:].mean())


@pytest.mark.parametrize("smooth", [False, 51])
def test_smoothing_can_be_set(smooth: bool | int) -> None:
    line = Curve({"a": losses()}, x="step", y="loss", smooth=smooth).series[0].smooth
    assert (line.window if line else False) == smooth


def test_short_and_smooth_lines_stay_as_they_are() -> None:
    lines = Curve({"few": losses(150), "calm": np.linspace(1, 2, 1000)}, x="step", y="loss")
    assert [line.smooth for line in lines.series] == [None, None]


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=60), st.integers(1, 20))
def test_a_running_mean_is_the_mean_of_what_surrounds(values: list[float], window: int) -> None:
    y = np.array(values)
    mean = running_mean(y, window)
    i = len(y) // 4
    half = min(window // 2, i)
    if i < len(y) - 1 - window // 2:
        half = min(half, len(y) - 1 - i)
    assert mean[i] == pytest.approx(y[i - half : i + half + 1].mean(), abs=1e-9)
    assert mean.shape == y.shape


def test_a_drawing_a_picture_and_the_numbers(once: Once) -> None:
    figure, folder = once("curve")
    assert [file.name for file in figure.files] == ["curve.png", "curve.csv"]
    assert figure.full == "curve.png"
    assert (folder / "curve.csv").read_text() == curve_csv(curve())
    assert len(figure.html.encode()) <= 20_000


def test_a_thinned_line_keeps_its_shape_on_a_log_axis(tmp_path: Path) -> None:
    steps = np.arange(1, 20_001)
    curve = Curve({"loss": (steps, 1 + 5 / steps)}, x="step", y="loss", log_x=True)
    points = np.array(paths(draw(curve, tmp_path, stem="c"))[0])
    drawn = np.interp(np.log(steps), np.log(points[:, 0]), points[:, 1])
    assert np.abs(drawn - (1 + 5 / steps)).max() <= 0.02 * 5


def test_a_line_that_goes_back_is_thinned_by_its_points() -> None:
    turn = np.linspace(0, 2 * np.pi, 5000)
    kept = keep(np.cos(turn), np.sin(turn), 400)
    assert 200 <= len(kept) <= 402
    assert np.diff(kept).max() <= 51


def test_a_chart_of_many_long_noisy_lines_is_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = {f"objective {i}": 1 + i + rng.normal(size=20_000) ** 2 for i in range(5)}
    drawn = draw(Curve(lines, x="step", y="loss", smooth=100), tmp_path, stem="c")
    assert len(drawn.html.encode()) <= 20_000


def test_the_background_is_exactly_the_pages() -> None:
    picture = render(curve(), TEXT).convert("RGB")
    background = tuple(int(LIGHT_INK.background[i : i + 2], 16) for i in (1, 3, 5))
    corners = [(0, 0), (picture.width - 1, 0), (0, picture.height - 1)]
    assert [picture.getpixel(corner) for corner in corners] == [background] * 3


def test_few_colours_keep_the_frequent_ones() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[20:, :, 0] = np.arange(800).reshape(20, 40) % 20
    pixels[20:, :, 1] = np.arange(800).reshape(20, 40) // 20
    reduced = np.asarray(few_colours(Pillow.fromarray(pixels)).convert("RGB"))
    assert (reduced[:20] == 0).all()
    assert np.abs(reduced.astype(int) - pixels).max() <= 20
    assert len(np.unique(reduced.reshape(-1, 3), axis=0)) <= 256


def test_a_photograph_keeps_its_colours() -> None:
    y, x = np.mgrid[:80, :80]
    photo = Pillow.fromarray(np.stack([x * 3, y * 3, (x * y) % 256], axis=2).astype(np.uint8))
    assert few_colours(photo) is photo


def texts_of(chart: Curve, frame: object = TEXT) -> dict[str, object]:
    figure = plot_curve(chart, LIGHT_INK, frame, {})  # type: ignore[arg-type]
    return {text.get_text(): text for text in figure.texts}


def test_lines_are_labelled_with_their_final_values() -> None:
    texts = texts_of(Curve({"a": [1.0, 9.5], "b": [2.0, 16.25]}, x="step", y="PSNR in dB"))
    assert {"a 9.5", "b 16.2", "PSNR in dB", "step"} <= set(texts)


def test_labels_do_not_overlap_and_stay_on_the_picture() -> None:
    lines = {f"method number {i}": [1.0 + i, 5 + i / 100] for i in range(6)}
    for frame in (TEXT, NARROW):
        figure = plot_curve(Curve(lines, x="step", y="loss"), LIGHT_INK, frame, {})
        boxes = [t.get_window_extent() for t in figure.texts if t.get_text().startswith("method")]
        assert len(boxes) == 6
        assert all(box.x0 >= 0 and box.x1 <= frame.width for box in boxes)
        ordered = sorted(boxes, key=lambda box: box.y0)
        assert all(a.y1 <= b.y0 + 2 for a, b in pairwise(ordered))


def test_dollars_and_backslashes_are_plain_text() -> None:
    texts = texts_of(Curve({"cost in $": [1.0, 2.0]}, x="$x$", y=r"\sigma"))
    assert "$x$" in texts


def test_marks_that_would_touch_are_left_out() -> None:
    marks = {f"epoch {i}": 100.0 * i for i in range(1, 21)}
    chart = Curve({"a": losses()}, x="step", y="loss", marks=marks)
    shown = [text for text in texts_of(chart) if text.startswith("epoch")]
    assert 3 <= len(shown) < 20


def test_the_users_matplotlib_settings_change_nothing() -> None:
    import matplotlib as mpl

    before = render(curve(), NARROW).tobytes()
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "lines.linewidth": 9}):
        assert render(curve(), NARROW).tobytes() == before
        assert mpl.rcParams["font.size"] == 30


def test_symbols_are_drawn_as_letters() -> None:
    assert {"Noise σ", "σ"} <= {
        *texts_of(Curve({"a": [1.0, 2.0]}, x="sigma", y="noise sigma")),
    }


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        (linear_ticks(0, 1, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (linear_ticks(-3, 9, 4), ["0", "5"]),
        (end_ticks(0, 9375, 6), ["0", "2000", "4000", "6000", "8000", "9375"]),
        (end_ticks(0, 46900, 4), ["0", "20,000", "46,900"]),
    ],
)
def test_linear_ticks(ticks: list[float], labels: list[str]) -> None:
    assert tick_labels(ticks) == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.006, 0.25, ["0.01", "0.02", "0.05", "0.1", "0.2"]),
        (0.9, 1100, ["1", "3", "10", "30", "100", "300", "1000"]),
        (0.5, 0.9, ["0.5", "0.6", "0.7", "0.8", "0.9"]),
    ],
)
def test_log_ticks(low: float, high: float, labels: list[str]) -> None:
    assert tick_labels(log_ticks(low, high, 6), log=True) == labels


@given(st.floats(1e-6, 1e6), st.floats(1.001, 1e6))
def test_log_ticks_lie_inside_and_are_few(low: float, ratio: float) -> None:
    ticks = log_ticks(low, low * ratio, 6)
    assert all(low * 0.999 <= t <= low * ratio * 1.001 for t in ticks)
    assert ticks == sorted(set(ticks))
    assert 1 <= len(ticks) <= 14


@given(
    st.lists(st.tuples(st.floats(0, 400), st.sampled_from([31.0, 62.0])), min_size=1, max_size=6)
)
def test_spread_boxes_do_not_overlap_and_stay_inside(boxes: list[tuple[float, float]]) -> None:
    wanted, heights = [w for w, _ in boxes], [h for _, h in boxes]
    places = spread(wanted, heights, 0, 400)
    spans = sorted((p - h / 2, p + h / 2) for p, h in zip(places, heights, strict=True))
    assert spans[0][0] >= -1e-6
    assert spans[-1][1] <= 400 + 1e-6
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(spans))


def test_spread_leaves_labels_that_have_room() -> None:
    assert spread([50.0, 200.0], [30.0, 30.0], 0, 300) == [50.0, 200.0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00838, "0.00838"), (0.0084, "0.0084"), (21.04, "21"), (9375, "9,375"), (-0.5, "−0.5"),
     (1.234e-9, "1.23e−09"), (0.0, "0"), (1234.5, "1,234")],
)  # fmt: skip
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text


def test_numbers_that_stand_together_look_alike() -> None:
    assert alike([16.34, 9.8, 13.0]) == ["16.3", "9.8", "13.0"]
    assert alike([3, 4]) == ["3", "4"]


def test_axes_begin_at_zero_only_when_zero_is_near() -> None:
    assert y_span(Curve({"a": [1.0, 9.0]}, x="s", y="v"))[0] == 0
    assert y_span(Curve({"a": [11.0, 19.0]}, x="s", y="v"))[0] > 10


def paths(drawn: Drawn) -> list[list[tuple[float, float]]]:
    """The points of each line in the drawing, in data units, as the script reads them."""
    page = Page(drawn.html)
    chart = next(e for e in page.elements if e.get("class") == "chart")
    spans = [[float(n) for n in chart[name].split()] for name in ("data-x", "data-y")]
    x, y = (partial(back, *span) for span in spans)
    lines = [path["d"] for path in page.all("path") if path.get("class") == "line"]
    return [[(x(a / BOX), y(1 - b / BOX)) for a, b in walked(line)] for line in lines]


def walked(line: str) -> list[tuple[int, int]]:
    """The points of a path, each run of which is a place and then steps; "h0" makes a dot."""
    runs = [re.findall(r"-?\d+", run) for run in re.findall("M[^Mh]+", line)]
    steps = [np.array(run, int).reshape(-1, 2).cumsum(axis=0).tolist() for run in runs]
    return [(a, b) for run in steps for a, b in run]


def back(low: float, high: float, log: float, part: float) -> float:
    return float(low * (high / low) ** part if log else low + (high - low) * part)


@pytest.mark.parametrize("log", [False, True])
def test_values_can_be_read_back_from_the_drawing(log: bool, tmp_path: Path) -> None:
    ys = [8.0, 3.5, 1.25, 0.5]
    chart = Curve({"loss": ([1, 10, 100, 1000], ys)}, x="step", y="loss", log_x=log, log_y=log)
    (points,) = paths(draw(chart, tmp_path, stem="c"))
    assert [y for _, y in points] == pytest.approx(ys, rel=2e-3)
    assert [x for x, _ in points] == pytest.approx([1, 10, 100, 1000], rel=1e-2, abs=0.2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=3000))
def test_a_faint_line_is_written_short_and_stays_in_place(values: list[float]) -> None:
    ys = np.array(values)
    lines = {"a": (np.arange(len(ys)), ys)}
    chart = Curve(lines, x="step", y="loss", allow=["constant", "single"])
    x, y = x_axis(chart, x_span(chart), 6), y_axis(chart, y_span(chart))
    exact, short = (walked(path(lines["a"][0], ys, x, y, 400, unit)) for unit in (1, 10))
    assert np.abs(np.array(exact) - np.array(short)).max() <= 6


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=3000))
def test_a_thinned_line_keeps_its_ends_and_extremes(values: list[float]) -> None:
    ys = np.array(values)
    kept = keep(np.arange(len(ys)), ys, 400)
    assert (kept[0], kept[-1]) == (0, len(ys) - 1)
    assert (ys[kept].min(), ys[kept].max()) == (ys.min(), ys.max())
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= 402


@pytest.mark.parametrize("size", ["w", "n"])
def test_labels_of_the_drawing_do_not_overlap(size: str) -> None:
    lines = {f"method number {i}": [1.0 + i, 5 + i / 100] for i in range(6)}
    chart = Curve(lines, x="step", y="loss")
    placed = end_labels(chart, y_axis(chart, y_span(chart)), size)
    halves = [(middle, 8.5 * len(end.lines)) for end, _, middle in placed]
    edges = sorted((middle - half, middle + half) for middle, half in halves)
    assert all(below <= top + 0.01 for (_, below), (top, _) in pairwise(edges))
    assert edges[0][0] >= -17
    assert edges[-1][1] <= HEIGHT + 9


def test_panels_of_one_quantity_share_its_axis(tmp_path: Path) -> None:
    def panel(top: float) -> Curve:
        return Curve({"loss": [top, 1.0, 0.5]}, x="step", y="loss")

    drawn = draw(Panels({"a": panel(4.0), "b": panel(9.0)}), tmp_path, stem="p")
    axes = [e["data-y"] for e in Page(drawn.html).elements if e.get("class") == "chart"]
    assert len(axes) == 2
    assert len(set(axes)) == 1


def test_a_dot_may_stand_alone_beside_a_line(tmp_path: Path) -> None:
    curve = Curve(
        {"train": [3.0, 2.0, 1.0], "test": ([3], [1.5])}, x="step", y="loss", dots=["test"]
    )
    drawn = draw(curve, tmp_path, stem="loss")
    assert "1.5" in (tmp_path / drawn.data[0]).read_text(encoding="utf-8")
