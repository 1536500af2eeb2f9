"""Compare: two images one over the other with a slider; without scripts, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from reportgen.media import markup
from reportgen.media.base import Media, check_labels
from reportgen.media.canvas import Canvas, View
from reportgen.media.composite import sheet_picture
from reportgen.media.image import pixels_html
from reportgen.media.labels import label_html
from reportgen.media.pixels import (
    MAX_TILE,
    TEXT_WIDTH,
    Pixels,
    check_varied,
    stack_tiles,
    tile_sheet,
)
from reportgen.media.strip import describe_strip, tile_alts


class Compare(Media):
    """Two images of one size, before and after, with a label each."""

    fields: ClassVar = ("before", "after", "labels")

    def __init__(
        self,
        before: Any,
        after: Any,
        labels: Sequence[object] = ("before", "after"),
        *,
        value_range: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self.pair: Pixels = stack_tiles(
            [before, after], what="Compare image", value_range=value_range
        )
        check_varied(self.pair, "The comparison")
        self.before: Pixels = self.pair[0]
        self.after: Pixels = self.pair[1]
        self.labels = check_labels(labels, 2, what="Compare", of="image") or []

    def view(self, canvas: Canvas) -> View:
        """Both images side by side, which scripts lay over one another."""
        height, width = self.pair.shape[1:3]
        room = (TEXT_WIDTH - markup.GAP) // 2
        scale = max(1, min(room // width, 2 * MAX_TILE // max(height, width)))
        size = (width * scale, height * scale)
        tiles = [
            markup.tile(
                pixels_html(canvas, image, alt, size, suffix=f"-{i}", pixelated=scale > 1)[0],
                label_html(label),
                width=size[0],
            )
            for i, (image, alt, label) in enumerate(
                zip(
                    self.pair,
                    tile_alts(self.pair, self.labels, canvas),
                    self.labels,
                    strict=True,
                ),
                1,
            )
        ]
        pair = markup.tile_grid(tiles, size[0])
        return View(
            html=markup.tag("div", pair, class_="compare"),
            alt=canvas.told(describe_strip(self.pair, self.labels)),
            width=2 * size[0] + markup.GAP,
            composite=sheet_picture(tile_sheet(self.pair, 2), scale, columns=self.labels),
        )
