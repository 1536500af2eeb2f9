"""The matplotlib chart of a curve, laid out in pixels.

No legend: each line is labelled in its colour at its end. The quantity is a heading at the top
left; hairlines go across, and the bottom is the only spine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reportgen.media import axes
from reportgen.media.charts import DPI, Frame, Ink
from reportgen.media.endlabels import EndLabel, make_labels, spread
from reportgen.media.fonts import families
from reportgen.media.labels import label_text

if TYPE_CHECKING:
    from reportgen.media.curve import Curve, Series

Spans = Mapping[tuple[str, bool], axes.Span]
STYLE = {
    "font.size": 9,
    "text.parse_math": False,
    "path.simplify_threshold": 0.2,
    "axes.unicode_minus": True,
}
SMALL, NORMAL = 8.5, 9.0  # pt
LINE = 31  # px from one line of a label to the next
FEW = 24  # points that are drawn one by one


def plot_curve(curve: Curve, ink: Ink, frame: Frame, spans: Spans) -> Any:
    """The figure of ``curve`` in the colours of ``ink``, drawn on a canvas of ``frame``'s size."""
    with mpl.rc_context():
        mpl.rcdefaults()  # nobody's matplotlibrc changes a figure
        mpl.rcParams.update(STYLE | {"font.family": families(texts_of(curve))})
        chart = Chart(curve, ink, frame, spans)
        chart.draw()
        chart.figure.canvas.draw()
        return chart.figure


