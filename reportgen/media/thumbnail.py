"""The thumbnail of a figure in a list of figures: a part that can be read, in a few kilobytes."""

from __future__ import annotations

from io import BytesIO
from math import ceil
from pathlib import Path

from reportgen.files import write_changed
from reportgen.media.canvas import Drawn
from reportgen.media.composite import BACKGROUND, eight_bits
from reportgen.media.picture import orientation

SIZE = (480, 320)  # px, at most: the place in a list, twice
SMALL = 20_000  # bytes of a picture that needs no thumbnail
RASTER = (".png", ".jpg", ".jpeg", ".webp")


def write_thumbnail(drawn: Drawn, folder: Path) -> Path | None:
    """Write the thumbnail of a drawn figure beside its files.

    None for a figure whose full size is a small file, a drawing or none at all. It is made once:
    what lies in the folder of a drawing never changes.
    """
    full = folder / drawn.full
    if full.suffix not in RASTER or full.stat().st_size <= SMALL:
        return None
    target = folder / f"{full.stem}.thumbnail.webp"  # no figure's own file has such a name
    if not target.is_file():
        write_changed(target, top_left(full))
    return target


def top_left(file: Path) -> bytes:
    """The part from the top left that has the form of a thumbnail and all of the picture's
    shorter side, as WebP."""
    from PIL import Image, ImageOps

    with Image.open(file) as stored:
        turned = orientation(stored, file.suffix) > 1
        picture = eight_bits(ImageOps.exif_transpose(stored) if turned else stored)
        scale = max(SIZE[0] / picture.width, SIZE[1] / picture.height)
        box = (min(picture.width, SIZE[0] / scale), min(picture.height, SIZE[1] / scale))
        part = picture.crop((0, 0, ceil(box[0]), ceil(box[1]))).convert("RGBA")
    size = (round(box[0] * min(scale, 1)), round(box[1] * min(scale, 1)))
    cut = part.resize(size, Image.Resampling.BILINEAR, (0, 0, *box))
    page = Image.new("RGBA", size, BACKGROUND)
    page.alpha_composite(cut)
    buffer = BytesIO()
    page.convert("RGB").save(buffer, "WEBP", quality=60, method=2)  # quick: a preview waits for it
    return buffer.getvalue()
