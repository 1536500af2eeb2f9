"""The social card of a post, 1200 × 630 pixels: tiles of one figure, or its chart; no words.

A post without pictures has a card of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.files import write_changed
from reportgen.media.canvas import Drawn, png_bytes
from reportgen.media.composite import BACKGROUND, INK, eight_bits, enlarge, font, wrap

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIZE = (1200, 630)
GAP = 10  # px between tiles
MARGIN = 90  # px round words
MUTED = "#5c636b"
CHARTS = {"Curve", "Plot"}
PICTURES = {"image", "still"}


def write_card(drawn: Drawn, folder: Path) -> Path | None:
    """Write the card of a drawn figure beside its files; None for one without pictures.

    It is made once: what lies in the folder of a drawing never changes.
    """
    names = [f.name for f in drawn.files if f.role in PICTURES and f.name.endswith(".png")]
    if not names:
        return None
    target = folder / f"{Path(names[0]).stem}-card.png"
    if not target.is_file():
        draw = chart_card if drawn.kind in {*CHARTS, "Picture"} else tile_card
        write_changed(target, png_bytes(draw([folder / name for name in names])))
    return target


def chart_card(files: Sequence[Path]) -> Picture:
    """The whole chart, as large as it fits, on a page of its own background."""
    from PIL import Image

    chart = eight_bits(Image.open(files[0])).convert("RGB")
    scale = min(SIZE[0] / chart.width, SIZE[1] / chart.height, 1)
    size = (max(1, round(chart.width * scale)), max(1, round(chart.height * scale)))
    card = Image.new("RGB", SIZE, BACKGROUND)
    place = ((SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2)
    card.paste(chart.resize(size, Image.Resampling.LANCZOS), place)
    return card


def tile_card(files: Sequence[Path]) -> Picture:
    """As many tiles as fill the card best, enlarged by an integer and cropped at its edges."""
    from PIL import Image

    tiles = [tile for file in files for tile in split_sheet(Image.open(file))]
    tiles = [tile for tile in tiles if tile.size == tiles[0].size]
    columns, rows, scale = choose_layout(len(tiles), tiles[0].size)
    width, height = (length * scale + GAP for length in tiles[0].size)
    left = (SIZE[0] - columns * width + GAP) // 2
    top = (SIZE[1] - rows * height + GAP) // 2
    card = Image.new("RGB", SIZE, BACKGROUND)
    chosen = np.linspace(0, len(tiles) - 1, columns * rows).round().astype(int)
    for i, at in enumerate(chosen):
        place = (left + i % columns * width, top + i // columns * height)
        card.paste(enlarge(tiles[at], scale).convert("RGB"), place)
    return card


def write_words(title: str, site: str, folder: Path) -> Path:
    """Write the card of words into a folder; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "words-card.png"
    if not target.is_file():
        write_changed(target, png_bytes(words_card(title, site)))
    return target


def words_card(title: str, site: str) -> Picture:
    """The title, as large as it fits, over the name of the site."""
    from PIL import Image, ImageDraw

    card = Image.new("RGB", SIZE, BACKGROUND)
    pen = ImageDraw.Draw(card)
    below = SIZE[1] - MARGIN - 34
    for size in (84, 68, 54, 42):
        lines = wrap(title, SIZE[0] - 2 * MARGIN, size)
        if MARGIN + len(lines) * size * 5 // 4 <= below - 40:
            break
    for i, line in enumerate(lines):
        place = (MARGIN, MARGIN + i * size * 5 // 4)
        if place[1] + size <= below - 40:
            pen.text(place, line, fill=INK, font=font(size, title))
    pen.text((MARGIN, below), site, fill=MUTED, font=font(34, site))
    return card


def choose_layout(count: int, tile: tuple[int, int]) -> tuple[int, int, int]:
    """(columns, rows, integer scale) that cover the card and lose little at its edges.

    A few tiles more are worth some loss.
    """
    best: tuple[float, int, int, int] | None = None
    for rows in range(1, count + 1):
        for columns in range(1, count // rows + 1):
            scale = max(
                -(-(SIZE[0] - (columns - 1) * GAP) // (columns * tile[0])),
                -(-(SIZE[1] - (rows - 1) * GAP) // (rows * tile[1])),
            )
            area = columns * tile[0] * rows * tile[1] * scale**2
            option = (area * (1 + 0.3 / (columns * rows)), columns, rows, scale)
            best = min(best, option) if best else option
    assert best is not None
    return best[1:]


def split_sheet(sheet: Picture) -> list[Picture]:
    """The tiles of a sheet, which clear rows and columns set apart; another picture whole."""
    if "A" not in sheet.getbands():
        return [sheet]
    seen = np.asarray(sheet.getchannel("A")) > 0
    return [
        sheet.crop((left, top, right, bottom))
        for top, bottom in runs(seen.any(axis=1))
        for left, right in runs(seen.any(axis=0))
    ]


def runs(seen: Any) -> list[tuple[int, int]]:
    """(start, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
