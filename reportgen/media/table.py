"""Table: rows of names and numbers, with units in the head."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.media import markup
from reportgen.media.adapt import frame_rows, is_frame
from reportgen.media.base import Media, plural
from reportgen.media.canvas import Canvas, View
from reportgen.media.export import csv_text, json_text, minus
from reportgen.media.labels import label_html, label_text, listed, text_html
from reportgen.metrics.tables import csv_records

Cell = str | int | float | bool | None
SHORT = 16  # characters of a cell that is not broken, such as an interval


class Table(Media):
    """Rows of cells under named columns; the first cell of a row is its head.

    ``rows`` are lists or mappings by column, or a data frame of pandas or polars. ``units`` and
    ``digits`` (decimals) are by column. ``best`` names columns whose ``"max"`` or ``"min"`` is set
    in bold; ``highlight`` are the numbers of rows (from 0) to tint.
    """

    fields: ClassVar = ("rows", "columns", "units", "digits", "best", "highlight", "wide")

    def __init__(
        self,
        rows: Any,
        columns: Sequence[object] | None = None,
        *,
        units: Mapping[str, str] | None = None,
        digits: Mapping[str, int] | None = None,
        best: Mapping[str, str] | None = None,
        highlight: Sequence[int] = (),
        wide: bool = False,
    ) -> None:
        if is_frame(rows):
            rows, named = frame_rows(rows)
            columns = named if columns is None else columns
        if not len(rows):
            raise ReportgenError("Table has no rows.")
        if columns is None:
            if not isinstance(rows[0], Mapping):
                raise ReportgenError("Table needs columns=[...] where rows are lists.")
            columns = list(rows[0])
        self.columns = [str(column) for column in columns]
        self.rows = [self._cells(row, i) for i, row in enumerate(rows, 1)]
        self.units, self.digits, self.best = dict(units or {}), dict(digits or {}), dict(best or {})
        self.highlight = [int(i) for i in highlight]
        self.wide = wide
        for name in [*self.units, *self.digits, *self.best]:
            if name not in self.columns:
                hint = did_you_mean(name, self.columns)
                raise ReportgenError(f"Table has no column {name!r}.", hint=hint)

    @classmethod
    def from_csv(
        cls, path: str | Path, columns: Sequence[str] | None = None, **options: Any
    ) -> Table:
        """The rows of a CSV file with a header, or these ``columns`` of it; empty cells are None.

        ``options`` are those of the constructor. Raises ReportgenError for a row of another length
        than the header, with its line.
        """
        records = csv_records(Path(path))
        names = list(records[0]) if records else []
        for name in columns or ():
            if name not in names:
                hint = did_you_mean(name, names)
                raise ReportgenError(f"'{path}' has no column {name!r}.", hint=hint)
        chosen = list(columns or names)
        return cls([[typed(r[name]) for name in chosen] for r in records], chosen, **options)

    def _cells(self, row: Sequence[Any] | Mapping[str, Any], number: int) -> list[Cell]:
        if isinstance(row, Mapping):
            lacking = [column for column in self.columns if column not in row]
            if lacking:
                raise ReportgenError(f"Table row {number} has no value for {lacking[0]!r}.")
            row = [row[column] for column in self.columns]
        if len(row) != len(self.columns):
            raise ReportgenError(
                f"Table row {number} has {plural(len(row), 'cell')} "
                f"for {plural(len(self.columns), 'column')}."
            )
        return [
            as_cell(cell, f"Table row {number}, column {column!r},")
            for cell, column in zip(row, self.columns, strict=True)
        ]

    def view(self, canvas: Canvas) -> View:
        """An HTML table, and CSV and JSON files."""
        heads = [f"{c} ({self.units[c]})" if c in self.units else c for c in self.columns]
        data = [
            canvas.text(csv_text(heads, self.rows), ".csv"),
            canvas.text(json_text(self.records()), ".json"),
        ]
        return View(
            html=markup.tag(
                "div",
                markup.tag("table", self.head_html() + self.body_html()),
                class_="scroll",
                tabindex=0,
                role="group",
                aria_label=f"Table of {plural(len(self.rows), 'row')}: {label_text(heads[0])}, "
                f"{label_text(heads[-1])}",
                style="overflow-x:auto;max-width:100%",
            ),
            alt=canvas.told(describe_table(self)),
            width=640,
            wide=self.wide,
            data=data,
        )

    def records(self) -> dict[str, Any]:
        """The table as JSON: columns, units and rows."""
        return {"columns": self.columns, "units": self.units, "rows": self.rows}

    def head_html(self) -> str:
        """Column names with units below."""
        cells = []
        for column in self.columns:
            unit = markup.tag("small", text_html(self.units.get(column, "")))
            inside = label_html(column) + (f"<br />{unit}" if column in self.units else "")
            cells.append(markup.tag("th", inside, scope="col"))
        return markup.tag("thead", markup.tag("tr", "".join(cells)))

    def body_html(self) -> str:
        """Rows; numbers of a column have the same decimals."""
        shown = [self.column_texts(c) for c in range(len(self.columns))]
        rows = []
        for i in range(len(self.rows)):
            first = markup.tag("th", shown[0][i], scope="row")
            rest = "".join(map(cell_tag, (column[i] for column in shown[1:])))
            rows.append(
                markup.tag("tr", first + rest, class_="hi" if i in self.highlight else None)
            )
        return markup.tag("tbody", "".join(rows))

    def column_texts(self, c: int) -> list[str]:
        """The cells of column ``c`` as HTML, the best in bold."""
        name = self.columns[c]
        cells = [row[c] for row in self.rows]
        numbers = [v for v in cells if isinstance(v, (int, float)) and not isinstance(v, bool)]
        places = self.digits.get(name, decimals(numbers))
        texts = [cell_html(cell, places) for cell in cells]
        if name in self.best and numbers:
            best = {"max": max, "min": min}[self.best[name]](numbers)
            texts = [f"<b>{t}</b>" if v == best else t for t, v in zip(texts, cells, strict=True)]
        return texts


def as_cell(value: Any, where: str) -> Cell:
    """A JSON scalar. NumPy and torch scalars are taken; NaN and infinity are not."""
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise ReportgenError(f"{where} is {value}.", hint="Write None for a value that is missing.")
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ReportgenError(f"{where} is a {type(value).__name__}, not text or a number.")


def typed(text: str) -> Cell:
    """The cell that a text of CSV stands for: a number where it is one, None where it is empty."""
    for read in (int, float):
        try:
            value = read(text)
        except ValueError:
            continue
        return value if math.isfinite(value) else None
    return text or None


def decimals(numbers: Sequence[float]) -> int:
    """How many decimals a column needs: two for 21.04, three below 1, none for integers."""
    if all(isinstance(n, int) for n in numbers):
        return 0
    most = max(abs(n) for n in numbers)
    if most >= 1:
        useful = 1 if most >= 100 else 2
    else:
        useful = 3 if most >= 0.01 or most == 0 else 2 - math.floor(math.log10(most))
    return min(useful, max(len(f"{n:.9f}".rstrip("0").partition(".")[2]) for n in numbers))


def cell_html(cell: Cell, places: int) -> str:
    """A cell: integers whole with thousands, floats with ``places`` decimals, None a dash."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return minus(f"{cell:,}")
    if isinstance(cell, float):
        return minus(f"{cell:,.{places}f}")
    return label_html(cell)


def cell_tag(text: str) -> str:
    """The element of a cell (HTML); a short one of several words stays on one line."""
    return markup.tag("td", text, class_="s" if " " in text and len(text) <= SHORT else None)


def describe_table(table: Table) -> str:
    """Rows, columns and their names."""
    return f"Table of {plural(len(table.rows), 'row')}: {listed(table.columns)}"
