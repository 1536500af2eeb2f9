"""One door: which tool wrote a log, and what is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import Place, ReportgenError, did_you_mean
from reportgen.metrics import tables, trackers
from reportgen.metrics.series import Rows, collect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Logged = dict[str, dict[str, "NDArray[np.float64]"]]
"""Name of each series to its ``step`` (n,) and ``value`` (n,)."""

READERS: dict[str, Callable[[Path, str], Rows]] = {
    "csv": tables.read_csv,
    "jsonl": tables.read_jsonl,
    "lightning": tables.read_lightning,
    "trainer": tables.read_trainer,
    "tensorboard": trackers.read_tensorboard,
    "wandb": trackers.read_wandb,
    "mlflow": trackers.read_mlflow,
    "trackio": trackers.read_trackio,
}
BY_RUN = ("mlflow", "trackio")
"""Tools whose stores hold many runs."""


def read_metrics(path: str | Path, kind: str = "", *, step: str = "", run: str = "") -> Logged:
    """The series that a training has logged: name to ``step`` (n,) and ``value`` (n,).

    ``path`` is a file or a folder of CSV, JSON lines, TensorBoard, Weights & Biases (offline runs
    and exports), MLflow, Lightning, the Hugging Face trainer or trackio; ``kind`` says which where
    that is not clear. ``step`` names the column that says when, ``run`` one of many runs. Raises
    ReportgenError where there is nothing, or nothing that can be read.
    """
    place = Path(path)
    if not place.exists():
        raise ReportgenError(f"There is no log at '{place}'.")
    kind = kind or kind_of(place)
    if kind not in READERS:
        hint = did_you_mean(kind, list(READERS)) or f"Known: {', '.join(READERS)}."
        raise ReportgenError(f"No log is of the kind '{kind}'.", hint=hint)
    try:
        found = collect(READERS[kind](place, run if kind in BY_RUN else step))
    except (ValueError, KeyError, sqlite3.Error) as error:
        what = f"This cannot be read as a log of the kind '{kind}': {error}."
        raise ReportgenError(
            what, place=Place(place), hint=f"Known: {', '.join(READERS)}."
        ) from None
    if not found:
        raise ReportgenError(f"There are no numbers in '{place}'.")
    return found


def kind_of(path: Path) -> str:
    """What wrote a log, by its names. Raises ReportgenError where nothing tells."""
    name = path.name
    if path.is_file():
        if "tfevents" in name:
            return "tensorboard"
        by_name = {"trainer_state.json": "trainer", "mlflow.db": "mlflow"}
        by_ending = {
            ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".log": "jsonl",
            ".wandb": "wandb", ".db": "trackio",
        }  # fmt: skip
        if kind := by_name.get(name) or by_ending.get(path.suffix.lower()):
            return kind
    else:
        for pattern, kind in (
            ("*tfevents*", "tensorboard"),
            ("*.wandb", "wandb"),
            ("trainer_state.json", "trainer"),
            ("metrics.csv", "lightning"),
            ("meta.yaml", "mlflow"),
            ("mlflow.db", "mlflow"),
            ("*.db", "trackio"),
        ):
            if next(path.rglob(pattern), None):
                return kind
    raise ReportgenError(
        f"Nothing tells what wrote '{path}'.", hint=f"Say kind=, one of {', '.join(READERS)}."
    )
