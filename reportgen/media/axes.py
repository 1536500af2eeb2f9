"""What the axes of a curve span and where they have ticks: for its drawing and for its picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.media.labels import label_text
from reportgen.media.ticks import end_ticks, linear_ticks, log_ticks, tick_labels

if TYPE_CHECKING:
    from reportgen.media.curve import Curve

Span = tuple[float, float]
Measure = Callable[[str], float]


@dataclass(frozen=True)
class Axis:
    """A quantity from ``low`` to ``high``, linear or logarithmic, with ticks (value, label)."""

    low: float
    high: float
    log: bool
    ticks: tuple[tuple[float, str], ...] = ()

    def at(self, value: float) -> float:
        """Where a value lies from the low end (0) to the high end (1)."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def x_span(curve: Curve) -> Span:
    """From end to end, and from 0 where that is near."""
    xs = [v for line in curve.series for v in (float(line.x.min()), float(line.x.max()))]
    low, high = apart(min(xs), max(xs), curve.log_x)
    return (0.0 if not curve.log_x and 0 < low <= 1 and high >= 20 else low), high


def y_span(curve: Curve) -> Span:
    """A little beyond the data, and from 0 where that is near."""
    edges = [e for line in curve.series for e in (line.y, line.low, line.high)]
    finite = [e[np.isfinite(e)] for e in edges if e is not None]
    bottom, top = min(float(e.min()) for e in finite), max(float(e.max()) for e in finite)
    return air(*apart(bottom, top, curve.log_y), curve.log_y)


def shared_spans(curves: Sequence[Curve]) -> dict[tuple[str, bool], Span]:
    """The span of each quantity (name, whether logarithmic) that more than one curve shows."""
    found: dict[tuple[str, bool], list[Span]] = {}
    for curve in curves:
        found.setdefault((curve.x, curve.log_x), []).append(x_span(curve))
        found.setdefault((curve.y, curve.log_y), []).append(y_span(curve))
    return {
        name: (min(low for low, _ in spans), max(high for _, high in spans))
        for name, spans in found.items()
        if len(spans) > 1
    }


def x_axis(curve: Curve, span: Span, count: int) -> Axis:
    """Round numbers, or the marks where there are any, and the last x always."""
    low, high = span
    if curve.log_x:
        xs = log_ticks(low, high, count)
    elif curve.marks:
        xs = sorted({low, *(at for at in curve.marks.values() if low < at < high), high})
    else:
        xs = end_ticks(low, high, count)
    labels = tick_labels(xs, log=curve.log_x)
    return Axis(low, high, curve.log_x, tuple(zip(xs, labels, strict=True)))


def y_axis(curve: Curve, span: Span) -> Axis:
    """Round numbers."""
    low, high = span
    ys = (log_ticks if curve.log_y else linear_ticks)(low, high, 6)
    labels = tick_labels(ys, log=curve.log_y)
    return Axis(low, high, curve.log_y, tuple(zip(ys, labels, strict=True)))


def thin(axis: Axis, measure: Measure, room: float, gap: float) -> list[tuple[float, str]]:
    """The ticks of an axis ``room`` px wide; one whose label would touch the next has none."""
    kept: list[tuple[float, str]] = []
    edge = float("inf")
    for x, text in reversed(axis.ticks):
        at, half = axis.at(x) * room, measure(text) / 2
        fits = at + half < edge - gap
        kept.append((x, text if fits else ""))
        edge = at - half if fits else edge
    return kept[::-1]


def y_title(curve: Curve) -> str:
    """The quantity as a heading."""
    return sentence(label_text(curve.y)) + (" (log scale)" if curve.log_y else "")


def x_title(curve: Curve) -> str:
    """What x is, and what the line is where the values are smoothed."""
    windows = sorted({line.smooth.window for line in curve.series if line.smooth})
    smoothed = f" (line: mean of {' or '.join(map(str, windows))})" if windows else ""
    return label_text(curve.x) + (" (log scale)" if curve.log_x else "") + smoothed


def apart(low: float, high: float, log: bool) -> Span:
    """Limits around a single value; others as they are."""
    if low < high:
        return low, high
    if log:
        return low / 2, high * 2
    room = abs(low) / 10 or 1.0
    return low - room, high + room


def air(low: float, high: float, log: bool) -> Span:
    """Limits a little beyond the data."""
    if log:
        ratio = (high / low) ** 0.06
        return low / ratio, high * ratio
    span = high - low
    near_zero = 0 <= low <= 0.25 * span
    return (0.0 if near_zero else low - 0.06 * span), high + 0.06 * span


def sentence(text: str) -> str:
    """With a capital, unless the first word is a symbol."""
    first = text.split(" ")[0]
    return text[:1].upper() + text[1:] if len(first) > 1 and first.isascii() else text
