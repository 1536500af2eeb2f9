"""Frames of a process: single images or whole grids, all of one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.errors import ReportgenError
from reportgen.media.base import check_labels, from_value
from reportgen.media.canvas import picture
from reportgen.media.composite import enlarge, sheet_picture, side_by_side
from reportgen.media.grid import Grid
from reportgen.media.labels import label_text
from reportgen.media.pixels import Pixels, check_varied, stack_tiles, tile_sheet

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


@dataclass(frozen=True)
class Frames:
    """Pixels of n frames (n, H, W, ch), their labels, and the grid whose labels they share."""

    pixels: Pixels
    labels: list[str]
    grid: Grid | None

    def __len__(self) -> int:
        return len(self.pixels)

    def describe(self, i: int) -> str:
        """Label and place in the process of frame i (from 0), for an alt text."""
        shape = (
            f" of {self.grid.rows.shape[0]} × {self.grid.rows.shape[1]} images" if self.grid else ""
        )
        return f"{label_text(self.labels[i])}, frame {i + 1} of {len(self)}{shape}"

    def composite(self, scale: int) -> Picture:
        """All frames in rows, with labels."""
        pictures = [self.frame_picture(frame, scale) for frame in self.pixels]
        return side_by_side(pictures, self.labels)

    def frame_picture(self, pixels: Pixels, scale: int) -> Picture:
        """One frame, a grid with its labels."""
        if self.grid is None:
            return enlarge(picture(pixels), scale)
        heads = self.grid.column_labels
        return sheet_picture(pixels, scale, columns=heads, rows=self.grid.row_labels)


def make_frames(
    frames: Sequence[Any],
    labels: Sequence[object],
    *,
    what: str,
    value_range: tuple[float, float],
) -> Frames:
    """Check and collect. Raises ReportgenError for one frame only, mixed kinds and shapes."""
    if len(frames) < 2:
        raise ReportgenError(f"{what} needs two frames or more, not {len(frames)}.")
    grids = [frame for frame in frames if isinstance(frame, Grid)]
    if grids and len(grids) < len(frames):
        raise ReportgenError(f"{what} takes images or grids, not both.")
    if grids:
        check_alike(grids, what)
        sheets = [tile_sheet(grid.flat(), grid.rows.shape[1]) for grid in grids]
        pixels = np.stack(sheets)
    else:
        pixels = stack_tiles(frames, what=f"{what} frame", value_range=value_range)
    check_varied(pixels, f"The {what.lower()}")
    checked = check_labels(labels, len(frames), what=what, of="frame") or []
    return Frames(pixels, checked, grids[0] if grids else None)


def check_alike(grids: Sequence[Grid], what: str) -> None:
    """Refuse grids that differ in shape or labels: they are shown in one place."""
    for i, grid in enumerate(grids[1:], 2):
        if grid.rows.shape != grids[0].rows.shape:
            raise ReportgenError(
                f"{what} frame {i} is a grid of shape {grid.rows.shape[:4]}, "
                f"frame 1 of {grids[0].rows.shape[:4]}."
            )
        if (grid.row_labels, grid.column_labels) != (grids[0].row_labels, grids[0].column_labels):
            raise ReportgenError(f"{what} frame {i} has other labels than frame 1.")


def frames_value(frames: Sequence[Any], pixels: Pixels) -> Any:
    """Grids as a list of values, images as one array."""
    return [frame.to_value() for frame in frames] if isinstance(frames[0], Grid) else pixels


def frames_restored(value: Any) -> Any:
    """What ``frames_value`` gave, as frames again."""
    is_value = [isinstance(frame, dict) for frame in value]
    return [from_value(frame) for frame in value] if all(is_value) else value
