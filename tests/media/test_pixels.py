"""Pixels: what arrays become, and that sheets hold them unchanged."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from reportgen.media import Grid, Image, Strip, draw
from reportgen.media.pixels import as_pixels, choose_scale, phone_scale, stack_tiles, tile_sheet
from tests.media.gallery import colour, digits, noisy
from tests.media.page import Page

X = digits()[0]


class Tensor:
    """What the code knows of a torch tensor."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> "Tensor":
        return self

    def numpy(self) -> np.ndarray:
        return self.array


@pytest.mark.parametrize(
    ("image", "shape"),
    [
        (X, (28, 28, 1)),
        (X[None], (28, 28, 1)),
        (X[..., None], (28, 28, 1)),
        (colour(), (28, 28, 3)),
        (np.moveaxis(colour(), 0, 2), (28, 28, 3)),
        (Tensor(colour()[:, :, :3]), (28, 3, 3)),
        (colour()[:, :, :3], (3, 28, 3)),
        (X.tolist(), None),
        (Pillow.fromarray(X), (28, 28, 1)),
        (Pillow.fromarray(np.moveaxis(colour(), 0, 2).copy()), (28, 28, 3)),
        (X > 100, (28, 28, 1)),
    ],
)
def test_shapes(image: object, shape: tuple[int, ...] | None) -> None:
    if shape is None:
        image = (np.array(image) / 255).tolist()
        shape = (28, 28, 1)
    assert as_pixels(image, what="It").shape == shape


@pytest.mark.parametrize(
    ("value", "value_range", "byte"),
    [
        (0.0, (0, 1), 0),
        (1.0, (0, 1), 255),
        (0.5, (0, 1), 128),
        (-3.0, (0, 1), 0),
        (1.7, (0, 1), 255),
        (-1.0, (-1, 1), 0),
        (0.0, (-1, 1), 128),
        (1.0, (-1, 1), 255),
    ],
)
def test_floats_become_bytes(value: float, value_range: tuple[float, float], byte: int) -> None:
    pixels = as_pixels(np.full((2, 2), value), what="It", value_range=value_range)
    assert (pixels == byte).all()


@given(st.integers(0, 255))
def test_bytes_divided_by_255_come_back(byte: int) -> None:
    assert (as_pixels(np.full((1, 1), byte / 255), what="It") == byte).all()


def test_a_grey_tile_among_coloured_ones_keeps_its_looks() -> None:
    tiles = stack_tiles([X, colour()], what="Tile")
    assert tiles.shape == (2, 28, 28, 3)
    assert (tiles[0] == X[..., None]).all()


