"""Tables: cells as people read them, and the files beside them."""

import json
from pathlib import Path

import numpy as np
import pytest

from reportgen.media import Table, draw
from reportgen.media.table import decimals
from tests.media.gallery import table
from tests.media.page import Page


def cells(media: Table, folder: Path) -> str:
    return draw(media, folder, stem="t").html


def test_a_column_has_one_number_of_decimals(tmp_path: Path) -> None:
    html = cells(Table([["a", 9.5], ["b", 21.046]], ["method", "PSNR"]), tmp_path)
    assert "<td>9.50</td>" in html
    assert "<td>21.05</td>" in html


def test_an_interval_stays_on_one_line_and_a_sentence_does_not(tmp_path: Path) -> None:
    html = cells(
        Table([{"n": "a", "share": "9.7 to 12.4", "why": "as it was before that"}]), tmp_path
    )
    assert '<td class="s">9.7 to 12.4</td><td>as it was before that</td>' in html


def test_heads_units_best_and_missing(tmp_path: Path) -> None:
    html = cells(table(), tmp_path)
    assert '<th scope="col">PSNR<br /><small>dB</small></th>' in html
    assert '<th scope="row">U-Net</th><td>60,000</td><td><b>20.76</b></td>' in html
    assert "<td>–</td>" in html


def test_highlight_and_minimum(tmp_path: Path) -> None:
    media = Table([[1, -0.5], [2, 0.25]], ["step", "loss"], best={"loss": "min"}, highlight=[1])
    html = cells(media, tmp_path)
    assert '<tr class="hi"><th scope="row">2</th>' in html
    assert "<b>−0.50</b>" in html


def test_rows_may_be_mappings_and_numbers_numpys(tmp_path: Path) -> None:
    media = Table([{"sigma": np.float64(0.5), "n": np.int64(3), "ok": True}])
    assert media.rows == [[0.5, 3, True]]
    assert Page(cells(media, tmp_path)).text == "σnok0.53yes"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([1, 2], 0), ([21.046, 9.5], 2), ([0.8931, 0.9], 3), ([123.456], 1), ([0.00123456], 5),
     ([0.2, 0.4], 1), ([0.0, 0.0], 0), ([1.0, 2.0], 0)],
)  # fmt: skip
def test_decimals(numbers: list[float], expected: int) -> None:
    assert decimals(numbers) == expected


def test_downloads(tmp_path: Path) -> None:
    figure = draw(table(), tmp_path, stem="t")
    assert figure.data == ("t.csv", "t.json")
    assert figure.full == ""
    assert (tmp_path / "t.csv").read_text().splitlines()[:2] == [
        "method,images,PSNR (dB)",
        "U-Net,60000,20.764",
    ]
    assert json.loads((tmp_path / "t.json").read_text())["rows"][2] == [
        "posterior mean",
        60000,
        None,
    ]


def test_markup_in_cells_is_text(tmp_path: Path) -> None:
    html = cells(Table([["<u>|{{x}}", 1]], ["a", "b"]), tmp_path)
    assert "&lt;<" not in html
    assert "<u>" not in html
    assert "&#124;&#123;&#123;x&#125;&#125;" in html
