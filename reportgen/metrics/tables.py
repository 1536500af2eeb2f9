"""Logs that are tables: CSV, JSON lines, Lightning's CSV logger, the Hugging Face trainer."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.metrics.series import Rows, flat, from_records, number

DECIMAL_COMMA = re.compile(r"\A(\s*[-+]?\d*),(\d+(?:[eE][-+]?\d+)?\s*)\Z")
"""A number as much of Europe writes it, in files whose cells are parted by semicolons."""


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

    Between semicolons a comma is that of ``0,5``. Raises ReportgenError, with the line, for a
    header that is none, and for a row of another length.
    """
    text = path.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader, [])
    wrong = next((name for name in header if header.count(name) > 1 and name), "")
    if wrong or any(number(name) is not None for name in header):
        what = f"Two columns are named '{wrong}'." if wrong else "These are numbers, not names."
        raise ReportgenError(what, place=Place(path, 1), hint="The first line names the columns.")
    records = []
    for row in filter(None, reader):
        if len(row) != len(header):
            raise ReportgenError(
                f"This row has {len(row)} cells for {len(header)} columns.",
                place=Place(path, reader.line_num),
            )
        cells = [DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] if delimiter == ";" else row
        records.append(dict(zip(header, cells, strict=True)))
    return records


def read_jsonl(path: Path, step: str = "") -> Rows:
    """One JSON object a line; objects in objects become ``train/loss``."""
    return from_records(json_lines(path), step)


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file. Raises ReportgenError, with the line, for one that is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for count, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            if count == len(lines):
                return  # a run that was killed leaves half a line
            raise ReportgenError(f"Not valid JSON: {error}.", place=Place(path, count)) from None
        if isinstance(record, dict):
            yield flat(record)


def read_lightning(path: Path, step: str = "") -> Rows:
    """``metrics.csv`` of Lightning's CSVLogger, or the newest below a folder."""
    return read_csv(newest(path, "metrics.csv"), step)


def read_trainer(path: Path, step: str = "") -> Rows:
    """``trainer_state.json`` of the Hugging Face trainer, or that of the latest checkpoint."""
    file = path if path.is_file() else newest(path, "trainer_state.json")
    state = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(state, dict):
        raise ReportgenError("This is no state of a trainer.", place=Place(file))
    return from_records(state.get("log_history", []), step)


def newest(path: Path, name: str) -> Path:
    """The file itself, or the file of this name below a folder that was written last."""
    if path.is_file():
        return path
    found = sorted(path.rglob(name), key=lambda file: (file.stat().st_mtime_ns, str(file)))
    if not found:
        raise ReportgenError(f"There is no '{name}' in '{path}'.")
    return found[-1]
