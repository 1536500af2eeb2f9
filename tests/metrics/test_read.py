"""What other tools have logged: each tool's own files, read without the tool."""

import json
import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen import Curve, ReportgenError, read_metrics
from reportgen.metrics.wire import BLOCK, log_records, signed, varint
from tests.conftest import ProjectFolder

HERE = Path(__file__).parent
LOSS, ACC = [1 / (i + 1) for i in range(5)], [i / 10 for i in range(5)]


def csv(folder: Path) -> Path:
    rows = [f"{i},{LOSS[i]},{ACC[i]},a note" for i in range(5)]
    (folder / "log.csv").write_text("\n".join(["step,loss,acc,note", *rows, ""]))
    return folder / "log.csv"


def export_of_wandb(folder: Path) -> Path:
    head = '"Step","loss","loss__MIN","loss__MAX","acc"'
    rows = [f'"{i}","{LOSS[i]}","{LOSS[i]}","{LOSS[i]}","{ACC[i]}"' for i in range(5)]
    (folder / "export.csv").write_text("\ufeff" + "\n".join([head, *rows]), encoding="utf-8")
    return folder / "export.csv"


def jsonl(folder: Path) -> Path:
    lines = [json.dumps({"step": i, "loss": LOSS[i], "acc": ACC[i]}) for i in range(5)]
    (folder / "log.jsonl").write_text("\n".join([json.dumps({"lr": 1}), *lines, '{"step": 5, "lo']))
    return folder / "log.jsonl"


def lightning(folder: Path) -> Path:
    rows = [line for i in range(5) for line in (f"0,{i},{LOSS[i]},", f"0,{i},,{ACC[i]}")]
    place = folder / "lightning_logs/version_3/metrics.csv"
    place.parent.mkdir(parents=True)
    place.write_text("\n".join(["epoch,step,loss,acc", *rows]))
    return folder / "lightning_logs"


def trainer(folder: Path) -> Path:
    history = [{"epoch": 0.1 * i, "step": i, "loss": LOSS[i]} for i in range(5)]
    history += [{"epoch": 0.1 * i, "step": i, "acc": ACC[i]} for i in range(5)]
    for number in (5, 10):
        file = folder / f"out/checkpoint-{number}/trainer_state.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"log_history": history if number == 10 else history[:1]}))
        os.utime(file, (number, number))
    return folder / "out"


def tensorboard(folder: Path) -> Path:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder / "runs")) as writer:
        for i in range(5):
            writer.add_scalar("loss", LOSS[i], i)
            writer.add_scalar("acc", ACC[i], i, new_style=True)
            writer.add_histogram("weights", np.arange(3.0), i)
    return folder / "runs"


def wandb(folder: Path) -> Path:
    """The history of a run that wandb 0.31 has written offline."""
    place = folder / "wandb/offline-run-20261128_112929-zgmknm23/run-zgmknm23.wandb"
    place.parent.mkdir(parents=True)
    place.write_bytes((HERE / "run.wandb").read_bytes())
    return folder / "wandb"


def mlflow_files(folder: Path) -> Path:
    run = folder / "mlruns/549/16403400a1"
    for name, values in (("loss", LOSS), ("acc", ACC)):
        (run / "metrics").mkdir(parents=True, exist_ok=True)
        lines = [f"1795865381000 {value} {i}" for i, value in enumerate(values)]
        (run / "metrics" / name).write_text("\n".join([*lines, ""]))
    (run / "tags").mkdir()
    (run / "tags/mlflow.runName").write_text("first")
    (run / "meta.yaml").write_text("run_name: first\n")
    (run.parent / "meta.yaml").write_text("name: e\n")
    return folder / "mlruns"


