"""The drawing of a curve: lines as SVG that stretches, texts as HTML that does not.

One drawing serves every width, light and dark. A line is a path in a box of 10,000 x 10,000 that is
stretched to the page while its stroke keeps its width; the texts stand at percentages beside it.
Colours are CSS variables, so a page's scheme reaches them; ``reportgen.js`` reads the values back
from the paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reportgen.media import axes
from reportgen.media.axes import Axis
from reportgen.media.charts import LIGHT_INK
from reportgen.media.endlabels import EndLabel, make_labels, spread
from reportgen.media.labels import label_text, text_html
from reportgen.media.markup import tag

if TYPE_CHECKING:
    from reportgen.media.curve import Curve, Series

HEIGHT = 240  # CSS px of the plot
LINE = 17  # CSS px from one line of a label to the next
TARGET = 24  # CSS px that a finger needs, as labels are buttons (WCAG 2.2, 2.5.8)
GAP = 22  # CSS px from a line's end to its label
BOX = 10_000
POINTS = 400  # a longer line keeps four of each of a quarter as many columns: see keep
MOST = 1400  # points of all lines of a chart, so that it stays below 20 kB
FEW = 24  # points that are marked one by one
SIZES = {"w": (430, 170), "n": (190, 104)}  # about the px of a plot and its labels, wide and narrow
MUTED = "color:var(--rg-mut,inherit)"


def curve_html(curve: Curve, alt: str, width: int, spans: dict[tuple[str, bool], axes.Span]) -> str:
    """The chart as HTML, at most ``width`` CSS px wide. ``spans`` are those shared by panels."""
    x = axes.x_axis(curve, spans.get((curve.x, curve.log_x)) or axes.x_span(curve), 6)
    y = axes.y_axis(curve, spans.get((curve.y, curve.log_y)) or axes.y_span(curve))
    left = max(measure(text) for _, text in y.ticks) + 8
    labels = {size: end_labels(curve, y, size) for size in SIZES}
    parts = [
        tag(
            "div",
            text_html(axes.y_title(curve)),
            style=f"grid-column:1/-1;padding-bottom:6px;{text_style(13)}",
        ),
        tag("div", "".join(marks(curve, x)), style="grid-column:2;position:relative;height:20px")
        if curve.marks
        else "",
        tag("div", "".join(y_ticks(y)), style="grid-column:1;position:relative"),
        tag("div", plot(curve, x, y), class_="area", style="position:relative;min-width:0"),
        tag("div", "".join(ends(labels)), style="position:relative"),
        tag("div", "".join(x_ticks(x)), style="grid-column:2;position:relative;height:22px"),
        tag(
            "div",
            text_html(axes.x_title(curve)),
            style=f"grid-column:1/-1;text-align:center;{MUTED}",
        ),
    ]
    room = {size: widest(found) for size, found in labels.items()}
    rows = ["auto", *(["auto"] if curve.marks else []), f"{HEIGHT}px", "auto"]
    return tag(
        "div",
        "".join(parts),
        class_="chart",
        role="img",
        aria_label=alt,
        data_x=f"{x.low!r} {x.high!r} {int(x.log)}",
        data_y=f"{y.low!r} {y.high!r} {int(y.log)}",
        data_what=label_text(curve.x),
        style=f"--w:{room['w']}px;--n:{room['n']}px;--e:var(--w);position:relative;display:grid;"
        f"grid-template:{'/'.join([' '.join(rows), f'{left:.0f}px minmax(0,1fr) var(--e)'])};"
        f"max-width:{width}px;{text_style(12)}",
    )


def plot(curve: Curve, x: Axis, y: Axis) -> str:
    """Grid, marks and lines, stretched to the room there is."""
    rules = "".join(f"M0 {down(y, at)}h{BOX}" for at, _ in y.ticks)
    rules += "".join(
        f"M{across(x, at)} 0v{BOX}" for at in curve.marks.values() if 0 <= x.at(at) <= 1
    )
    faint = "var(--rg-line,#dfdbd3)"
    inside = stroke(rules, faint, 1) + stroke(f"M0 {BOX}h{BOX}", "var(--rg-mut,#5c636b)", 1)
    inside += "".join(
        tag("g", "".join(series(line, i, curve, x, y)), data_name=label_text(line.name),
            style=f"--c:{colour(i)}")
        for i, line in enumerate(curve.series)
    )  # fmt: skip
    return tag(
        "svg",
        inside,
        viewBox=f"0 0 {BOX} {BOX}",
        preserveAspectRatio="none",
        aria_hidden="true",
        style=f"display:block;width:100%;height:{HEIGHT}px;overflow:visible;"
        "fill:none;stroke-linecap:round;stroke-linejoin:round",
    )


def series(line: Series, i: int, curve: Curve, x: Axis, y: Axis) -> Iterator[str]:
    """Band, raw values, line and dots of one series, and the way from its end to its name."""
    lines = sum(1 + bool(each.smooth) + 2 * (each.low is not None) for each in curve.series)
    points = min(POINTS, MOST // lines)
    if line.low is not None and line.high is not None:
        there = path(line.x, line.low, x, y, points)
        back = path(line.x[::-1], line.high[::-1], x, y, points)
        d = f"{there}L{back[1:]}Z"
        yield tag("path", d=d, style="fill:var(--c);stroke:none;opacity:.18")
    if line.smooth:
        faint = path(line.x, line.y, x, y, points, unit=10)
        yield stroke(faint, "var(--c)", 0.8, "opacity:.35")
    xs, ys = line.drawn
    if across(x, xs[-1]) < BOX - 200:  # its name stands at the edge
        way = f"M{across(x, xs[-1])} {down(y, ys[-1])}H{BOX}"
        yield stroke(way, "var(--c)", 1, "stroke-dasharray:1 4;opacity:.7")
    dotted = line.name in curve.dots
    if not dotted:
        dashes = "stroke-dasharray:6 3" if i >= 3 else ""
        whole = line.smooth.y if line.smooth else line.y
        yield stroke(path(line.x, whole, x, y, points), "var(--c)", 2, dashes, class_="line")
    if dotted or len(ys) <= FEW:
        dots = "".join(f"M{across(x, a)} {down(y, b)}h0" for a, b in zip(xs, ys, strict=True))
        size = 7 if len(ys) <= FEW else 4
        yield stroke(dots, "var(--c)", size, class_="line" if dotted else None)


def path(xs: NDArray[Any], ys: NDArray[Any], x: Axis, y: Axis, points: int, unit: int = 1) -> str:
    """``M0 10l5-20 5 30``, steps through the points (n,), at most about ``points`` of them.

    A ``unit`` of more than one of the box is for a line of which no value is read back.
    """
    parts = []
    for run in drawn_runs(xs, ys, x, points):
        places = [
            (round(across(x, xs[i]) / unit) * unit, round(down(y, ys[i]) / unit) * unit)
            for i in run
        ]
        steps = " ".join(f"{c - a} {d - b}" for (a, b), (c, d) in pairwise(places))
        parts.append(f"M{places[0][0]} {places[0][1]}{'l' * bool(steps)}{steps}")
    return "".join(parts).replace(" -", "-")


def drawn_runs(
    xs: NDArray[Any], ys: NDArray[Any], x: Axis, points: int
) -> Iterator[NDArray[np.intp]]:
    """Which of the points (n,) are drawn, in runs between those that are not finite."""
    there, places = np.isfinite(ys), np.log(xs) if x.log else xs
    for run in np.split(np.arange(len(ys)), np.flatnonzero(np.diff(there)) + 1):
        if there[run[0]]:
            yield run[keep(places[run], ys[run], points)]


def keep(places: NDArray[Any], ys: NDArray[Any], points: int) -> NDArray[np.intp]:
    """Which of the points (n,) are drawn: all, or first, lowest, highest and last of a column.

    Columns are equally wide on the axis, where ``places`` (n,) lie; those of a line that goes back
    have equally many points.
    """
    n = len(ys)
    if n <= points:
        return np.arange(n)
    if (np.diff(places) < 0).any():
        places = np.arange(n)
    inner = np.linspace(places[0], places[-1], points // 4 + 1)[1:-1]
    edges = np.unique([0, *np.searchsorted(places, inner), n])
    found = [
        (a, a + int(ys[a:b].argmin()), a + int(ys[a:b].argmax()), b - 1) for a, b in pairwise(edges)
    ]
    return np.unique(np.concatenate(found))


def stroke(d: str, color: str, width: float, more: str = "", class_: str | None = None) -> str:
    """A line whose width does not stretch."""
    style = f"stroke:{color};stroke-width:{width:g}{';' * bool(more)}{more}"
    return tag("path", class_=class_, d=d, vector_effect="non-scaling-stroke", style=style)


def across(axis: Axis, value: float) -> int:
    """A value as x in the box."""
    return round(BOX * axis.at(float(value)))


def down(axis: Axis, value: float) -> int:
    """A value as y in the box, from its top."""
    return round(BOX * (1 - axis.at(float(value))))


def y_ticks(y: Axis) -> Iterator[str]:
    """Labels left of the plot."""
    for at, text in y.ticks:
        place = f"top:{100 * (1 - y.at(at)):.2f}%;right:6px;transform:translateY(-50%)"
        yield label(text, place)


def x_ticks(x: Axis) -> Iterator[str]:
    """Labels below the plot; those for which a phone has no room are ``few``."""
    wide, narrow = (axes.thin(x, measure, SIZES[size][0], 12) for size in ("w", "n"))
    for (at, text), (_, small) in zip(wide, narrow, strict=True):
        if text:
            yield label(text, centred(x, at, "top:3px"), class_=None if small else "few")


def marks(curve: Curve, x: Axis) -> Iterator[str]:
    """Labels of marks over the plot, where there is room."""
    edges = dict.fromkeys(SIZES, -1e9)
    for name, at in sorted(curve.marks.items(), key=lambda mark: mark[1]):
        text = label_text(name)
        fits = {}
        for size, (room, _) in SIZES.items():
            middle, half = x.at(at) * room, measure(text) / 2
            fits[size] = 0 <= x.at(at) <= 1 and middle - half >= edges[size]
            edges[size] = middle + half + 8 if fits[size] else edges[size]
        if fits["w"]:
            yield label(text, centred(x, at, "top:0"), class_=None if fits["n"] else "few")


def end_labels(curve: Curve, y: Axis, size: str) -> list[tuple[EndLabel, float, float]]:
    """(label, px from the top where its line ends, px where its middle stands) a series."""
    found = make_labels(curve, measure, HEIGHT, LINE, SIZES[size][1])
    wanted = [HEIGHT * y.at(end.y) for end in found]
    heights = [float(max(TARGET, LINE * len(end.lines))) for end in found]
    if sum(heights) > HEIGHT + TARGET:
        heights = [float(LINE * len(end.lines)) for end in found]
    places = spread(wanted, heights, -8, HEIGHT + 16)
    triples = zip(found, wanted, places, strict=True)
    return [(end, HEIGHT - want, HEIGHT - place) for end, want, place in triples]


def ends(labels: dict[str, list[tuple[EndLabel, float, float]]]) -> Iterator[str]:
    """Names at the line ends, moved apart, with a thin leader: once for each width."""
    for size, found in labels.items():
        hidden = ";display:none" * (size == "n")
        leaders = "".join(
            stroke(f"M4 {line:.0f}L{GAP - 4} {place:.0f}", f"var(--c,{colour(i)})", 1, "opacity:.6")
            for i, (_, line, place) in enumerate(found)
            if abs(line - place) > 4
        )
        yield tag(
            "svg",
            leaders,
            class_=size,
            aria_hidden="true",
            style=f"position:absolute;left:0;top:0;width:{GAP}px;height:{HEIGHT}px;"
            f"overflow:visible{hidden}",
        )
        for i, (end, _, place) in enumerate(found):
            yield tag(
                "span",
                "<br />".join(map(text_html, end.lines)),
                class_=f"end {size}",
                data_series=i,
                style=f"--c:{colour(i)};position:absolute;left:{GAP}px;top:{place:.0f}px;"
                f"transform:translateY(-50%);white-space:nowrap;line-height:{LINE}px;"
                f"color:var(--c){hidden}",
            )


def widest(labels: Sequence[tuple[EndLabel, float, float]]) -> int:
    """CSS px that the labels and their leaders take."""
    return round(max(measure(text) for end, _, _ in labels for text in end.lines)) + GAP + 2


def label(text: str, place: str, class_: str | None = None) -> str:
    """A muted text at a place of its own."""
    style = f"position:absolute;{place};white-space:nowrap;{MUTED}"
    return tag("span", text_html(text), class_=class_, style=style)


def centred(x: Axis, at: float, top: str) -> str:
    """The style of what stands over or under a value of x."""
    return f"left:{100 * x.at(at):.2f}%;{top};transform:translateX(-50%)"


def text_style(size: int) -> str:
    """A font size; the family is the page's."""
    return f"font-size:{size}px;line-height:1.4"


def colour(i: int) -> str:
    """The colour of the i-th series: the page's, or one that is read on white."""
    n = i % len(LIGHT_INK.series)
    return f"var(--rg-c{n + 1},{LIGHT_INK.series[n]})"


def measure(text: str) -> float:
    """The width of a text in CSS px, in a font that is wider than most."""
    from reportgen.media.composite import font

    return float(font(12, text).getlength(text)) + 1
