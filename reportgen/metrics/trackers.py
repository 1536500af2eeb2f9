"""The stores of experiment trackers, read from the disk."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.metrics.series import Rows, flat, from_records
from reportgen.metrics.tables import newest


def lacking(package: str, what: str) -> ReportgenError:
    """What to say where a reader's package is not installed."""
    return ReportgenError(
        f"{what} is read with '{package}', which is not installed.",
        hint=f"Install it with: pip install {package}",
    )


def read_tensorboard(path: Path, step: str = "") -> Rows:
    """The scalars of the event files in a folder, or of one file, of any writer."""
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        raise lacking("tensorboard", "A TensorBoard log") from None
    from tensorboard.util.tensor_util import make_ndarray

    events = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    for tag in events.Tags()["scalars"]:
        yield from ((tag, event.step, event.value) for event in events.Scalars(tag))
    for tag in events.Tags()["tensors"]:
        for event in events.Tensors(tag):
            array = make_ndarray(event.tensor_proto)
            if array.ndim == 0 and array.dtype.kind in "fiu":
                yield tag, event.step, float(array)


def read_wandb(path: Path, step: str = "") -> Rows:
    """The history of a run in ``wandb/``, offline or not, or of one ``.wandb`` file."""
    return from_records(wandb_history(newest(path, "*.wandb")), step)


def wandb_history(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from wandb.proto import wandb_internal_pb2
        from wandb.sdk.internal.datastore import DataStore
    except ImportError:
        raise lacking("wandb", "A run of Weights & Biases") from None
    store = DataStore()
    store.open_for_scan(str(path))
    while True:
        try:
            data = store.scan_data()
        except AssertionError:
            return  # the end of a run that was killed
        if data is None:
            return
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        if record.WhichOneof("record_type") == "history":
            items = record.history.item
            yield flat(
                {
                    "/".join(item.nested_key) or item.key: json.loads(item.value_json)
                    for item in items
                }
            )


def read_mlflow(path: Path, run: str = "") -> Rows:
    """A run's folder in ``mlruns``, or a run in ``mlflow.db``: the newest, or that named ``run``.

    ``run`` is a run's id, or the beginning of it, or its name.
    """
    if path.is_file():
        yield from mlflow_database(path, run)
        return
    folder = path if (path / "metrics").is_dir() else newest_run(path, run)
    for file in sorted((folder / "metrics").rglob("*")):
        if file.is_file():
            name = file.relative_to(folder / "metrics").as_posix()
            for line in file.read_text(encoding="utf-8").splitlines():
                _, value, at = line.split()[:3]
                yield name, float(at), float(value)


def newest_run(path: Path, run: str) -> Path:
    """The run's folder below ``mlruns`` whose metadata were written last."""
    metas = [m for m in path.rglob("meta.yaml") if (m.parent / "metrics").is_dir()]
    fits = [m.parent for m in metas if m.parent.name.startswith(run) or run_name(m.parent) == run]
    if not fits:
        what = f"no run '{run}'" if run else "no run"
        raise ReportgenError(f"There is {what} of MLflow in '{path}'.")
    return max(fits, key=lambda folder: ((folder / "meta.yaml").stat().st_mtime_ns, folder.name))


def run_name(folder: Path) -> str:
    tag = folder / "tags" / "mlflow.runName"
    return tag.read_text(encoding="utf-8").strip() if tag.is_file() else ""


def mlflow_database(path: Path, run: str) -> Rows:
    with closing(opened(path)) as database:
        runs = database.execute("SELECT run_uuid, name FROM runs ORDER BY start_time").fetchall()
        fits = [id for id, name in runs if id.startswith(run) or name == run]
        if not fits:
            what = f"no run '{run}'" if run else "no run"
            raise ReportgenError(f"There is {what} of MLflow in '{path}'.")
        query = "SELECT key, step, value, is_nan FROM metrics WHERE run_uuid = ? ORDER BY timestamp"
        for key, at, value, is_nan in database.execute(query, (fits[-1],)):
            yield key, float(at), float("nan") if is_nan else float(value)


def read_trackio(path: Path, run: str = "") -> Rows:
    """A project of trackio, ``PROJECT.db``: its last run, or the one named ``run``."""
    with closing(opened(path)) as database:
        names = [name for (name,) in database.execute("SELECT run_name FROM metrics ORDER BY id")]
        wanted = run or (names[-1] if names else "")
        if wanted not in names:
            what = f"no run '{run}'" if run else "no run"
            raise ReportgenError(f"There is {what} of trackio in '{path}'.")
        query = "SELECT step, metrics FROM metrics WHERE run_name = ? ORDER BY id"
        rows = database.execute(query, (wanted,)).fetchall()
    records = ({**flat(json.loads(metrics)), "step": at} for at, metrics in rows)
    yield from from_records(records, "step")


def opened(path: Path) -> sqlite3.Connection:
    """A database that is only read. Its file is opened once, so that the run knows of it."""
    with path.open("rb") as file:
        if file.read(15) != b"SQLite format 3":
            raise ReportgenError(f"'{path}' is no SQLite database.")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
