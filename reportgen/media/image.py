"""Image: one picture."""

from __future__ import annotations

from typing import Any, ClassVar

from reportgen.media import markup
from reportgen.media.base import Media
from reportgen.media.canvas import ASSETS, Canvas, View, picture
from reportgen.media.composite import enlarge
from reportgen.media.pixels import Pixels, as_pixels, check_varied, choose_scale

WORTHWHILE = 512  # bytes that WebP must save to pay for one more file and tag


class Image(Media):
    """One image (H, W) or (H, W, 3), also channels first: floats in ``value_range`` or bytes."""

    fields: ClassVar = ("image", "wide")

    def __init__(
        self,
        image: Any,
        *,
        value_range: tuple[float, float] = (0.0, 1.0),
        wide: bool | None = None,
    ) -> None:
        self.image: Pixels = as_pixels(image, what="The image", value_range=value_range)
        self.wide = wide
        check_varied(self.image, "The image")

    def view(self, canvas: Canvas) -> View:
        """One PNG at native size, shown enlarged."""
        height, width = self.image.shape[:2]
        scale, wide = choose_scale((height, width), (height, width), wide=self.wide)
        alt = canvas.told(describe_image(self.image))
        size = (width * scale, height * scale)
        html, name = pixels_html(canvas, self.image, alt, size, pixelated=scale > 1)
        return View(
            html=html,
            alt=alt,
            width=size[0],
            wide=wide,
            composite=enlarge(picture(self.image), scale) if scale > 1 else None,
            full="" if scale > 1 else name,
            bare=True,
        )


def pixels_html(
    canvas: Canvas,
    pixels: Pixels,
    alt: str,
    size: tuple[int, int],
    *,
    suffix: str = "",
    pixelated: bool = True,
    style: str = "",
    cell: str = "",
) -> tuple[str, str]:
    """Write (H, W, 1 to 4) bytes; return the HTML that shows them and the name of the PNG.

    Where lossless WebP is smaller by a good deal, the browser may choose. ``style`` is the
    image's, ``cell`` that of its place in a CSS grid.
    """
    image = picture(pixels)
    name = canvas.picture(image, suffix)
    webp = canvas.webp(image, name, least=WORTHWHILE)
    if not webp:
        return markup.img(name, alt, size, pixelated=pixelated, style=style + cell), name
    html = markup.img(name, alt, size, pixelated=pixelated, style=style)
    source = markup.tag("source", type="image/webp", srcset=f"{ASSETS}/{webp}")
    return markup.tag("picture", source + html, style=cell.rstrip(";") or None), name


def describe_image(image: Pixels) -> str:
    """Kind and size, for an alt text."""
    kind = "Colour" if image.shape[2] == 3 else "Grey"
    return f"{kind} image of {image.shape[1]} × {image.shape[0]} pixels"
