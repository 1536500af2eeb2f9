"""Arrays, tensors and PIL images to 8-bit pixels, tile sheets and display sizes.

Shapes: H, W are a tile's height and width, ``ch`` is 1 (grey) or 3 (red, green, blue);
``n`` tiles of one size are one array (n, H, W, ch).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import ReportgenError

Pixels = NDArray[np.uint8]

TEXT_WIDTH = 640  # CSS px of the text column
WIDE_WIDTH = 900  # CSS px of a figure that spans text and margin
PHONE_WIDTH = 340
MAX_TILE = 192  # a tile is never shown larger
LEGIBLE_TILE = 72  # a smaller one asks for a wide figure


def as_array(value: Any) -> NDArray[Any]:
    """A NumPy array from an array, nested list, PIL image or torch tensor."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    elif hasattr(value, "convert") and hasattr(value, "getbands"):
        value = value.convert("L" if value.mode in {"1", "L", "I", "F", "LA"} else "RGB")
    return np.asarray(value)


def as_pixels(image: Any, *, what: str, value_range: tuple[float, float] = (0.0, 1.0)) -> Pixels:
    """One image as (H, W, ch) bytes. Floats are mapped from ``value_range`` and clipped.

    Takes (H, W), (H, W, ch) and (ch, H, W). Raises ReportgenError for NaN, infinity, integers
    that are not bytes and any other shape.
    """
    array = as_array(image)
    array = _channels_last(array, what, first=hasattr(image, "detach"))
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if not np.issubdtype(array.dtype, np.floating):
        raise ReportgenError(
            f"{what} has {array.dtype} values.",
            hint="Give floats in [0, 1] or uint8; for other floats say value_range=(low, high).",
        )
    check_finite(array, what)
    low, high = value_range
    unit = (array.astype(np.float64) - low) / (high - low)
    return np.asarray(np.floor(np.clip(unit, 0, 1) * 255 + 0.5), dtype=np.uint8)


BROKEN = "A figure is not drawn from broken numbers; look at the run that made them."


def check_finite(array: NDArray[Any], what: str, hint: str = BROKEN) -> None:
    """Refuse NaN and infinity."""
    bad = ~np.isfinite(array)
    if bad.any():
        where = ", ".join(str(int(i)) for i in np.argwhere(bad)[0])
        raise ReportgenError(
            f"{what} holds {array[bad][0]} ({int(bad.sum()):,} of {array.size:,} values, "
            f"the first at [{where}]).",
            hint=hint,
        )


def stack_tiles(
    images: Iterable[Any], *, what: str, value_range: tuple[float, float] = (0.0, 1.0)
) -> Pixels:
    """Images of one size as (n, H, W, ch) bytes; grey becomes colour where one is in colour."""
    tiles = [
        as_pixels(image, what=f"{what} {n}", value_range=value_range)
        for n, image in enumerate(images, 1)
    ]
    if not tiles:
        raise ReportgenError(f"{what}: there are none.")
    sizes = [tile.shape[:2] for tile in tiles]
    if len(set(sizes)) > 1:
        other = next(n for n, size in enumerate(sizes) if size != sizes[0])
        raise ReportgenError(
            f"{what} {other + 1} is {_size(sizes[other])}, {what} 1 is {_size(sizes[0])}.",
            hint="Tiles that are shown together have one size.",
        )
    channels = max(tile.shape[2] for tile in tiles)
    return np.stack([np.broadcast_to(tile, (*sizes[0], channels)) for tile in tiles])


def check_varied(tiles: Pixels, what: str) -> None:
    """Refuse pictures in which every pixel is the same."""
    if tiles.size and int(tiles.min()) == int(tiles.max()):
        raise ReportgenError(
            f"{what} shows one value everywhere ({int(tiles.min())} of 255).",
            hint="If the values lie outside [0, 1], say value_range=(low, high).",
        )


def tile_sheet(tiles: Pixels, columns: int) -> Pixels:
    """Tiles (n, H, W, ch) in rows on one sheet, with alpha: each has a clear border of 1 px.

    The result is (rows * (H + 2), columns * (W + 2), ch + 1), so equal HTML columns line up.
    """
    n, height, width, ch = tiles.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows, height + 2, columns, width + 2, ch + 1), np.uint8)
    for i, tile in enumerate(tiles):
        cell = sheet[i // columns, 1:-1, i % columns, 1:-1]
        cell[..., :ch] = tile
        cell[..., ch] = 255
    return sheet.reshape(rows * (height + 2), columns * (width + 2), ch + 1)


def choose_scale(
    native: tuple[int, int], tile: tuple[int, int], *, taken: int = 0, wide: bool | None = None
) -> tuple[int, bool]:
    """(integer scale, whether the figure is wide) for a sheet of native (height, width).

    ``taken`` is the width in CSS px that row labels need; ``wide`` None lets the size decide.
    """

    def fit(room: int) -> int:
        return max(
            1, min((room - taken) // native[1], MAX_TILE // max(tile), TEXT_WIDTH // native[0])
        )

    text, broad = fit(TEXT_WIDTH), fit(WIDE_WIDTH)
    if wide is None:
        overflows = text * native[1] + taken > TEXT_WIDTH
        wide = overflows or (text * tile[1] < LEGIBLE_TILE and broad > text)
    return (broad if wide else text), wide


def phone_scale(native_width: int, pitch: int, scale: int) -> int:
    """The integer scale on a phone: labels stay legible, the sheet scrolls when it must."""
    legible = -(-56 // pitch)
    return min(scale, max(1, legible, PHONE_WIDTH // native_width))


def _channels_last(array: NDArray[Any], what: str, *, first: bool) -> NDArray[Any]:
    shape = array.shape
    if array.ndim == 2:
        return array[..., None]
    if array.ndim == 3:
        leads, ends = shape[0] in (1, 3), shape[2] in (1, 3)
        if leads and (first or not ends):
            return np.moveaxis(array, 0, 2)
        if ends:
            return array
    raise ReportgenError(
        f"{what} has shape {tuple(int(n) for n in shape)}, which is not an image.",
        hint="An image is (H, W), (H, W, 3) or (3, H, W).",
    )


def _size(size: Sequence[int]) -> str:
    return f"{size[1]} × {size[0]} pixels"