def mlflow_database(folder: Path) -> Path:
    with sqlite3.connect(folder / "mlflow.db") as database:
        database.execute("CREATE TABLE runs (run_uuid, name, start_time)")
        database.execute("CREATE TABLE metrics (key, value, timestamp, run_uuid, step, is_nan)")
        runs = [("b2", "second", 2), ("a1", "first", 1)]
        database.executemany("INSERT INTO runs VALUES (?, ?, ?)", runs)
        for i in range(5):
            rows = [("loss", LOSS[i], i, "b2", i, 0), ("acc", ACC[i], i, "b2", i, 0)]
            rows += [("loss", 7.0, i, "a1", i, 0)]
            database.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    return folder / "mlflow.db"


def trackio(folder: Path) -> Path:
    with sqlite3.connect(folder / "p.db") as database:
        database.execute("CREATE TABLE metrics (id, timestamp, run_name, step, metrics)")
        rows = [
            (i, "", "first", i, json.dumps({"loss": LOSS[i], "acc": ACC[i]}).encode())
            for i in range(5)
        ]
        database.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)", rows)
    return folder / "p.db"


LOGS: dict[str, Callable[[Path], Path]] = {
    make.__name__: make
    for make in (
        csv, export_of_wandb, jsonl, lightning, trainer, tensorboard, mlflow_files,
        mlflow_database, trackio,
    )
}  # fmt: skip


@pytest.mark.parametrize("make", LOGS.values(), ids=LOGS)
def test_every_log_gives_the_same_series(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    logged = read_metrics(make(tmp_path))
    assert sorted(logged) == ["acc", "loss"]
    for name, values in (("loss", LOSS), ("acc", ACC)):
        assert logged[name]["step"].tolist() == [0, 1, 2, 3, 4]
        np.testing.assert_allclose(logged[name]["value"], values, rtol=1e-6)


def test_a_run_of_wandb(tmp_path: Path) -> None:
    logged = read_metrics(wandb(tmp_path))
    assert sorted(logged) == ["nested/acc", "train/loss"]
    assert logged["train/loss"]["value"].tolist() == LOSS


def test_curves_in_a_line(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"step": range(5), "loss": LOSS, "acc": ACC})
    curves = [
        Curve.from_log(csv(tmp_path), "loss"),
        Curve.from_csv(csv(tmp_path), ["loss"]),
        Curve.from_jsonl(jsonl(tmp_path), "loss"),
        Curve.from_lightning(lightning(tmp_path), "loss"),
        Curve.from_trainer(trainer(tmp_path), "loss"),
        Curve.from_mlflow(mlflow_database(tmp_path), "loss", run="second"),
        Curve.from_trackio(trackio(tmp_path), "loss"),
        Curve.from_wandb(export_of_wandb(tmp_path), "loss"),
        Curve.from_frame(frame, "loss"),
    ]
    assert {(curve.x, curve.y) for curve in curves} == {("step", "loss")}
    assert all(curve == curves[0] for curve in curves)
    named = Curve.from_wandb(wandb(tmp_path), {"train/loss": "train"}, y="error", log_y=True)
    assert (named.series[0].name, named.y, named.log_y) == ("train", "error", True)
    assert Curve.from_tensorboard(tensorboard(tmp_path)).y == "value"


def test_the_run_of_mlflow_is_chosen(tmp_path: Path) -> None:
    file = mlflow_database(tmp_path)
    assert read_metrics(file, run="first")["loss"]["value"].tolist() == [7.0] * 5
    assert "acc" in read_metrics(mlflow_files(tmp_path), run="first")


