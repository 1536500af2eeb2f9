"""Curve: numbers against numbers, each line labelled where it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.media import charts
from reportgen.media.base import Media
from reportgen.media.canvas import Canvas, View
from reportgen.media.export import csv_text, short
from reportgen.media.labels import label_text
from reportgen.media.pixels import as_array, check_finite
from reportgen.media.smooth import Smooth, smooth

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """One line: x and y (n,), and a band from low to high (n,) where it has one."""

    name: str
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    smooth: Smooth | None = field(default=None, repr=False)


class Curve(Media):
    """Lines of y against x.

    ``series`` maps a name to values, or to a pair (x, y); x counts from 1 where it is not given.
    ``x`` and ``y`` name the quantities with their units. ``marks`` puts labels at values of x,
    such as ``{"epoch 1": 1875}``. ``bands`` maps a series' name to a pair (low, high).
    ``dots`` names series that are drawn as points without a line. A long, noisy series is drawn
    faint, with its running mean over it, unless ``smooth`` is False; an integer sets the window.
    """

    fields: ClassVar = ("x", "y", "log_x", "log_y", "smooth", "end_values", "wide")

    def __init__(
        self,
        series: Mapping[str, Any],
        *,
        x: str,
        y: str,
        log_x: bool = False,
        log_y: bool = False,
        marks: Mapping[str, float] | None = None,
        bands: Mapping[str, tuple[Any, Any]] | None = None,
        dots: Collection[str] = (),
        smooth: bool | int = True,
        end_values: bool = True,
        wide: bool = False,
    ) -> None:
        self.x, self.y, self.wide, self.end_values = x, y, wide, end_values
        self.log_x, self.log_y, self.smooth = log_x, log_y, smooth
        self.marks = {str(label): float(at) for label, at in (marks or {}).items()}
        check_names([*(bands or {}), *dots], series)
        self.dots = tuple(str(name) for name in series if name in dots)
        if not series:
            raise ReportgenError("Curve has no series.")
        self.series = tuple(
            self._series(str(name), value, (bands or {}).get(name))
            for name, value in series.items()
        )
        check_varied(self.series)

    def _series(self, name: str, value: Any, band: tuple[Any, Any] | None) -> Series:
        x, y = split_pair(value, name, least=1 if name in self.dots else 2)
        low, high = (
            (floats(edge, f"The band of {name!r}") for edge in band) if band else (None,) * 2
        )
        for edge in (low, high):
            if edge is not None and edge.shape != y.shape:
                raise ReportgenError(
                    f"The band of {name!r} has {len(edge):,} values for {len(y):,} points."
                )
        check_positive(x, name, self.x, self.log_x)
        check_positive(y, name, self.y, self.log_y)
        wanted = self.smooth if band is None and name not in self.dots else False
        return Series(name, x, y, low, high, smooth(y, wanted, log=self.log_y))

    def to_value(self) -> dict[str, Any]:
        """As JSON types and arrays, in order."""
        keys = ("name", "x", "y", "low", "high")
        return super().to_value() | {
            "series": [{key: getattr(s, key) for key in keys} for s in self.series],
            "marks": [[label, at] for label, at in self.marks.items()],
            "dots": list(self.dots),
        }

    @classmethod
    def restore(cls, fields: dict[str, Any]) -> Curve:
        """What ``to_value`` gave."""
        series = fields.pop("series")
        bands = {s["name"]: (s["low"], s["high"]) for s in series if s["low"] is not None}
        fields["marks"] = dict(fields["marks"])
        return cls({s["name"]: (s["x"], s["y"]) for s in series}, bands=bands, **fields)

    def view(self, canvas: Canvas) -> View:
        """The chart in its variants, and a CSV file."""
        alt = canvas.told(describe_curve(self))
        page = charts.WIDE if self.wide else charts.TEXT
        html, name, drawn = charts.chart_html(
            canvas, lambda ink, frame: charts.render(self, ink, frame), page, alt
        )
        data = canvas.text(curve_csv(self), ".csv")
        return View(
            html=html,
            alt=alt,
            width=page.width // 2,
            wide=self.wide,
            composite=drawn,
            full=name,
            data=[data],
        )


def split_pair(value: Any, name: str, least: int = 2) -> tuple[Floats, Floats]:
    """(x, y) of a series that was given as values or as a pair; a dot may stand alone."""
    if isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) == 1:
        x, y = floats(value[0], f"x of {name!r}"), floats(value[1], f"Series {name!r}")
    else:
        y = floats(value, f"Series {name!r}")
        x = np.arange(1, len(y) + 1, dtype=np.float64)
    if len(x) != len(y):
        raise ReportgenError(f"Series {name!r} has {len(x):,} x values for {len(y):,} y values.")
    if len(y) < least:
        raise ReportgenError(f"Series {name!r} has {len(y)} points; a line needs two.")
    return x, y


def floats(values: Any, what: str) -> Floats:
    """A line of finite numbers. Takes lists, arrays and tensors."""
    if isinstance(values, (list, tuple)):
        values = [as_array(value) for value in values]
    try:
        array = np.asarray(as_array(values), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ReportgenError(f"{what} is not a list of numbers ({error}).") from error
    if array.ndim != 1:
        raise ReportgenError(f"{what} has shape {array.shape}; a line has one dimension.")
    check_finite(array, what)
    return array


def check_names(asked: Sequence[str], series: Mapping[str, Any]) -> None:
    """Refuse bands and dots for a series that is not there."""
    for name in asked:
        if name not in series:
            hint = did_you_mean(name, sorted(map(str, series)))
            raise ReportgenError(f"Curve has no series {name!r}.", hint=hint)


def check_positive(values: Floats, name: str, axis: str, log: bool) -> None:
    """Refuse what a logarithmic axis cannot show."""
    if log and (values <= 0).any():
        first = int(np.argmax(values <= 0))
        raise ReportgenError(
            f"Series {name!r} has {axis} {values[first]:g} at point {first + 1:,}, "
            "which a logarithmic axis cannot show.",
            hint="Leave out log_x or log_y, or drop the point.",
        )


def check_varied(series: Sequence[Series]) -> None:
    """Refuse a figure that shows nothing: every line flat, or all x equal."""
    if all(np.ptp(line.y) == 0 for line in series):
        told = ", ".join(f"{line.name!r} is {line.y[0]:g} throughout" for line in series)
        raise ReportgenError(f"The curve is constant: {told}.")
    if all(np.ptp(line.x) == 0 for line in series):
        raise ReportgenError("The curve has one value of x only.")


def describe_curve(curve: Curve) -> str:
    """Axes, and first, last and extreme value of each line, for an alt text."""
    scale = ", log scale" if curve.log_y else ""
    told = [f"Line chart of {label_text(curve.y)} against {label_text(curve.x)}{scale}"]
    for line in curve.series:
        ys = line.smooth.y if line.smooth else line.y
        first, last = short(float(ys[0])), short(float(ys[-1]))
        text = f"{label_text(line.name)}: {first} at {short(float(line.x[0]))}"
        for word, at in extremes(ys):
            text += f", {word} {short(float(ys[at]))} at {short(float(line.x[at]))}"
        told.append(f"{text}, {last} at {short(float(line.x[-1]))}")
    return "; ".join(told)


def extremes(ys: Floats) -> list[tuple[str, int]]:
    """Where a line is clearly lower or higher than at both of its ends."""
    low, high = int(ys.argmin()), int(ys.argmax())
    clear = 0.05 * float(np.ptp(ys))
    ends = sorted((float(ys[0]), float(ys[-1])))
    found = [("lowest", low)] if ys[low] < ends[0] - clear else []
    return found + ([("highest", high)] if ys[high] > ends[1] + clear else [])


def curve_csv(curve: Curve) -> str:
    """One column a line where all share x, else rows (series, x, y[, low, high])."""
    first = curve.series[0]
    banded = any(line.low is not None for line in curve.series)
    if not banded and all(np.array_equal(line.x, first.x) for line in curve.series):
        columns = [first.x.tolist(), *(line.y.tolist() for line in curve.series)]
        header = [curve.x, *(line.name for line in curve.series)]
        return csv_text(header, zip(*columns, strict=True))
    rows: list[list[Any]] = []
    for line in curve.series:
        edges = [
            e.tolist() if e is not None else [None] * len(line.x) for e in (line.low, line.high)
        ]
        points = zip(line.x.tolist(), line.y.tolist(), *edges, strict=True)
        rows += [[line.name, *point[: 4 if banded else 2]] for point in points]
    return csv_text(["series", curve.x, curve.y, *(["low", "high"] if banded else [])], rows)
