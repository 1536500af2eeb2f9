"""Picture: an image file as it is, such as a photograph or a drawing made elsewhere."""

from __future__ import annotations

import re
import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from reportgen.errors import Place, ReportgenError
from reportgen.media import markup
from reportgen.media.base import Media
from reportgen.media.canvas import Canvas, View
from reportgen.media.pixels import TEXT_WIDTH, WIDE_WIDTH

if TYPE_CHECKING:
    from PIL import Image as Pillow

ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp")
TURNED = (".png", ".jpg", ".jpeg", ".avif")  # as their camera was held; a browser turns no WebP
ORIENTATION = 0x0112
VIEW_BOX = re.compile(rb"<svg\b[^>]*?\bviewBox=[\"']\s*\S+\s+\S+\s+([\d.]+)\s+([\d.]+)")
LENGTH = rb"<svg\b[^>]*?\s%s=[\"']([\d.]+)(?:px)?[\"']"


class Picture(Media):
    """The bytes of a file: PNG, JPEG, GIF (also moving), WebP, SVG, AVIF or BMP.

    It is shown at its own size, at most as wide as the text, or as a ``wide`` figure. ``summary``
    says what it shows, for readers who do not see it.
    """

    fields: ClassVar = ("content", "ending", "summary", "wide")

    def __init__(self, content: Any, ending: str, *, summary: str = "", wide: bool = False) -> None:
        data = np.frombuffer(content, np.uint8) if isinstance(content, bytes) else content
        self.content = np.asarray(data, np.uint8)
        self.ending, self.summary, self.wide = ending.lower(), summary, wide
        if self.ending not in ENDINGS:
            raise ReportgenError(f"'{ending}' is no image that a page can show.")
        self.size = size_of(self.content.tobytes(), self.ending)

    @classmethod
    def from_file(cls, path: str | Path, *, summary: str = "", wide: bool = False) -> Picture:
        """The picture in a file. Raises ReportgenError where there is none that can be read."""
        file = Path(path)
        try:
            return cls(file.read_bytes(), file.suffix, summary=summary, wide=wide)
        except FileNotFoundError:
            raise ReportgenError("There is no such picture.", place=Place(file)) from None
        except ReportgenError as error:
            raise ReportgenError(error.message, place=Place(file)) from None

    def view(self, canvas: Canvas) -> View:
        """The file, unchanged."""
        room = WIDE_WIDTH if self.wide else TEXT_WIDTH
        scale = min(1.0, room / self.size[0])
        width, height = (max(1, round(length * scale)) for length in self.size)
        alt = canvas.told(self.summary or f"Picture of {self.size[0]} × {self.size[1]} pixels")
        name = canvas.write(self.content.tobytes(), self.ending, "image", self.size)
        return View(
            html=markup.img(name, alt, (width, height), pixelated=False),
            alt=alt,
            width=width,
            wide=self.wide,
            full=name,
        )


def size_of(data: bytes, ending: str) -> tuple[int, int]:
    """Width and height in pixels, as a browser shows it.

    Raises ReportgenError for what is no image.
    """
    if ending == ".svg":
        box = VIEW_BOX.search(data)
        sides = [re.search(LENGTH % side, data) for side in (b"width", b"height")]
        found = (
            [side[1] for side in sides if side] if all(sides) else list(box.groups() if box else ())
        )
        if b"<svg" not in data:
            raise ReportgenError("This is no SVG picture.")
        width, height = (float(length) for length in found) if len(found) == 2 else (300, 150)
        return max(1, round(width)), max(1, round(height))
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as image:
            image.load()  # of one that is cut off, only this fails
            lying = orientation(image, ending) >= 5
            return (image.height, image.width) if lying else image.size
    except Image.DecompressionBombError:
        hint = "Save it smaller: at twice the width at which it is shown."
        raise ReportgenError("This picture has too many pixels.", hint=hint) from None
    except (OSError, SyntaxError):
        raise ReportgenError("This is no picture that can be read.") from None


def orientation(image: Pillow.Image, ending: str) -> int:
    """How a browser turns a picture, from 1 (not at all) to 8, as EXIF counts."""
    try:
        noted: Any = image.getexif().get(ORIENTATION)
    except (OSError, SyntaxError, ValueError, struct.error):  # damaged, which no browser minds
        return 1
    return noted if ending in TURNED and noted in range(1, 9) else 1
