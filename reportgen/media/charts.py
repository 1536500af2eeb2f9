"""Charts as pictures: colours and sizes, one file for light pages and one for dark ones."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.media import markup
from reportgen.media.canvas import ASSETS, Canvas, webp_bytes

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

TOLERANCE = 0.01  # in: as much of a figure may lie outside without a larger picture
MANY = 8192  # colours of a picture that is more than lines on paper
SEEN = 200  # the square of the distance of two colours that the eye tells apart in thin lines
DPI = 192  # two pixels of the file for one of the page
DARK = "(prefers-color-scheme: dark)"  # paper is white, so only on a screen


@dataclass(frozen=True)
class Ink:
    """The colours of a chart; ``series`` are Okabe and Ito's, changed for contrast."""

    background: str
    ink: str
    muted: str
    line: str
    series: tuple[str, ...]


LIGHT_INK = Ink(
    "#fdfcfa", "#22262b", "#5c636b", "#dfdbd3",
    ("#0072B2", "#C04A00", "#007A5A", "#9A3E76", "#7A6400", "#4B4F55", "#8A5A2B"),
)  # fmt: skip
DARK_INK = Ink(
    "#15181b", "#e6e3dc", "#a3a9af", "#33393f",
    ("#56B4E9", "#F0A04B", "#4FCFA5", "#E39AC6", "#E5D44B", "#B9BDC2", "#D9A66C"),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """The size of a chart in pixels of its file."""

    width: int
    height: int


TEXT = Frame(1276, 634)  # 6.65 x 3.3 in: 638 px of page
WIDE = Frame(1800, 760)


def write_variant(canvas: Canvas, image: Picture, role: str) -> tuple[str, str]:
    """Write the smaller of PNG and WebP; return its name and MIME type."""
    from reportgen.media.canvas import png_bytes

    png, webp = png_bytes(image), webp_bytes(image)
    ending, content = min(("png", png), ("webp", webp), key=lambda kind: len(kind[1]))
    return canvas.write(content, f"-{role}.{ending}", role, image.size), f"image/{ending}"


def source(name: str, mime: str, role: str, size: tuple[int, int]) -> str:
    """A ``<source>`` for a chart of ``size`` pixels in the file."""
    conditions = ["screen", DARK] * ("dark" in role)  # the last, as reportgen.js takes it away
    return markup.tag(
        "source",
        media=" and ".join(conditions) or None,
        type=mime,
        srcset=f"{ASSETS}/{name} 2x",
        width=size[0] // 2,
        height=size[1] // 2,
    )


def figure_picture(figure: Any, background: str) -> Picture:
    """A matplotlib figure as an RGB picture at 192 dpi, on ``background`` where it is clear.

    It has its own size, and more where a legend or a label stands outside of it.
    """
    from matplotlib.transforms import Bbox
    from PIL import Image

    page = figure.bbox_inches
    tight = figure.get_tightbbox()
    outside = tight is not None and not (
        page.x0 - TOLERANCE <= tight.x0
        and page.y0 - TOLERANCE <= tight.y0
        and tight.x1 <= page.x1 + TOLERANCE
        and tight.y1 <= page.y1 + TOLERANCE
    )
    box = Bbox.union([page, tight.padded(0.08)]) if outside else None
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor=figure.get_facecolor(), bbox_inches=box)
    drawn = Image.open(buffer).convert("RGBA")
    even = (drawn.width + drawn.width % 2, drawn.height + drawn.height % 2)
    paper = Image.new("RGBA", even, background)
    paper.alpha_composite(drawn)
    return paper.convert("RGB")


def few_colours(image: Picture) -> Picture:
    """The picture with its 256 most frequent colours, the others replaced by the nearest.

    A chart's flat colours stay exact; only some shades of anti-aliasing move, by less than the
    eye sees. It halves the file. A picture of which the eye would see it, such as one with a
    photograph, stays as it is.
    """
    from PIL import Image

    packed = np.asarray(image, dtype=np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    found, index, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    if len(found) > MANY:
        return image
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    kept = colours[np.argsort(-counts, kind="stable")[:256]]
    distance = ((colours[:, None] - kept[None]) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    if counts[distance.min(axis=1) > SEEN].sum() > counts.sum() / 100:
        return image
    paletted = Image.fromarray(nearest[index].reshape(image.height, image.width), "P")
    paletted.putpalette(kept.astype(np.uint8).tobytes())
    return paletted


def render(curve: Any, frame: Frame, spans: Any = None) -> Picture:
    """The picture of a ``Curve``. Loads matplotlib, which is why it is not above."""
    from PIL import Image

    from reportgen.media.plotting import plot_curve

    pixels = np.asarray(plot_curve(curve, LIGHT_INK, frame, spans or {}).canvas.buffer_rgba())
    return few_colours(Image.fromarray(pixels[..., :3]))
