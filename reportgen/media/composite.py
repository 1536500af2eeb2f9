"""The labelled picture of a figure: for "full size", feeds and cards, where HTML cannot go.

Drawn with Pillow and DejaVu Sans, which matplotlib bundles: the same on every machine, but for
scripts that it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from reportgen.media.canvas import picture
from reportgen.media.charts import few_colours
from reportgen.media.fonts import font_file
from reportgen.media.labels import label_text
from reportgen.media.pixels import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageFont import FreeTypeFont

BACKGROUND, INK = "#fdfcfa", "#22262b"
SIZE = 26  # px: 13 px labels at 2x
PAD, GAP = 24, 28
MAX_WIDTH = 1920


@cache
def font(size: int = SIZE, text: str = "") -> FreeTypeFont:
    """DejaVu Sans in ``size`` px, or an installed font that has the letters of ``text``."""
    from PIL import ImageFont

    path = str(font_file(text))
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str) -> int:
    """Width of the label in composite px."""
    return int(font(text=text).getlength(label_text(text))) + 1


def eight_bits(picture: Picture) -> Picture:
    """A picture with no more than eight bits a channel, of which Pillow else keeps the low ones."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value / 256).convert("L")


def enlarge(image: Picture, scale: int) -> Picture:
    """Nearest-neighbour enlargement by an integer."""
    from PIL import Image

    size = (image.width * scale, image.height * scale)
    return image.resize(size, Image.Resampling.NEAREST)


def sheet_picture(
    sheet: Pixels,
    scale: int,
    *,
    columns: Sequence[str] | None = None,
    rows: Sequence[str] | None = None,
    left: int = 0,
) -> Picture:
    """A tile sheet at twice its size on the page, with its labels (``left`` px for the rows')."""
    room = MAX_WIDTH // sheet.shape[1]
    tiles = enlarge(picture(sheet), max(1, min(2 * scale, room)))
    left = max(left, *map(text_width, rows)) + GAP // 2 if rows else 0
    lines = _wrap_all(columns or [], tiles.width // max(1, len(columns or [])))
    top = SIZE * 3 // 2 * max(map(len, lines), default=0)
    page = blank(left + tiles.width + 2 * PAD, top + tiles.height + 2 * PAD, [tiles])
    _paste(page, tiles, (PAD + left, PAD + top))
    for i, wrapped in enumerate(lines):
        x = PAD + left + (2 * i + 1) * tiles.width // (2 * len(lines))
        _write(page, wrapped, (x, PAD), centred=True)
    for i, label in enumerate(rows or []):
        y = PAD + top + (2 * i + 1) * tiles.height // (2 * len(rows or [])) - SIZE * 2 // 3
        _write(page, [label_text(label)], (PAD, y))
    return page


def side_by_side(
    pictures: Sequence[Picture], titles: Sequence[str | None], *, across: bool = True
) -> Picture:
    """Pictures in rows, or one below another, each with its title below, on one page.

    Charts are of few colours, and so is a page of them.
    """
    width = MAX_WIDTH if across else 0
    lines = [
        wrap(label_text(t), p.width) if t else [] for p, t in zip(pictures, titles, strict=True)
    ]
    heights = [
        p.height + len(text) * SIZE * 3 // 2 for p, text in zip(pictures, lines, strict=True)
    ]
    places, x, y, tall, right = [], 0, 0, 0, 0
    for image, height in zip(pictures, heights, strict=True):
        if x and x + image.width > width:
            x, y, tall = 0, y + tall + GAP, 0
        places.append((x, y))
        right, tall = max(right, x + image.width), max(tall, height)
        x += image.width + GAP
    page = blank(right + 2 * PAD, y + tall + 2 * PAD, pictures)
    for image, text, (left, top) in zip(pictures, lines, places, strict=True):
        _paste(page, image, (PAD + left, PAD + top))
        _write(page, text, (PAD + left, PAD + top + image.height + SIZE // 4))
    return few_colours(page) if all(image.mode == "P" for image in pictures) else page


def blank(width: int, height: int, pictures: Sequence[Picture]) -> Picture:
    """An empty page, grey when all that it will hold is."""
    from PIL import Image

    grey = all(image.mode in {"L", "LA"} for image in pictures)
    return Image.new("L" if grey else "RGB", (width, height), BACKGROUND)


def wrap(text: str, width: int, size: int = SIZE) -> list[str]:
    """The text in lines of at most ``width`` px, broken at spaces."""
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font(size, text).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _wrap_all(labels: Sequence[str], width: int) -> list[list[str]]:
    return [wrap(label_text(label), width) for label in labels]


def _paste(page: Picture, image: Picture, place: tuple[int, int]) -> None:
    layered = "A" in image.getbands()
    page.paste(image.convert(page.mode), place, image.getchannel("A") if layered else None)


def _write(
    page: Picture, lines: Sequence[str], place: tuple[int, int], *, centred: bool = False
) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(page)
    for i, line in enumerate(lines):
        face = font(text=line)
        x = place[0] - (face.getlength(line) / 2 if centred else 0)
        pen.text((x, place[1] + i * SIZE * 3 // 2), line, fill=INK, font=face)
