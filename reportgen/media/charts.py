"""Charts as pictures: colours and sizes, one file for light, dark, wide and narrow pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.media import markup
from reportgen.media.canvas import ASSETS, Canvas, webp_bytes

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

DPI = 192  # two pixels of the file for one of the page
PHONE = "(max-width: 30em)"
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
    ("#0072B2", "#C04A00", "#007A5A", "#9A3E76", "#7A6400", "#4B4F55"),
)  # fmt: skip
DARK_INK = Ink(
    "#15181b", "#e6e3dc", "#a3a9af", "#33393f",
    ("#56B4E9", "#F0A04B", "#4FCFA5", "#E39AC6", "#E5D44B", "#B9BDC2"),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """The size of a chart in pixels of its file."""

    width: int
    height: int

    @property
    def narrow(self) -> bool:
        """Whether it is drawn for a phone."""
        return self.width < 800


TEXT = Frame(1276, 634)  # 6.65 x 3.3 in: 638 px of page
WIDE = Frame(1800, 760)
NARROW = Frame(710, 576)  # 3.7 x 3.0 in

Render = Callable[[Ink, Frame], "Picture"]


def chart_html(canvas: Canvas, render: Render, frame: Frame, alt: str) -> tuple[str, str, Picture]:
    """Draw and write the variants; return (HTML, name of the light file, light picture).

    The light chart is a PNG, for feeds and "full size" too, and lossless WebP where that is
    smaller; each other variant is whichever of the two is smaller.
    """
    light = render(LIGHT_INK, frame)
    name = canvas.picture(light)
    sources = []
    for ink, size, role in _variants(canvas.theme.dark, frame):
        variant = render(ink, size)
        sources.append(source(*write_variant(canvas, variant, role), role, variant.size))
    if webp := canvas.webp(light, name):
        sources.append(source(webp, "image/webp", "image", light.size))
    page = (frame.width // 2, frame.height // 2)
    inside = "".join(sources) + markup.img(name, alt, page, pixelated=False, fluid=True)
    return (markup.tag("picture", inside) if sources else inside), name, light


def write_variant(canvas: Canvas, image: Picture, role: str) -> tuple[str, str]:
    """Write the smaller of PNG and WebP; return its name and MIME type."""
    from reportgen.media.canvas import png_bytes

    png, webp = png_bytes(image), webp_bytes(image)
    ending, content = min(("png", png), ("webp", webp), key=lambda kind: len(kind[1]))
    return canvas.write(content, f"-{role}.{ending}", role, image.size), f"image/{ending}"


def _variants(dark: bool, frame: Frame) -> list[tuple[Ink, Frame, str]]:
    """Most particular first, as browsers take the first source that fits."""
    night = [(DARK_INK, NARROW, "narrow-dark"), (DARK_INK, frame, "dark")]
    return [*(night if dark else []), (LIGHT_INK, NARROW, "narrow")]


def source(name: str, mime: str, role: str, size: tuple[int, int]) -> str:
    """A ``<source>`` for a chart of ``size`` pixels in the file."""
    conditions = ["screen"] * ("dark" in role) + [PHONE] * ("narrow" in role)
    conditions += [DARK] * ("dark" in role)  # the last, as reportgen.js takes it away
    return markup.tag(
        "source",
        media=" and ".join(conditions) or None,
        type=mime,
        srcset=f"{ASSETS}/{name} 2x",
        width=size[0] // 2,
        height=size[1] // 2,
    )


def figure_picture(figure: Any) -> Picture:
    """A matplotlib figure as an RGB picture at its own size, 192 dpi."""
    from PIL import Image

    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor=figure.get_facecolor())
    return Image.open(buffer).convert("RGB")


def few_colours(image: Picture) -> Picture:
    """The picture with its 256 most frequent colours, the others replaced by the nearest.

    A chart's flat colours stay exact; only some shades of anti-aliasing move, by less than the
    eye sees. It halves the file.
    """
    from PIL import Image

    packed = np.asarray(image, dtype=np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    found, index, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    kept = colours[np.argsort(-counts, kind="stable")[:256]]
    distance = ((colours[:, None] - kept[None]) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    paletted = Image.fromarray(nearest[index].reshape(image.height, image.width), "P")
    paletted.putpalette(kept.astype(np.uint8).tobytes())
    return paletted


def render(curve: Any, ink: Ink, frame: Frame) -> Picture:
    """The chart of a ``Curve``. Loads matplotlib, which is why it is not above."""
    from PIL import Image

    from reportgen.media.plotting import plot_curve

    pixels = np.asarray(plot_curve(curve, ink, frame).canvas.buffer_rgba())
    return few_colours(Image.fromarray(pixels[..., :3]))
