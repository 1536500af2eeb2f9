"""What every reader fills: values by name and step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows = Iterable[tuple[str, float, float]]
"""(name, step, value), in any order."""

STEPS = ("step", "_step", "global_step", "Step", "iteration", "iter", "epoch", "Epoch")
"""Columns that say when, the best first."""

ABOUT = frozenset(
    ("_timestamp", "_runtime", "_wandb", "timestamp", "time", "wall_time", "Wall time", "created")
)
"""Columns that are no metric."""


def collect(rows: Rows) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Each name's ``step`` (n,) and ``value`` (n,), by step; the last value of a step counts."""
    import numpy as np

    found: dict[str, dict[float, float]] = {}
    for name, step, value in rows:
        found.setdefault(name, {})[step] = value
    return {
        name: {
            "step": np.array(sorted(values), dtype=np.float64),
            "value": np.array([values[step] for step in sorted(values)], dtype=np.float64),
        }
        for name, values in found.items()
    }


def from_records(records: Iterable[Mapping[str, Any]], step: str = "") -> Rows:
    """The numbers in mappings, such as the lines of a log. Without a step they are counted."""
    records = list(records)
    names = {name for record in records for name in record}
    key = step or next((name for name in STEPS if name in names), "")
    for count, record in enumerate(records, 1):
        at = number(record.get(key))
        if key and (at is None or at != at):
            continue  # a line about the run, not of it
        for name, value in record.items():
            found = number(value)
            if name not in (key, *STEPS) and name not in ABOUT and found is not None:
                yield name, count if at is None else at, found


def number(value: Any) -> float | None:
    """A value as a float where it is a number or the text of one, else None."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def flat(record: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """``{"train": {"loss": 1}}`` as ``{"train/loss": 1}``."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{above}/{key}" if above else str(key)
        found |= flat(value, name) if isinstance(value, Mapping) else {name: value}
    return found
