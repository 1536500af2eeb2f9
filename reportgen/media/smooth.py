"""Running means for long, noisy series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONG = 200  # a shorter series is drawn as it is
NOISY = 0.01  # of the range: less is a smooth line


@dataclass(frozen=True)
class Smooth:
    """A smoothed series (n,) and the number of points in its window."""

    y: NDArray[np.float64]
    window: int


def smooth(y: NDArray[np.float64], wanted: bool | int, *, log: bool) -> Smooth | None:
    """The centred running mean of a long and noisy ``y`` (n,), or None where it needs none."""
    if wanted is False or (wanted is True and len(y) < LONG):
        return None
    window = _window(len(y)) if wanted is True else int(wanted)
    mean = running_mean(y, window)
    raw, flat = (np.log(y), np.log(np.maximum(mean, 1e-300))) if log else (y, mean)
    noise = float(np.std(raw - flat))
    if wanted is True and noise <= NOISY * float(np.ptp(flat)):
        return None
    return Smooth(mean, window)


def running_mean(y: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean over a centred window of at most ``window`` points, cut alike on both sides.

    Near an end the window shrinks, so that the first and last fall of a loss stay visible.
    """
    n = len(y)
    half = np.minimum(window // 2, np.minimum(np.arange(n), np.arange(n)[::-1]))
    tail = max(0, n - 1 - window // 2)
    half[tail:] = np.minimum(window // 2, np.arange(tail, n))  # the last value is quoted
    total = np.concatenate([[0.0], np.cumsum(y)])
    at = np.arange(n)
    start, stop = at - half, np.minimum(at + half + 1, n)
    return np.asarray((total[stop] - total[start]) / (stop - start), dtype=np.float64)


def _window(n: int) -> int:
    """A round number of points: about 1 % of the series, in steps 1-2-5."""
    target = max(5, n / 100)
    steps: list[int] = [k * 10**e for e in range(7) for k in (1, 2, 5)]
    return min(step for step in steps if step >= target)
