"""Animation: a lossless WebP at native size, with a still that stands until somebody plays it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, ClassVar

from reportgen.errors import ReportgenError
from reportgen.media import markup
from reportgen.media.base import Media, plural
from reportgen.media.canvas import ASSETS, Canvas, View, picture, webp_bytes
from reportgen.media.frames import Frames, frames_restored, frames_value, make_frames
from reportgen.media.grid import sheet_box
from reportgen.media.labels import label_text, quantity
from reportgen.media.pixels import Pixels, choose_scale


class Animation(Media):
    """Images of one size, or grids of one shape, ``fps`` a second; the last one is the still."""

    fields: ClassVar = ("labels", "fps", "what", "wide")

    def __init__(
        self,
        frames: Sequence[Any],
        labels: Sequence[object],
        fps: float = 8.0,
        *,
        what: str = "",
        value_range: tuple[float, float] = (0.0, 1.0),
        wide: bool | None = None,
    ) -> None:
        if not 0 < fps <= 50:
            raise ReportgenError(f"Animation fps={fps:g} is not between 0 and 50.")
        self.frames: Frames = make_frames(frames, labels, what="Animation", value_range=value_range)
        self.source = frames_value(frames, self.frames.pixels)
        self.labels = self.frames.labels
        self.fps, self.wide = float(fps), wide
        self.what = what or quantity(self.labels) or "step"

    def to_value(self) -> dict[str, Any]:
        """As JSON types and arrays, in order."""
        return super().to_value() | {"frames": self.source}

    @classmethod
    def restore(cls, fields: dict[str, Any]) -> Animation:
        """What ``to_value`` gave."""
        return cls(frames_restored(fields.pop("frames")), **fields)

    def view(self, canvas: Canvas) -> View:
        """The last frame, and the film behind a link that scripts turn into controls."""
        frames = self.frames
        height, width = frames.pixels.shape[1:3]
        scale, wide = self.scale()
        alt = canvas.told(self.describe())
        moving = canvas.write(
            animated_webp(frames.pixels, 1000 / self.fps), ".webp", "animation", (width, height)
        )
        still = frames.pixels[-1]
        if frames.grid:
            inside = sheet_box(canvas, still, frames.grid, alt, scale, role="still")
        else:
            size = (width * scale, height * scale)
            inside = markup.img(canvas.pixels(still, role="still"), alt, size)
        return View(
            html=self.box(inside, f"{ASSETS}/{moving}"),
            alt=alt,
            width=width * scale,
            wide=wide,
            composite=frames.composite(max(1, scale // 2)),
        )

    def scale(self) -> tuple[int, bool]:
        """(integer scale, whether the figure is wide)."""
        height, width = self.frames.pixels.shape[1:3]
        if self.frames.grid:
            scale, wide = self.frames.grid.scale()
            return scale, wide if self.wide is None else self.wide
        return choose_scale((height, width), (height, width), wide=bool(self.wide))

    def box(self, still: str, url: str) -> str:
        """The still, and a link to the film that scripts turn into controls."""
        link = markup.tag("a", f"Play all {plural(len(self.frames), 'frame')}", href=url)
        return markup.tag(
            "div",
            still + markup.tag("p", link, class_="film", style=f"margin:.4rem 0 0;{markup.LABEL}"),
            class_="anim",
            data_film=url,
            data_fps=f"{self.fps:g}",
            data_what=self.what,
            data_labels="|".join(label_text(label) for label in self.labels),
        )

    def describe(self) -> str:
        """Length, first and last label, for an alt text; the still is the last frame."""
        first, last = (label_text(self.labels[i]) for i in (0, -1))
        told = self.frames.describe(len(self.frames) - 1)
        return f"Last of {plural(len(self.frames), 'frame')} from {first} to {last}; {told}"


def animated_webp(frames: Pixels, milliseconds: float) -> bytes:
    """Frames (n, H, W, ch) as an endless lossless WebP, each frame whole.

    The container is written here (RFC 9649): encoders cut frames down to what changed and drop
    repeated ones, while the page wants the i-th frame by its number.
    """
    height, width = frames.shape[1:3]
    alpha = frames.shape[3] in (2, 4)
    header = struct.pack("<B3x", 0x02 | 0x10 * alpha) + _u24(width - 1) + _u24(height - 1)
    chunks = [_chunk(b"VP8X", header), _chunk(b"ANIM", struct.pack("<IH", 0, 0))]
    place = _u24(0) + _u24(0) + _u24(width - 1) + _u24(height - 1)
    for frame in frames:
        still = webp_bytes(picture(frame))
        bits = still[still.index(b"VP8L") :]  # chunk and padding: a simple file has no other
        control = place + _u24(round(milliseconds)) + bytes([0x02])  # replace, do not blend
        chunks.append(_chunk(b"ANMF", control + bits))
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _u24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
