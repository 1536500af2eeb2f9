"""Curves of what trainings have logged, in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.media.adapt import frame_rows
from reportgen.metrics import Logged, read_metrics
from reportgen.metrics.series import collect, from_records

MANY = 6
"""More lines than this in one chart nobody tells apart."""

Names = str | Iterable[str] | Mapping[str, str] | None
"""Which series: one, several, or name to label; None for all."""


class FromLogs:
    """The constructors of ``Curve`` that read a log.

    ``names`` chooses the series, as a list or as a mapping to labels; ``x`` and ``y`` name the
    axes; other ``options`` are those of ``Curve``. All raise ReportgenError where there is no log,
    or no series of that name in it.
    """

    @classmethod
    def from_log(
        cls, path: str | Path, names: Names = None, *, kind: str = "", step: str = "",
        run: str = "", x: str = "step", y: str = "", **options: Any,
    ) -> Self:  # fmt: skip
        """A log of any kind that ``read_metrics`` knows."""
        logged = read_metrics(path, kind, step=step, run=run)
        return cls.of_logged(logged, names, x=step or x, y=y, **options)

    @classmethod
    def from_csv(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Columns of a CSV file against ``step``, one of its columns."""
        return cls.from_log(path, names, kind="csv", **options)

    @classmethod
    def from_jsonl(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Values of JSON lines."""
        return cls.from_log(path, names, kind="jsonl", **options)

    @classmethod
    def from_tensorboard(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Scalars of TensorBoard's event files."""
        return cls.from_log(path, names, kind="tensorboard", **options)

    @classmethod
    def from_wandb(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """The history of a run of Weights & Biases on the disk, or a CSV file exported there."""
        kind = "csv" if str(path).endswith(".csv") else "wandb"
        return cls.from_log(path, names, kind=kind, **options)

    @classmethod
    def from_mlflow(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Metrics of the newest run of MLflow in a folder or database, or of ``run``."""
        return cls.from_log(path, names, kind="mlflow", **options)

    @classmethod
    def from_lightning(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Metrics of Lightning's CSV logger, the newest version below a folder."""
        return cls.from_log(path, names, kind="lightning", **options)

    @classmethod
    def from_trainer(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """The log history of the Hugging Face trainer, the latest below a folder."""
        return cls.from_log(path, names, kind="trainer", **options)

    @classmethod
    def from_trackio(cls, path: str | Path, names: Names = None, **options: Any) -> Self:
        """Metrics of the last run in a trackio database, or of ``run``."""
        return cls.from_log(path, names, kind="trackio", **options)

    @classmethod
    def from_frame(
        cls, frame: Any, names: Names = None, *, step: str = "", x: str = "step", y: str = "",
        **options: Any,
    ) -> Self:  # fmt: skip
        """Columns of a data frame of pandas or polars against ``step``, one of them."""
        rows, columns = frame_rows(frame)
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        logged = collect(from_records(records, step))
        return cls.of_logged(logged, names, x=step or x, y=y, **options)

    @classmethod
    def of_logged(cls, logged: Logged, names: Names, *, x: str, y: str, **options: Any) -> Self:
        """The chosen series of a log."""
        chosen = labels(logged, names)
        series = {
            label: (logged[name]["step"], logged[name]["value"]) for name, label in chosen.items()
        }
        y = y or (next(iter(chosen)) if len(chosen) == 1 else "value")
        return cls(series, x=x, y=y, **options)  # type: ignore[call-arg]


def labels(logged: Logged, names: Names) -> dict[str, str]:
    """Name to label of the chosen series. Raises ReportgenError for one that is not there."""
    if names is None:
        if len(logged) > MANY:
            known = ", ".join(sorted(logged))
            raise ReportgenError(
                f"There are {len(logged)} series in this log.", hint=f"Choose among: {known}."
            )
        names = list(logged)
    if isinstance(names, str):
        names = [names]
    chosen = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    for name in chosen:
        if name not in logged:
            hint = did_you_mean(name, list(logged)) or f"Known: {', '.join(sorted(logged))}."
            raise ReportgenError(f"The log has no series {name!r}.", hint=hint)
    return chosen
