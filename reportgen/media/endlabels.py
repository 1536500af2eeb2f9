"""Labels at the ends of lines: what they say and how they keep apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.media.export import alike
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
    values = alike([_end(series)[1] for series in curve.series])
    if not curve.end_values:
        values = [""] * len(values)
    for width in (widest * 0.6, widest * 0.8, widest, widest * 1.3):
        labels = [
            _label(series, value, measure, width)
            for series, value in zip(curve.series, values, strict=True)
        ]
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
    stacks: list[tuple[float, list[int]]] = []  # (bottom edge, boxes from there up)
    for i in order:
        stacks.append(_settle([i], wanted, heights, low, high))
        while len(stacks) > 1 and _top(stacks[-2], heights) > stacks[-1][0]:
            boxes = stacks[-2][1] + stacks[-1][1]
            stacks[-2:] = [_settle(boxes, wanted, heights, low, high)]
    places = [0.0] * len(wanted)
    for edge, boxes in stacks:
        for i in boxes:
            places[i] = edge + heights[i] / 2
            edge += heights[i]
    return places


def _settle(
    boxes: list[int], wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> tuple[float, list[int]]:
    """A stack of boxes whose middles are, on average, where they want to be."""
    edge, drift = 0.0, 0.0
    for i in boxes:
        drift += wanted[i] - (edge + heights[i] / 2)
        edge += heights[i]
    return max(low, min(drift / len(boxes), high - edge)), boxes


def _top(stack: tuple[float, list[int]], heights: Sequence[float]) -> float:
    return stack[0] + sum(heights[i] for i in stack[1])


def _end(series: Series) -> tuple[float, float]:
    """The last point of the line."""
    x, y = series.drawn
    last = int(x.argmax())
    return float(x[last]), float(y[last])


def _label(series: Series, value: str, measure: Callable[[str], float], width: float) -> EndLabel:
    name = f"{label_text(series.name)} diverges after" if series.diverges else series.name
    lines = _wrap(label_text(name), measure, width)
    if value and measure(f"{lines[-1]} {value}") <= width:
        lines[-1] += f" {value}"
    elif value:
        lines.append(value)
    return EndLabel(*_end(series), lines)


def _wrap(text: str, measure: Callable[[str], float], width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
