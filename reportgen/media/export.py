"""Data files beside a figure, and numbers as people read them."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

FORMULA = (*"=+-@＝＋－＠", "\t", "\r")
"""What a formula begins with, in one spreadsheet or another."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV file with a header; floats to six significant digits.

    A text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_plain(cell) for cell in header])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def json_text(value: Any) -> str:
    """Readable JSON."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def short(value: float, digits: int = 3) -> str:
    """``0.0084``, ``21.4``, ``9,375``: to ``digits`` significant digits, integers whole."""
    if float(value).is_integer() and abs(value) < 1e9:
        return minus(f"{int(value):,}")
    places = _places(value, digits)
    if places > 6:
        return minus(f"{value:.{digits - 1}e}")
    text = f"{value:,.{places}f}"
    return minus(text.rstrip("0").rstrip(".") if "." in text else text)


def alike(values: Sequence[float]) -> list[str]:
    """Values that stand together, with the same decimals: three digits for the largest."""
    if all(float(value).is_integer() for value in values):
        return [short(value) for value in values]
    places = _places(max(abs(value) for value in values), 3)
    return [minus(f"{value:,.{places}f}") if places <= 6 else short(value) for value in values]


def minus(text: str) -> str:
    """The true minus sign instead of the hyphen."""
    return text.replace("-", "−")


def _places(value: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def _plain(cell: Any) -> Any:
    if isinstance(cell, float):
        return f"{cell:.6g}"
    if isinstance(cell, str) and cell.lstrip()[:1] in FORMULA and not _is_number(cell):
        return f"'{cell}"
    return "" if cell is None else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
