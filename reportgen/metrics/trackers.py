"""The stores of experiment trackers, read from the disk."""

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.metrics.series import Rows, flat, from_records
from reportgen.metrics.tables import newest
from reportgen.metrics.wire import Field, fields, inner, log_records, signed, tf_records


def read_tensorboard(path: Path, step: str = "") -> Rows:
    """The scalars of the event files in a folder, or of one file, of any writer."""
    files = [path] if path.is_file() else sorted(path.rglob("*tfevents*"))
    for file in files:
        above = "" if path.is_file() else file.parent.relative_to(path).as_posix()
        run = "" if above in ("", ".") else f"{above}/"
        for event in tf_records(file.read_bytes()):
            at = next((v for n, v in fields(event) if n == 2 and isinstance(v, int)), 0)
            for summary in inner(event, 5):
                for entry in inner(summary, 1):
                    if (value := scalar(entry)) is not None:
                        yield run + next(inner(entry, 1), b"").decode(), signed(at), value


def scalar(entry: bytes) -> float | None:
    """The number in a summary's value, as TensorBoard 1 (2) or 2 (a tensor, 8) writes it."""
    for number, value in fields(entry):
        if number == 2 and isinstance(value, bytes):
            return float(struct.unpack("<f", value)[0])
        if number == 8 and isinstance(value, bytes):
            return scalar_tensor(value)
    return None


def scalar_tensor(tensor: bytes) -> float | None:
    """A tensor of one float or double; None for any other."""
    found = dict(fields(tensor))
    if found.get(1) not in (1, 2):
        return None
    kind, size, list_of = ("<f", 4, 5) if found[1] == 1 else ("<d", 8, 6)
    data = found.get(list_of) or found.get(4)
    return (
        float(struct.unpack(kind, data)[0])
        if isinstance(data, bytes) and len(data) == size
        else None
    )


def read_wandb(path: Path, step: str = "") -> Rows:
    """The history of a run in ``wandb/``, offline or not, or of one ``.wandb`` file."""
    return from_records(wandb_history(newest(path, "*.wandb")), step)


def wandb_history(path: Path) -> Iterator[dict[str, Any]]:
    """What each ``log`` of a run has written. Raises ReportgenError for another file."""
    data = path.read_bytes()
    if not data.startswith(b":W&B"):
        raise ReportgenError("This is no file of Weights & Biases.", place=Place(path))
    for record in log_records(data, 7):
        for history in inner(record, 2):
            items = [list(fields(item)) for item in inner(history, 1)]
            yield flat(dict(wandb_item(item) for item in items))


def wandb_item(item: list[tuple[int, Field]]) -> tuple[str, Any]:
    """Name and value: key (1) or nested key (2); an integer (5), a number (6), JSON (8, 16)."""
    name = "/".join(v.decode() for n, v in item if n in (1, 2) and isinstance(v, bytes) and v)
    for number, value in item:
        if number == 5 and isinstance(value, int):
            return name, signed(value)
        if number == 6 and isinstance(value, bytes):
            return name, struct.unpack("<d", value)[0]
        if number in (8, 16) and isinstance(value, bytes):
            return name, json.loads(value)
    return name, None


def read_mlflow(path: Path, run: str = "") -> Rows:
    """A run in ``mlflow.db``, or its folder in ``mlruns``: the newest, or that named ``run``.

    ``run`` is a run's id, or the beginning of it, or its name.
    """
    database = path if path.is_file() else path / "mlflow.db"
    if database.is_file():
        yield from mlflow_database(database, run)
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
    """The name of an MLflow run, or ""."""
    tag = folder / "tags" / "mlflow.runName"
    return tag.read_text(encoding="utf-8").strip() if tag.is_file() else ""


def mlflow_database(path: Path, run: str) -> Rows:
    """The metrics of a run in MLflow's database."""
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
    """A project of trackio, ``PROJECT.db`` or the newest of a folder: its last run, or ``run``."""
    path = newest(path, "*.db")
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
