"""Logs that are tables: CSV, JSON lines, Lightning's CSV logger, the Hugging Face trainer."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.metrics.series import Rows, flat, from_records


def read_csv(path: Path, step: str = "") -> Rows:
    """A CSV file with a header, also what Weights & Biases exports; empty cells are left out.

    A column "run - loss" of an export keeps its name; those of its extremes are left out.
    """
    records = csv_records(path)
    keys = list(records[0]) if records else []
    extremes = {key for key in keys if key.endswith(("__MIN", "__MAX"))}
    kept = [{k: v for k, v in record.items() if k not in extremes} for record in records]
    return from_records(kept, step)


def csv_records(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column; commas, semicolons and tabs are told apart.

    Raises ReportgenError, with the line, for a row of another length than the header.
    """
    text = path.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader, [])
    records = []
    for row in filter(None, reader):
        if len(row) != len(header):
            raise ReportgenError(
                f"This row has {len(row)} cells for {len(header)} columns.",
                place=Place(path, reader.line_num),
            )
        records.append(dict(zip(header, row, strict=True)))
    return records


def read_jsonl(path: Path, step: str = "") -> Rows:
    """One JSON object a line; objects in objects become ``train/loss``."""
    return from_records(json_lines(path), step)


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file. Raises ReportgenError, with the line, for one that is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            if number == len(lines):
                return  # a run that was killed leaves half a line
            raise ReportgenError(f"Not valid JSON: {error}.", place=Place(path, number)) from None
        if isinstance(record, dict):
            yield flat(record)


def read_lightning(path: Path, step: str = "") -> Rows:
    """``metrics.csv`` of Lightning's CSVLogger, or the newest below a folder."""
    return read_csv(newest(path, "metrics.csv"), step)


def read_trainer(path: Path, step: str = "") -> Rows:
    """``trainer_state.json`` of the Hugging Face trainer, or that of the latest checkpoint."""
    file = path if path.is_file() else newest(path, "trainer_state.json")
    history = json.loads(file.read_text(encoding="utf-8")).get("log_history", [])
    return from_records(history, step)


def newest(path: Path, name: str) -> Path:
    """The file itself, or the file of this name below a folder that was written last."""
    if path.is_file():
        return path
    found = sorted(path.rglob(name), key=lambda file: (file.stat().st_mtime_ns, str(file)))
    if not found:
        raise ReportgenError(f"There is no '{name}' in '{path}'.")
    return found[-1]
