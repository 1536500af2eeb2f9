"""The social card: one figure on 1200 × 630 pixels without words, or words alone."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reportgen.media import Grid, Picture, Strip, draw
from reportgen.media.card import GAP, SIZE, choose_layout, split_sheet, words_card, write_card
from tests.media.conftest import Once
from tests.media.gallery import digits, gallery


@pytest.mark.parametrize("name", sorted(gallery().keys() - {"table"}))
def test_every_kind_has_a_card_of_its_own(name: str, once: Once) -> None:
    figure, folder = once(name)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    file = write_card(figure, folder)
    assert file
    with Image.open(file) as card:
        assert card.size == SIZE
        assert len(card.convert("L").getcolors(256) or []) > 2
    file.unlink()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_table_has_none(once: Once) -> None:
    assert write_card(*once("table")) is None


@pytest.mark.parametrize("size", [(9000, 1), (1, 9000)])
def test_a_picture_of_one_row_or_column_has_one(size: tuple[int, int], tmp_path: Path) -> None:
    row = BytesIO()
    Image.new("RGB", size, "red").save(row, "PNG")
    file = write_card(draw(Picture(row.getvalue(), ".png"), tmp_path, stem="p"), tmp_path)
    assert file
    assert Image.open(file).size == SIZE


def test_tiles_are_enlarged_by_an_integer_and_in_order(tmp_path: Path) -> None:
    shades = [np.full((30, 40), level, np.uint8) for level in (10, 90, 170, 250)]
    file = write_card(draw(Strip(shades), tmp_path, stem="s"), tmp_path)
    assert file
    card = np.asarray(Image.open(file).convert("L"))
    quarters = [card[100, 100], card[100, 1100], card[530, 100], card[530, 1100]]
    assert quarters == [10, 90, 170, 250]


def test_a_sheet_is_taken_apart_at_its_clear_borders(tmp_path: Path) -> None:
    tiles = digits()[:6].reshape(2, 3, 28, 28)
    draw(Grid(tiles), tmp_path, stem="g")
    found = split_sheet(Image.open(tmp_path / "g.png"))
    assert [np.asarray(tile.convert("L")).tolist() for tile in found] == digits()[:6].tolist()


@given(st.integers(1, 40), st.tuples(st.integers(1, 700), st.integers(1, 700)))
def test_the_layout_covers_the_card(count: int, tile: tuple[int, int]) -> None:
    columns, rows, scale = choose_layout(count, tile)
    assert columns * rows <= count
    assert columns * tile[0] * scale + (columns - 1) * GAP >= SIZE[0]
    assert rows * tile[1] * scale + (rows - 1) * GAP >= SIZE[1]


@pytest.mark.parametrize("title", ["Loss", "A long title that needs some lines to be told " * 4])
def test_a_card_of_words_stays_inside_its_margins(title: str) -> None:
    card = np.asarray(words_card(title, "Residuals").convert("L"))
    inked = card < 200
    assert card.shape == (630, 1200)
    assert inked[80:300].any()
    assert inked[500:].any()
    assert not inked[:, :80].any()
    assert not inked[:, 1120:].any()
    assert not inked[560:].any()
