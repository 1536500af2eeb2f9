"""Strip: images in reading order, each with a label; they wrap where the page is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from reportgen.media import markup
from reportgen.media.base import Media, check_labels
from reportgen.media.canvas import Canvas, View
from reportgen.media.composite import sheet_picture
from reportgen.media.image import pixels_html
from reportgen.media.labels import label_html, label_text, told_labels
from reportgen.media.pixels import (
    LEGIBLE_TILE,
    MAX_TILE,
    TEXT_WIDTH,
    WIDE_WIDTH,
    Pixels,
    check_varied,
    stack_tiles,
    tile_sheet,
)


class Strip(Media):
    """Images of one size with a label each: a list or an array (n, H, W[, 3])."""

    fields: ClassVar = ("images", "labels", "wide")

    def __init__(
        self,
        images: Any,
        labels: Sequence[object] | None = None,
        *,
        value_range: tuple[float, float] = (0.0, 1.0),
        wide: bool | None = None,
    ) -> None:
        self.images: Pixels = stack_tiles(images, what="Strip image", value_range=value_range)
        check_varied(self.images, "The strip")
        self.labels = check_labels(labels, len(self.images), what="Strip", of="image")
        self.wide = wide

    def view(self, canvas: Canvas) -> View:
        """A PNG an image, in a grid that wraps."""
        n, height, width = self.images.shape[:3]
        scale, wide = tile_scale(n, (height, width), self.wide)
        size = (width * scale, height * scale)
        alts = tile_alts(self.images, self.labels, canvas)
        tiles = [
            markup.tile(
                pixels_html(canvas, image, alt, size, suffix=f"-{i}", pixelated=scale > 1)[0],
                label_html(self.labels[i - 1]) if self.labels else None,
                width=size[0],
            )
            for i, (image, alt) in enumerate(zip(self.images, alts, strict=True), 1)
        ]
        sheet = tile_sheet(self.images, n)
        return View(
            html=markup.tile_grid(tiles, size[0]),
            alt=canvas.told(describe_strip(self.images, self.labels)),
            width=n * (size[0] + markup.GAP) - markup.GAP,
            wide=wide,
            composite=sheet_picture(sheet, scale, columns=self.labels),
            bare=not self.labels,
        )


def tile_scale(count: int, tile: tuple[int, int], wide: bool | None) -> tuple[int, bool]:
    """(integer scale, wide) at which ``count`` tiles (H, W) stand in one row, if they can."""

    def fit(room: int) -> int:
        each = (room + markup.GAP) // count - markup.GAP
        return max(1, min(each // tile[1], MAX_TILE // max(tile)))

    text, broad = fit(TEXT_WIDTH), fit(WIDE_WIDTH)
    if wide is None:
        wide = text * tile[1] < max(LEGIBLE_TILE, MAX_TILE // 2) and broad > text
    least = max(1, -(-LEGIBLE_TILE // tile[1]))  # more rows rather than illegible tiles
    return max(least, broad if wide else text), wide


def tile_alts(images: Pixels, labels: Sequence[str] | None, canvas: Canvas) -> list[str]:
    """An alt text a tile: the author's or what the figure shows, the label and the place."""
    n = len(images)
    names = [label_text(label) for label in labels] if labels else [""] * n
    alts = []
    for i, name in enumerate(names, 1):
        if canvas.alt:
            alts.append(f"{canvas.alt} ({name or i})")
        else:
            alts.append(canvas.told(f"{name}, image {i} of {n}" if name else f"image {i} of {n}"))
    return alts


def describe_strip(images: Pixels, labels: Sequence[str] | None) -> str:
    """Count, size and labels, for an alt text."""
    n, height, width = images.shape[:3]
    told = f"{n} images of {width} × {height} pixels side by side"
    return ": ".join(filter(None, [told, told_labels(labels or [])]))
