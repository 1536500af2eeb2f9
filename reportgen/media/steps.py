"""Steps: frames of a process under a slider; without scripts, a labelled contact strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from reportgen.errors import ReportgenError
from reportgen.media import markup
from reportgen.media.base import Media, plural
from reportgen.media.canvas import Canvas, View
from reportgen.media.frames import Frames, frames_restored, frames_value, make_frames
from reportgen.media.grid import sheet_box
from reportgen.media.image import pixels_html
from reportgen.media.labels import label_html, label_text, quantity, told_labels
from reportgen.media.pixels import PHONE_WIDTH, TEXT_WIDTH
from reportgen.media.strip import tile_scale

STAGE = 384  # CSS px: the large frame over the slider


class Steps(Media):
    """Images of one size, or grids of one shape, each labelled with its step.

    ``what`` names the quantity that the slider moves ("epoch"); without it, it is what the labels
    count. ``start`` is the frame that shows first, counted from 0 or, negative, from the end.
    """

    fields: ClassVar = ("labels", "what", "start", "wide")

    def __init__(
        self,
        frames: Sequence[Any],
        labels: Sequence[object],
        *,
        what: str = "",
        start: int = -1,
        value_range: tuple[float, float] = (0.0, 1.0),
        wide: bool | None = None,
    ) -> None:
        self.frames: Frames = make_frames(frames, labels, what="Steps", value_range=value_range)
        self.source = frames_value(frames, self.frames.pixels)
        self.labels = self.frames.labels
        self.what, self.wide = what or quantity(self.labels) or "step", wide
        if not -len(self.frames) <= start < len(self.frames):
            raise ReportgenError(
                f"Steps start={start} is none of its {plural(len(self.frames), 'frame')}.",
                hint="Frames count from 0; -1 is the last.",
            )
        self.start = start % len(self.frames)

    def to_value(self) -> dict[str, Any]:
        """As JSON types and arrays, in order."""
        return super().to_value() | {"frames": self.source}

    @classmethod
    def restore(cls, fields: dict[str, Any]) -> Steps:
        """What ``to_value`` gave."""
        return cls(frames_restored(fields.pop("frames")), **fields)

    def view(self, canvas: Canvas) -> View:
        """A labelled strip of all frames, and the large one over it, which is for scripts alone."""
        frames = self.frames
        large, small, wide = self.scales()
        width = frames.pixels.shape[2]
        stage = self.frame_html(canvas, self.start, "", large)
        labels = frames.grid.label_width() if frames.grid else 0
        room = max(width * small + labels, 56)
        items = [
            markup.tile(
                self.frame_html(canvas, i, self.alt(canvas, i), small),
                label_html(label),
                width=room,
                element="li",
            )
            for i, label in enumerate(frames.labels)
        ]
        least = "100%" if frames.grid else markup.TWO_A_ROW
        strip = markup.tile_grid(items, room, class_="strip", element="ol", least=least)
        return View(
            html=markup.tag(
                "div",
                markup.tag("div", stage, class_="stage", hidden="") + strip,
                class_="steps",
                data_what=self.what,
                data_start=self.start,
            ),
            alt=canvas.told(f"{plural(len(frames), 'frame')}: {told_labels(frames.labels)}"),
            width=TEXT_WIDTH,
            wide=wide,
            composite=frames.composite(max(small, large // 2)),
        )

    def alt(self, canvas: Canvas, i: int) -> str:
        """The alt text of frame i: the author's, or what the figure shows, with its label."""
        if canvas.alt:
            return f"{canvas.alt} ({label_text(self.labels[i])})"
        return canvas.told(self.frames.describe(i))

    def scales(self) -> tuple[int, int, bool]:
        """(integer scale of the large frame, of a frame in the strip, whether it is wide)."""
        height, width = self.frames.pixels.shape[1:3]
        if self.frames.grid:
            large, wide = self.frames.grid.scale()
            heads = max(
                (len(label_text(h)) for h in self.frames.grid.column_labels or []), default=0
            )
            legible = -(-7 * heads // (self.frames.grid.rows.shape[3] + 2))
            small = min(large, max(1, legible, PHONE_WIDTH // width))
            return large, small, bool(self.wide or wide)
        small, _ = tile_scale(len(self.frames), (height, width), False)
        return max(1, STAGE // max(height, width)), small, bool(self.wide)

    def frame_html(self, canvas: Canvas, i: int, alt: str, scale: int) -> str:
        """One frame: an image, or a sheet with its labels."""
        pixels = self.frames.pixels[i]
        if self.frames.grid:
            grid = self.frames.grid
            return sheet_box(canvas, pixels, grid, alt, scale, suffix=f"-{i + 1}", scrolls=False)
        size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
        return pixels_html(canvas, pixels, alt, size, suffix=f"-{i + 1}")[0]
