"""Grid: tiles in rows and columns, one sheet of pixels with HTML labels around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from reportgen.errors import ReportgenError
from reportgen.media import markup
from reportgen.media.base import Media, check_labels, plural
from reportgen.media.canvas import Canvas, View
from reportgen.media.composite import sheet_picture, side_by_side, text_width
from reportgen.media.image import pixels_html
from reportgen.media.labels import label_text, listed, told_labels
from reportgen.media.pixels import (
    Pixels,
    check_varied,
    choose_scale,
    phone_scale,
    stack_tiles,
    tile_sheet,
)


class Grid(Media):
    """Tiles of one size in rows and columns.

    ``rows`` is a list of rows of images, or an array (R, C, H, W[, 3]). ``tile_labels`` (R lists
    of C) stand under single tiles, for a score of each. Label counts must match.
    """

    fields: ClassVar = ("rows", "row_labels", "column_labels", "tile_labels", "wide")

    def __init__(
        self,
        rows: Any,
        row_labels: Sequence[object] | None = None,
        column_labels: Sequence[object] | None = None,
        *,
        tile_labels: Sequence[Sequence[object]] | None = None,
        value_range: tuple[float, float] = (0.0, 1.0),
        wide: bool | None = None,
    ) -> None:
        table = [list(row) for row in rows]
        check_rectangle(table)
        flat = [tile for row in table for tile in row]
        stack = stack_tiles(flat, what="Grid tile", value_range=value_range)
        check_varied(stack, "The grid")
        self.rows: Pixels = stack.reshape(len(table), len(table[0]), *stack.shape[1:])
        self.row_labels = check_labels(row_labels, len(table), what="Grid rows", of="row")
        self.column_labels = check_labels(
            column_labels, len(table[0]), what="Grid columns", of="column"
        )
        self.tile_labels = check_tile_labels(tile_labels, len(table), len(table[0]))
        self.wide = wide

    def view(self, canvas: Canvas) -> View:
        """One sheet, or one a row where tiles have labels of their own."""
        scale, wide = self.scale()
        alt = canvas.told(describe_grid(self))
        if self.tile_labels:
            what = f"Grid of {plural(self.rows.shape[0], 'row')}"
            html = markup.scroller(self.rows_html(canvas, alt, scale), what)
        else:
            html = sheet_box(canvas, tile_sheet(self.flat(), self.rows.shape[1]), self, alt, scale)
        width = self.rows.shape[1] * (self.rows.shape[3] + 2) * scale + self.label_width()
        return View(
            html=html,
            alt=alt,
            width=width,
            wide=wide,
            composite=self.composite(scale),
            bare=not (self.row_labels or self.column_labels or self.tile_labels),
        )

    def scale(self) -> tuple[int, bool]:
        """(integer scale, whether the figure is wide)."""
        rows, columns, height, width = self.rows.shape[:4]
        native = (rows * (height + 2), columns * (width + 2))
        return choose_scale(native, (height, width), taken=self.label_width(), wide=self.wide)

    def label_width(self) -> int:
        """CSS px that the row labels take, about."""
        longest = max((len(label_text(label)) for label in self.row_labels or []), default=0)
        return longest * 7 + 14 if longest else 0

    def rows_html(self, canvas: Canvas, alt: str, scale: int) -> str:
        """One sheet a row, with the labels of its tiles under it.

        ``alt`` is the first one's; each tells its place and labels.
        """
        column = 2 if self.row_labels else 1
        parts = [markup.heads(self.column_labels, column=column)] if self.column_labels else []
        for i, (row, labels) in enumerate(zip(self.rows, self.tile_labels or [], strict=True)):
            name = label_text(self.row_labels[i]) if self.row_labels else ""
            known = ": ".join(filter(None, [name, listed(labels)]))
            where = f"row {i + 1} of {len(self.rows)}"
            told = f"{where}, {known}" if known else where
            told = f"R{told[1:]}" if i else f"{alt}, {told}"
            sheet = tile_sheet(row, len(row))
            parts += [markup.rows([self.row_labels[i]])] if self.row_labels else []
            parts.append(sheet_img(canvas, sheet, self, told, scale, suffix=f"-{i + 1}"))
            if listed(labels):
                parts.append(markup.heads(labels, column=column, class_="heads below"))
        return frame(parts, bool(self.row_labels))

    def flat(self) -> Pixels:
        """All tiles, row by row."""
        return self.rows.reshape(-1, *self.rows.shape[2:])

    def composite(self, scale: int) -> Any:
        """The labelled picture."""
        columns = self.rows.shape[1]
        if not self.tile_labels:
            sheet = tile_sheet(self.flat(), columns)
            return sheet_picture(sheet, scale, columns=self.column_labels, rows=self.row_labels)
        names: list[list[str] | None] = [[name] for name in self.row_labels or []]
        names = names or [None] * len(self.rows)
        left = max(map(text_width, self.row_labels or []), default=0)
        strips = [
            sheet_picture(tile_sheet(row, columns), scale, columns=labels, rows=name, left=left)
            for row, labels, name in zip(self.rows, self.composite_heads(), names, strict=True)
        ]
        return side_by_side(strips, [None] * len(strips), across=False)

    def composite_heads(self) -> list[list[str]]:
        """For each row, its columns' labels and its tiles' labels as one."""
        heads = self.column_labels or [""] * self.rows.shape[1]
        return [
            [", ".join(filter(None, pair)) for pair in zip(heads, labels, strict=True)]
            for labels in self.tile_labels or []
        ]


def sheet_box(
    canvas: Canvas,
    sheet: Pixels,
    grid: Grid,
    alt: str,
    scale: int,
    *,
    suffix: str = "",
    role: str = "image",
    scrolls: bool = True,
) -> str:
    """A sheet with the labels of ``grid`` around it, in a box that scrolls sideways."""
    column = 2 if grid.row_labels else 1
    parts = [markup.heads(grid.column_labels, column=column)] if grid.column_labels else []
    parts += [markup.rows(grid.row_labels)] if grid.row_labels else []
    image = sheet_img(canvas, sheet, grid, alt, scale, suffix, role)
    inside = frame([*parts, image], bool(grid.row_labels))
    what = f"Grid of {plural(grid.rows.shape[0], 'row')}"
    return markup.scroller(inside, what) if scrolls else inside


def sheet_img(
    canvas: Canvas,
    sheet: Pixels,
    grid: Grid,
    alt: str,
    scale: int,
    suffix: str = "",
    role: str = "image",
) -> str:
    """The sheet's files and its tag; ``--m`` is its width on a phone.

    A ``still`` has no WebP: a script puts the frames of a film in its place.
    """
    height, width = sheet.shape[:2]
    small = phone_scale(width, grid.rows.shape[3] + 2, scale)
    style = f"max-width:none;--m:{width * small}px;"
    cell = "grid-column:2;" if grid.row_labels else ""
    size = (width * scale, height * scale)
    if role == "still":
        return markup.img(canvas.pixels(sheet, suffix, role), alt, size, style=style + cell)
    return pixels_html(canvas, sheet, alt, size, suffix=suffix, style=style, cell=cell)[0]


def frame(parts: Sequence[str], with_rows: bool) -> str:
    """Labels and sheets as one CSS grid."""
    style = "display:grid;width:max-content;gap:.35rem .6rem"
    style += ";grid-template-columns:auto auto" * with_rows + f";{markup.LABEL}" * bool(parts[1:])
    return markup.tag("div", "".join(parts), class_="in r" if with_rows else "in", style=style)


def check_rectangle(rows: Sequence[Sequence[Any]]) -> None:
    """Refuse no rows, empty rows and rows of unequal length."""
    lengths = [len(row) for row in rows]
    if not lengths or not lengths[0]:
        raise ReportgenError("Grid has no tiles.")
    for i, length in enumerate(lengths, 1):
        if length != lengths[0]:
            raise ReportgenError(
                f"Grid row {i} has {plural(length, 'tile')}, row 1 has {lengths[0]}."
            )


def check_tile_labels(
    labels: Sequence[Sequence[object]] | None, rows: int, columns: int
) -> list[list[str]] | None:
    """A list of labels a row, or None for none."""
    if labels is None:
        return None
    if len(labels) != rows:
        raise ReportgenError(
            f"Grid tile_labels has {plural(len(labels), 'row')} for {plural(rows, 'row')} of tiles."
        )
    return [
        check_labels(row, columns, what=f"Grid tile_labels row {i}", of="tile") or []
        for i, row in enumerate(labels, 1)
    ]


def describe_grid(grid: Grid) -> str:
    """Rows, columns and labels, for an alt text."""
    rows, columns, height, width = grid.rows.shape[:4]
    told = [f"{plural(rows, 'row')} and {plural(columns, 'column')} of {width} × {height} images"]
    for name, labels in (("columns", grid.column_labels), ("rows", grid.row_labels)):
        if known := told_labels(labels or []):
            told.append(f"{name}: {known}")
    return "; ".join(told)