class Chart:
    """One drawing: axes whose margins fit the texts around them."""

    def __init__(self, curve: Curve, ink: Ink, frame: Frame, spans: Spans) -> None:
        self.curve, self.ink, self.frame = curve, ink, frame
        self.x = axes.x_axis(curve, spans.get((curve.x, curve.log_x)) or axes.x_span(curve), 6)
        self.y = axes.y_axis(curve, spans.get((curve.y, curve.log_y)) or axes.y_span(curve))
        self.figure = Figure((frame.width / DPI, frame.height / DPI), dpi=DPI)
        self.figure.set_facecolor(ink.background)
        FigureCanvasAgg(self.figure)
        self.gap = 16 if len(curve.series) == 1 else 36  # px from a line's end to its label
        self.axes: Any = self.figure.add_axes((0, 0, 1, 1))

    def draw(self) -> None:
        """Axes first, then what is placed by them."""
        self.scales()
        labels = self.place_axes()
        for i, line in enumerate(self.curve.series):
            self.line(line, self.color(i), "-" if i < 3 else (0, (4, 1.5)))
        self.marks()
        self.headings()
        self.end_labels(labels)

    def color(self, i: int) -> str:
        """The colour of the i-th series."""
        return self.ink.series[i % len(self.ink.series)]

    def width(self, text: str, size: float = NORMAL) -> float:
        """Width of a text in px."""
        from matplotlib.font_manager import FontProperties

        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        font = FontProperties(size=size)
        return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def scales(self) -> None:
        """Limits, and ticks whose labels do not touch."""
        self.axes.set_xscale("log" if self.x.log else "linear")
        self.axes.set_yscale("log" if self.y.log else "linear")
        self.axes.set_xlim(self.x.low, self.x.high)
        self.axes.set_ylim(self.y.low, self.y.high)
        self.x_ticks = axes.thin(self.x, self.width, self.frame.width * 0.72, 24)

    def place_axes(self) -> list[EndLabel]:
        """Margins as wide as the texts in them."""
        from math import ceil

        width, height = self.frame.width, self.frame.height
        left = ceil(max(self.width(text) for _, text in self.y.ticks)) + 14
        top = 62 + (42 if self.curve.marks else 0)
        bottom = 92
        labels = make_labels(self.curve, self.width, height - top - bottom, LINE, width * 0.32)
        right = ceil(max(self.width(t) for label in labels for t in label.lines)) + self.gap + 6
        self.box = (left, bottom, width - left - right, height - top - bottom)
        x, y, w, h = self.box
        self.axes.set_position((x / width, y / height, w / width, h / height))
        self.decorate()
        return labels

    def decorate(self) -> None:
        """Grid, spine and tick labels."""
        axes, ink = self.axes, self.ink
        axes.set_facecolor(ink.background)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set(color=ink.muted, linewidth=0.8)
        axes.set_xticks(*_columns(self.x_ticks))
        axes.set_yticks(*_columns(self.y.ticks))
        axes.minorticks_off()
        axes.tick_params(axis="x", color=ink.muted, labelcolor=ink.muted, length=3, pad=3)
        axes.tick_params(axis="y", length=0, labelcolor=ink.muted, pad=4)
        axes.yaxis.grid(True, color=ink.line, linewidth=0.8)
        axes.set_axisbelow(True)

    def line(self, line: Series, color: str, style: Any) -> None:
        """Band, raw values, line and dots of one series."""
        axes = self.axes
        if line.low is not None and line.high is not None:
            axes.fill_between(line.x, line.low, line.high, color=color, alpha=0.18, linewidth=0)
        if line.smooth:
            axes.plot(line.x, line.y, color=color, alpha=0.35, linewidth=0.65, zorder=2)
        y = line.smooth.y if line.smooth else line.y
        if line.name not in self.curve.dots:
            axes.plot(
                line.x, y, color=color, linewidth=1.6, linestyle=style, zorder=3,
                solid_capstyle="round", clip_on=False,
            )  # fmt: skip
        if line.diverges:
            x, last = (values[-1] for values in line.drawn)
            axes.plot(x, last, "x", color=color, markersize=7, zorder=5, clip_on=False)
        if line.name in self.curve.dots or len(y) <= FEW:
            size = 4.5 if len(y) <= FEW else 3
            axes.plot(
                line.x, y, "o", color=color, markersize=size, markeredgewidth=0.8,
                markeredgecolor=self.ink.background, zorder=4, clip_on=False,
            )  # fmt: skip

    def marks(self) -> None:
        """A hairline down at each mark, and its label where there is room."""
        x0, _, width, _ = self.box
        edge = 0.0
        for label, at in sorted(self.curve.marks.items(), key=lambda mark: mark[1]):
            self.axes.axvline(at, color=self.ink.line, linewidth=0.8, zorder=0.5)
            text = label_text(label)
            half = self.width(text, SMALL) / 2
            centre = x0 + self.x.at(at) * width
            if centre - half >= edge and 0 <= self.x.at(at) <= 1:
                right = min(centre + half, self.frame.width - 4)
                self.text(
                    right - half, self.frame.height - 84, text, self.ink.muted, SMALL, "center"
                )
                edge = centre + half + 16

    def headings(self) -> None:
        """The quantity at the top left, what x is below the middle."""
        y, x = axes.y_title(self.curve), axes.x_title(self.curve)
        left, _, width, _ = self.box
        at = left if left + self.width(y, 9.5) < self.frame.width else 4
        self.text(at, self.frame.height - 26, y, self.ink.ink, 9.5, "left")
        self.text(left + width / 2, 20, x, self.ink.muted, NORMAL, "center")

    def end_labels(self, labels: Sequence[EndLabel]) -> None:
        """Names at the line ends, moved apart; a thin leader where one had to move."""
        left, bottom, width, height = self.box
        ends = [self.axes.transData.transform((e.x, e.y)) for e in labels]
        heights = [LINE * len(label.lines) for label in labels]
        places = spread([float(y) for _, y in ends], heights, bottom - 10, bottom + height + 24)
        for i, (label, (x, y), place) in enumerate(zip(labels, ends, places, strict=True)):
            color = self.color(i)
            if abs(place - y) > 8 or x < left + width - 12:
                self.leader((x + 8, y), (left + width + self.gap - 6, place), color)
            self.text(left + width + self.gap, place, "\n".join(label.lines), color, NORMAL, "left")

    def leader(self, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
        """A thin line from a line's end to its label."""
        from matplotlib.lines import Line2D

        xs = [start[0] / self.frame.width, end[0] / self.frame.width]
        ys = [start[1] / self.frame.height, end[1] / self.frame.height]
        line = Line2D(xs, ys, color=color, linewidth=0.7, alpha=0.7)
        self.figure.add_artist(line)

    def text(self, x: float, y: float, text: str, color: str, size: float, align: str) -> None:
        """Text whose middle is y px from the bottom."""
        self.figure.text(
            x / self.frame.width, y / self.frame.height, text, color=color, fontsize=size,
            ha=align, va="center", linespacing=1.12,
        )  # fmt: skip


def texts_of(curve: Curve) -> list[str]:
    """All words of the chart."""
    return [curve.x, curve.y, *curve.marks, *(line.name for line in curve.series)]


def _columns(ticks: Sequence[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [at for at, _ in ticks], [text for _, text in ticks]
