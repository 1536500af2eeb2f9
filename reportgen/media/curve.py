"""Curve: numbers against numbers, each line labelled where it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.media import charts
from reportgen.media.base import Media, plural
from reportgen.media.canvas import Canvas, View
from reportgen.media.drawing import curve_html
from reportgen.media.export import csv_text, short
from reportgen.media.labels import label_text
from reportgen.media.logged import FromLogs
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

    @property
    def drawn(self) -> tuple[Floats, Floats]:
        """x and y (m,) of the line: smoothed where it is, without what is NaN or infinite."""
        y = self.smooth.y if self.smooth else self.y
        there = np.isfinite(y)
        return self.x[there], y[there]

    @property
    def diverges(self) -> bool:
        """Whether it ends in NaN or infinity."""
        return not np.isfinite(self.y[-1])


class Curve(FromLogs, Media):
    """Lines of y against x.

    ``series`` maps a name to values, or to a pair (x, y); x counts from 1 where it is not given.
    ``x`` and ``y`` name the quantities with their units. ``marks`` puts labels at values of x,
    such as ``{"epoch 1": 1875}``. ``bands`` maps a series' name to a pair (low, high).
    ``dots`` names series that are drawn as points without a line. A long, noisy series is drawn
    faint, with its running mean over it, unless ``smooth`` is False; an integer sets the window.

    What is mostly a mistake is refused: lines that are all ``"constant"``, a ``"single"`` point,
    and a line that is not finite, ``"diverged"``. Those named in ``allow`` are drawn.
    """

    fields: ClassVar = ("x", "y", "log_x", "log_y", "smooth", "end_values", "wide", "allow")

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
        allow: Collection[str] = (),
    ) -> None:
        self.allow = check_allowed(allow)
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
        check_varied(self.series, self.allow)

    def _series(self, name: str, value: Any, band: tuple[Any, Any] | None) -> Series:
        least = 1 if name in self.dots or "single" in self.allow else 2
        x, y = split_pair(value, name, least, diverged="diverged" in self.allow)
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
        plain = band is None and name not in self.dots and bool(np.isfinite(y).all())
        wanted = self.smooth if plain else False
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
        """The chart as a drawing, its picture for where HTML cannot go, and a CSV file."""
        alt = canvas.told(describe_curve(self))
        page = charts.WIDE if self.wide else charts.TEXT
        drawn = charts.render(self, page, canvas.spans)
        name = canvas.picture(drawn)
        data = canvas.text(curve_csv(self), ".csv")
        return View(
            html=curve_html(self, alt, page.width // 2, canvas.spans),
            alt=alt,
            width=page.width // 2,
            wide=self.wide,
            composite=drawn,
            full=name,
            data=[data],
        )


ALLOWED = ("constant", "single", "diverged")


def check_allowed(allow: Collection[str]) -> list[str]:
    """What is allowed, in order. Refuses a word that means nothing."""
    words = [allow] if isinstance(allow, str) else sorted(allow)
    for word in words:
        if word not in ALLOWED:
            hint = did_you_mean(word, list(ALLOWED))
            raise ReportgenError(f"Curve cannot allow {word!r}.", hint=hint)
    return words


def split_pair(
    value: Any, name: str, least: int = 2, *, diverged: bool = False
) -> tuple[Floats, Floats]:
    """(x, y) of a series that was given as values or as a pair; a dot may stand alone."""
    if isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) == 1:
        x = floats(value[0], f"x of {name!r}")
        y = floats(value[1], f"Series {name!r}", diverged=diverged)
    else:
        y = floats(value, f"Series {name!r}", diverged=diverged)
        x = np.arange(1, len(y) + 1, dtype=np.float64)
    if len(x) != len(y):
        raise ReportgenError(f"Series {name!r} has {len(x):,} x values for {len(y):,} y values.")
    if len(y) < least:
        hint = 'Curve(…, allow=["single"]) draws one.' if len(y) else None
        raise ReportgenError(
            f"Series {name!r} has {plural(len(y), 'point')}; a line needs two.", hint=hint
        )
    return x, y


def floats(values: Any, what: str, *, diverged: bool = False) -> Floats:
    """A list, array or tensor as numbers (n,), all finite unless it may have ``diverged``."""
    if isinstance(values, (list, tuple)):
        values = [as_array(value) for value in values]
    try:
        array = np.asarray(as_array(values), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ReportgenError(f"{what} is not a list of numbers ({error}).") from error
    if array.ndim != 1:
        raise ReportgenError(f"{what} has shape {array.shape}; a line has one dimension.")
    if not diverged:
        hint = 'Look at the run that made them; Curve(…, allow=["diverged"]) draws what is finite.'
        check_finite(array, what, hint)
    elif len(array) and not np.isfinite(array).any():
        raise ReportgenError(f"{what} has no finite value.")
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


def check_varied(series: Sequence[Series], allow: Collection[str] = ()) -> None:
    """Refuse a figure that shows nothing: every line flat, or all x equal."""
    single = all(np.ptp(line.x) == 0 for line in series)
    if all(np.ptp(line.drawn[1]) == 0 for line in series) and not (
        "constant" in allow or ("single" in allow and single)
    ):
        told = ", ".join(f"{line.name!r} is {line.drawn[1][0]:g} throughout" for line in series)
        raise ReportgenError(
            f"The curve is constant: {told}.",
            hint='If that is the point, say so: Curve(…, allow=["constant"]).',
        )
    if single and "single" not in allow:
        raise ReportgenError(
            "The curve has one value of x only.", hint='Curve(…, allow=["single"]) draws it.'
        )


def describe_curve(curve: Curve) -> str:
    """Axes, and first, last and extreme value of each line, for an alt text."""
    scale = ", log scale" if curve.log_y else ""
    told = [f"Line chart of {label_text(curve.y)} against {label_text(curve.x)}{scale}"]
    for line in curve.series:
        xs, ys = line.drawn
        text = f"{label_text(line.name)}: {short(float(ys[0]))} at {short(float(xs[0]))}"
        if len(ys) > 1 and np.ptp(ys) == 0:
            text += f" and everywhere to {short(float(xs[-1]))}"
        elif len(ys) > 1:
            for word, at in extremes(ys):
                text += f", {word} {short(float(ys[at]))} at {short(float(xs[at]))}"
            text += f", {short(float(ys[-1]))} at {short(float(xs[-1]))}"
        told.append(f"{text}, where it diverges" if line.diverges else text)
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