FAULTS: dict[str, tuple[str, str, str]] = {
    "no file": ("lost.csv", "", "There is no log at"),
    "unknown": ("log.xyz", "a", "Nothing tells what wrote"),
    "no numbers": ("log.csv", "step,note\n1,a\n", "There are no numbers in"),
    "empty": ("log.csv", "", "There are no numbers in"),
    "ragged": ("log.csv", "step,loss\n1,2\n3\n", "log.csv:3: This row has 1 cells for 2 columns."),
    "not JSON": ("log.jsonl", '{"a": 1}\nnope\n{"a": 2}\n', "log.jsonl:2: Not valid JSON"),
    "no database": ("p.db", "text", "is no SQLite database"),
    "no run": ("run.wandb", "text", "no file of Weights & Biases"),
    "no header": ("log.csv", "1,0.5\n2,0.25\n", "log.csv:1: These are numbers, not names."),
    "twice": ("log.csv", "step,loss,loss\n1,2,3\n", "log.csv:1: Two columns are named 'loss'."),
    "no state": ("trainer_state.json", "[]", "This is no state of a trainer."),
    "half a state": ("trainer_state.json", "{", "cannot be read as a log of the kind 'trainer'"),
}


@pytest.mark.parametrize(("name", "content", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told(tmp_path: Path, name: str, content: str, message: str) -> None:
    if name != "lost.csv":
        (tmp_path / name).write_text(content)
    with pytest.raises(ReportgenError) as error:
        read_metrics(tmp_path / name)
    assert message in str(error.value)


def test_files_of_others_are_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes("step,loss\n1,2\n".encode("utf-16"))
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE a (b)")
    (tmp_path / "a.tfevents.1").write_bytes(struct.pack("<QI", 4, 0) + b"none" + b"0000")
    for name in ("log.csv", "other.db", "a.tfevents.1"):
        with pytest.raises(ReportgenError, match=f"{name}: This cannot be read as a log"):
            read_metrics(tmp_path / name)


def test_decimal_commas(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step;loss\n1;0,5\n2;0,25\n")
    assert read_metrics(tmp_path / "log.csv")["loss"]["value"].tolist() == [0.5, 0.25]


def test_an_unknown_series_and_too_many_are_told(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="Did you mean 'loss'"):
        Curve.from_csv(csv(tmp_path), "los")
    with pytest.raises(ReportgenError, match="No log is of the kind 'tensorbord'"):
        read_metrics(csv(tmp_path), "tensorbord")
    with pytest.raises(ReportgenError, match="There is no run 'x' of MLflow"):
        read_metrics(mlflow_database(tmp_path), run="x")
    wide = ",".join(f"m{i}" for i in range(9))
    (tmp_path / "wide.csv").write_text(f"step,{wide}\n1{',2' * 9}\n2{',3' * 9}\n")
    with pytest.raises(ReportgenError, match="There are 9 series in this log"):
        Curve.from_csv(tmp_path / "wide.csv")


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=3 * BLOCK // 2), max_size=6))
def test_records_survive_blocks(records: list[bytes]) -> None:
    data = bytearray(b"1234567")
    for record in records:
        first = True
        while True:
            room = BLOCK - len(data) % BLOCK
            if room < 7:
                data += bytes(room)
                continue
            part, record = record[: room - 7], record[room - 7 :]
            kind = {(1, 0): 1, (1, 1): 2, (0, 1): 3, (0, 0): 4}[first, bool(record)]
            data += struct.pack("<IHB", 0, len(part), kind) + part
            first = False
            if not record:
                break
    assert list(log_records(bytes(data), 7)) == records


@given(st.integers(-(2**63), 2**63 - 1))
def test_varints_come_back(number: int) -> None:
    left, data = number % 2**64, bytearray()
    while left > 127:
        data.append(left & 127 | 128)
        left >>= 7
    data.append(left)
    assert signed(varint(bytes(data), 0)[0]) == number


def test_a_changed_log_makes_its_figure_stale(
    make_project: Callable[..., ProjectFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        from reportgen import Curve, Run, figure

        @figure("A.1", caption="C.")
        def loss(run: Run):
            return Curve.from_csv(run.root / "log.csv", "loss")
        """
    project = make_project({"experiments/report.py": source})
    csv(project.root)
    assert project.run("build").code == 0
    project.edit("log.csv", "0.5", "0.75")
    status = project.run("status", "--json")
    assert json.loads(status.out)[0]["state"] == "stale"
    assert "log.csv" in status.out
