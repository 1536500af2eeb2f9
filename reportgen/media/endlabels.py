"""Labels at the ends of lines: what they say and how they keep apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.media.export import short
from reportgen.media.labels import label_text

if TYPE_CHECKING:
    from reportgen.media.curve import Curve, Series


@dataclass(frozen=True)
class EndLabel:
    """Lines of text for the line that ends at (x, y) in data units."""

    x: float
    y: float
    lines: list[str]


def make_labels(
    curve: Curve, measure: Callable[[str], float], height: float, line: float, widest: float
) -> list[EndLabel]:
    """A label a series, broken so that together they fit into ``height`` px if they can."""
    labels: list[EndLabel] = []
    for width in (widest * 0.6, widest * 0.8, widest, widest * 1.3):
        labels = [_label(curve, series, measure, width) for series in curve.series]
        if sum(len(label.lines) for label in labels) * line <= height:
            break
    return labels


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Middles near the ``wanted`` ones, in their order, so that no two boxes overlap.

    They stay between ``low`` and ``high`` while there is room.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    places = [0.0] * len(wanted)
    edge = low
    for i in order:
        places[i] = max(wanted[i], edge + heights[i] / 2)
        edge = places[i] + heights[i] / 2
    edge = high
    for i in reversed(order):
        places[i] = min(places[i], edge - heights[i] / 2)
        edge = places[i] - heights[i] / 2
    return places


def _label(curve: Curve, series: Series, measure: Callable[[str], float], width: float) -> EndLabel:
    y = series.smooth.y if series.smooth else series.y
    last = int(series.x.argmax())
    text = label_text(series.name)
    if series.smooth:
        text += f", mean of {series.smooth.window}"
    lines = _wrap(text, measure, width)
    if curve.end_values:
        value = short(float(y[last]))
        if measure(f"{lines[-1]} {value}") <= width:
            lines[-1] += f" {value}"
        else:
            lines.append(value)
    return EndLabel(float(series.x[last]), float(y[last]), lines)


def _wrap(text: str, measure: Callable[[str], float], width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
