"""Where an axis has its ticks and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reportgen.media.export import minus


def linear_ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, about ``count`` of them."""
    step = _round_up((high - low) / max(1, count))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def log_ticks(low: float, high: float, count: int) -> list[float]:
    """1, 2 and 5 times the powers of ten; powers alone where there are many, or plain ticks."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [k * 10.0**e for e in exponents for k in factors if low <= k * 10.0**e <= high]
        if len(ticks) <= count + 2:
            break
    if len(ticks) > count + 2:
        ticks = ticks[:: -(-len(ticks) // count)]
    return ticks if len(ticks) >= 3 else linear_ticks(low, high, count)


def end_ticks(low: float, high: float, count: int) -> list[float]:
    """Linear ticks that end in ``high``: how many steps there were is part of the message."""
    ticks = [t for t in linear_ticks(low, high, count) if t <= high - (high - low) / (1.6 * count)]
    return [*ticks, high]


def tick_labels(ticks: Sequence[float], *, log: bool = False) -> list[str]:
    """On a linear axis all with the decimals of the finest; thousands with a comma."""
    if log:
        return [minus(_general(t)) for t in ticks]
    places = max((_decimals(t) for t in ticks), default=0)
    many = any(abs(t) >= 10000 for t in ticks)  # 2024 may be a year
    return [minus(f"{t:,.{places}f}" if many else f"{t:.{places}f}") for t in ticks]


def _general(value: float) -> str:
    if value >= 10000 or value < 1e-4:
        return f"{value:,.0f}" if 1 <= value < 1e7 else f"{value:.0e}".replace("e-0", "e-")
    return f"{value:g}"


def _decimals(value: float) -> int:
    text = f"{value:.6g}"
    return len(text.partition(".")[2]) if "e" not in text else 6


SMALLEST = 1e-300
"""A finer step has no digits left to tell its ticks apart."""


def _round_up(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(step, SMALLEST)))
    return next(k * power for k in (1, 2, 2.5, 5, 10) if k * power >= step * (1 - 1e-9))
