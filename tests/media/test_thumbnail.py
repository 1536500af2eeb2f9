"""Thumbnails: when there is one, and which part of a picture it shows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.media.canvas import Drawn
from reportgen.media.picture import ORIENTATION, Picture
from reportgen.media.thumbnail import write_thumbnail


def drawn(full: str) -> Drawn:
    return Drawn("Picture", False, "", "", (), full, ())


def noise(folder: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    """A picture that no format makes small, red at its left and blue at its right."""
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    pixels[:, : size[0] // 2, 0] = 255
    pixels[:, size[0] // 2 :, 2] = 255
    Image.fromarray(pixels).convert(mode).save(folder / "a.png")
    return folder / "a.png"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((960, 640), (480, 320)),  # its form: all of it
        ((2000, 400), (480, 320)),  # a row: its left part
        ((600, 3000), (480, 320)),  # a column: its top
        ((300, 200), (300, 200)),  # never enlarged
        ((300, 1000), (300, 200)),
    ],
)
def test_its_size(size: tuple[int, int], shown: tuple[int, int], tmp_path: Path) -> None:
    noise(tmp_path, size)
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    assert Image.open(file).size == shown


def test_a_row_shows_its_left_part(tmp_path: Path) -> None:
    noise(tmp_path, (2000, 400))
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    red, _, blue = np.asarray(Image.open(file)).reshape(-1, 3).mean(0)
    assert red > 230 > 150 > blue


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA"])
def test_every_kind_of_picture_has_one(mode: str, tmp_path: Path) -> None:
    noise(tmp_path, (960, 640), mode)
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    assert Image.open(file).mode == "RGB"


def test_sixteen_bits_keep_their_greys(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 2**15, (640, 960), dtype=np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    assert np.asarray(Image.open(file)).mean() == pytest.approx(64, abs=3)


@pytest.mark.parametrize(("ending", "size"), [("jpg", (320, 480)), ("webp", (480, 320))])
def test_a_photograph_stands_upright_where_a_browser_turns_it(
    ending: str, size: tuple[int, int], tmp_path: Path
) -> None:
    exif, file = Image.Exif(), tmp_path / f"a.{ending}"
    exif[ORIENTATION] = 6
    Image.open(noise(tmp_path, (480, 320))).save(file, exif=exif)
    assert Picture.from_file(file).size == size
    thumbnail = write_thumbnail(drawn(file.name), tmp_path)
    assert thumbnail is not None
    pixels = np.asarray(Image.open(thumbnail)).astype(int)
    assert pixels.shape[:2] == ((213, 320) if ending == "jpg" else (320, 480))
    assert pixels[:100, :160, 0].mean() > 200 > 160 > pixels[:100, :160, 2].mean()


@pytest.mark.parametrize("note", [b"Exif\0\0damaged", b"Exif\0\0"])
def test_a_damaged_note_of_a_camera_is_none(note: bytes, tmp_path: Path) -> None:
    file = noise(tmp_path, (480, 320))
    Image.open(file).save(file, exif=note)
    assert Picture.from_file(file).size == (480, 320)
    assert write_thumbnail(drawn("a.png"), tmp_path)


def test_no_other_figure_has_a_file_of_its_name(tmp_path: Path) -> None:
    noise(tmp_path, (960, 640))
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    assert "." in file.stem  # an id's points are hyphens in the names of its files


def test_what_is_clear_lies_on_the_background(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (640, 960, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    Image.fromarray(pixels).save(tmp_path / "a.png")
    file = write_thumbnail(drawn("a.png"), tmp_path)
    assert file is not None
    assert np.asarray(Image.open(file)).min() > 240


def test_what_is_small_a_drawing_or_a_table_has_none(tmp_path: Path) -> None:
    Image.new("RGB", (900, 600)).save(tmp_path / "plain.png")
    (tmp_path / "chart.svg").write_bytes(b"<svg/>" * 10_000)
    for full in ("plain.png", "chart.svg", ""):
        assert write_thumbnail(drawn(full), tmp_path) is None