def test_a_sheet_holds_each_tile_inside_a_clear_border() -> None:
    tiles = stack_tiles([noisy(0.2, i) for i in range(6)], what="Tile")
    sheet = tile_sheet(tiles, 3)
    assert sheet.shape == (60, 90, 2)
    for i, tile in enumerate(tiles):
        top, left = 30 * (i // 3), 30 * (i % 3)
        cell = sheet[top : top + 30, left : left + 30]
        assert (cell[1:-1, 1:-1, :1] == tile).all()
        assert (cell[1:-1, 1:-1, 1] == 255).all()
        assert not cell[0].any()
        assert not cell[:, -1].any()


def test_a_grids_file_has_the_pixels_of_its_tiles(tmp_path: Path) -> None:
    tiles = [[noisy(s, i) for s in (0.0, 0.5)] for i in range(3)]
    draw(Grid(tiles), tmp_path, stem="g")
    image = np.asarray(Pillow.open(tmp_path / "g.png"))
    expected = as_pixels(tiles[2][1], what="It")[..., 0]
    assert (image[61:89, 31:59, 0] == expected).all()


def test_a_colour_image_is_written_as_it_is(tmp_path: Path) -> None:
    draw(Image(colour()), tmp_path, stem="i")
    assert (np.asarray(Pillow.open(tmp_path / "i.png")) == np.moveaxis(colour(), 0, 2)).all()


@pytest.mark.parametrize(
    ("rows", "columns", "tile", "scale", "wide"),
    [
        (5, 7, 28, 3, False),  # 630 px
        (2, 7, 28, 3, False),
        (4, 10, 28, 3, True),  # 600 px would leave 56 px a tile
        (5, 3, 28, 4, False),  # as high as the text is wide
        (1, 4, 64, 2, False),
        (1, 12, 64, 1, True),
        (1, 1, 700, 1, True),
    ],
)
def test_the_scale_fits_the_column(
    rows: int, columns: int, tile: int, scale: int, wide: bool
) -> None:
    native = (rows * (tile + 2), columns * (tile + 2))
    assert choose_scale(native, (tile, tile)) == (scale, wide)


@given(st.integers(1, 12), st.integers(8, 200), st.integers(1, 6))
def test_on_a_phone_labels_stay_legible(columns: int, tile: int, scale: int) -> None:
    small = phone_scale(columns * (tile + 2), tile + 2, scale)
    assert 1 <= small <= scale
    assert small == scale or small * (tile + 2) >= 56


def test_tile_labels_stand_under_one_sheet_a_row(tmp_path: Path) -> None:
    tiles = [[noisy(0.1, i), noisy(0.4, i)] for i in (0, 1)]
    scores = [["20 dB", "8 dB"], ["21 dB", "9 dB"]]
    figure = draw(
        Grid(tiles, ["a one", "a two"], ["t = 1", "t = 2"], tile_labels=scores), tmp_path, stem="g"
    )
    page = Page(figure.html)
    assert page.text == "t = 1t = 2a one20 dB8 dBa two21 dB9 dB"
    first, second = (image["alt"] for image in page.all("img"))
    assert first == f"{figure.alt}, row 1 of 2, a one: 20 dB, 8 dB"
    assert second == "Row 2 of 2, a two: 21 dB, 9 dB"


def test_empty_labels_are_not_read_aloud(tmp_path: Path) -> None:
    tiles = [[noisy(0.1, i), noisy(0.4, i), noisy(0.9, i)] for i in (0, 1)]
    columns, scores = ["low", "", "high"], [["", "", ""], ["20 dB", "", "8 dB"]]
    figure = draw(Grid(tiles, ["", ""], columns, tile_labels=scores), tmp_path, stem="g")
    assert figure.alt.endswith("columns: low, high")
    page = Page(figure.html)
    first, second = (image["alt"] for image in page.all("img"))
    assert first == f"{figure.alt}, row 1 of 2"
    assert second == "Row 2 of 2, 20 dB, 8 dB"
    assert len([div for div in page.all("div") if div.get("class") == "heads below"]) == 1
    plain = draw(Strip(tiles[0], ["", "", ""]), tmp_path, stem="s")
    assert plain.alt == "3 images of 28 × 28 pixels side by side"


def test_a_row_without_labels_takes_no_room_for_them_in_the_composite(tmp_path: Path) -> None:
    tiles = [[noisy(0.1)], [noisy(0.4)]]
    heights = []
    for scores in ([["20 dB"], ["8 dB"]], [["20 dB"], [""]], [[""], [""]]):
        draw(Grid(tiles, tile_labels=scores), tmp_path, stem="g")
        heights.append(Pillow.open(tmp_path / "g-full.png").height)
    assert heights[0] - heights[1] == heights[1] - heights[2] > 0


def test_a_large_sheet_is_offered_as_webp_with_the_same_pixels(tmp_path: Path) -> None:
    sheet = Grid([[noisy(0.3, (i + 8 * row) % 20) for i in range(8)] for row in range(8)])
    page = Page(draw(sheet, tmp_path, stem="g").html)
    (source,), (image,) = page.all("source"), page.all("img")
    assert (source["type"], source["srcset"]) == ("image/webp", "{assets}/g.webp")
    webp, png = (Pillow.open(tmp_path / name).convert("RGBA") for name in ("g.webp", "g.png"))
    seen = np.asarray(png)[..., 3] == 255
    assert (np.asarray(webp)[seen] == np.asarray(png)[seen]).all()
    saved = (tmp_path / "g.png").stat().st_size - (tmp_path / "g.webp").stat().st_size
    assert saved >= 2048
    assert image["width"]
    assert image["height"]


def test_a_small_one_is_a_png_alone(tmp_path: Path) -> None:
    assert Page(draw(Image(X), tmp_path, stem="i").html).all("source") == []


def test_labels_are_text_and_part_of_the_alt(tmp_path: Path) -> None:
    figure = draw(
        Grid([[noisy(s) for s in (0.2, 0.5)]], ["noisy"], ["sigma = 0.2", "sigma = 0.5"]),
        tmp_path,
        stem="g",
    )
    assert Page(figure.html).text == "σ = 0.2σ = 0.5noisy"
    assert "1 row and 2 columns of 28 × 28 images" in figure.alt
    assert "columns: σ = 0.2, σ = 0.5; rows: noisy" in figure.alt


def test_labels_may_be_numbers(tmp_path: Path) -> None:
    figure = draw(Strip([X, X // 2], [690, 0.5]), tmp_path, stem="s")
    assert Page(figure.html).text == "6900.5"


def test_the_composite_holds_tiles_and_ink(tmp_path: Path) -> None:
    figure = draw(Grid([[noisy(0.1), noisy(0.5)]], None, ["left", "right"]), tmp_path, stem="g")
    full = Pillow.open(tmp_path / figure.full)
    bare = draw(Grid([[noisy(0.1), noisy(0.5)]]), tmp_path / "bare", stem="g")
    assert full.height > Pillow.open(tmp_path / "bare" / bare.full).height
    assert full.width >= 2 * 28 * 2


def test_a_strip_of_many_wraps_instead_of_shrinking(tmp_path: Path) -> None:
    figure = draw(Strip([noisy(0.1, i) for i in range(20)]), tmp_path, stem="s")
    assert {int(image["width"]) for image in Page(figure.html).all("img")} == {84}
