"""A reader's own picture: cropped, upright, on white; and what is no picture is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from experiments.part_a import photographs
from experiments.part_a.photographs import read_mask, read_picture
from reportgen import ReportgenError

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def colour(picture: torch.Tensor, y: int, x: int) -> tuple[int, ...]:
    return tuple(picture[:, y, x].tolist())


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "a.tiff"])
def test_the_middle_square_is_taken_and_scaled(tmp_path: Path, name: str) -> None:
    halves().save(tmp_path / name)
    picture = read_picture(tmp_path / name, 8)
    assert picture.dtype == torch.uint8
    assert picture.shape == (3, 8, 8)
    assert colour(picture, 4, 0) == RED
    assert colour(picture, 4, 7) == BLUE


def test_the_orientation_of_a_camera_is_honoured(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    halves(20, 20).save(tmp_path / "a.png", exif=exif)
    picture = read_picture(tmp_path / "a.png", 8)
    assert colour(picture, 0, 4) == RED
    assert colour(picture, 7, 4) == BLUE


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (20, 20), (*RED, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 10))
    image.convert(mode).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png", 8)
    assert colour(picture, 0, 4) == WHITE
    assert colour(picture, 7, 4) != WHITE


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (20, 20), RED), Image.new("RGB", (20, 20), BLUE)
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    assert colour(read_picture(tmp_path / "a.gif", 8), 4, 4) == RED


def test_grey_of_sixteen_bits_and_cmyk_are_read(tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 20), 0x80FF, np.uint16)).save(tmp_path / "deep.png")
    assert colour(read_picture(tmp_path / "deep.png", 8), 4, 4) == (128, 128, 128)
    Image.new("CMYK", (20, 20), (0, 0, 0, 255)).save(tmp_path / "print.tiff")
    assert colour(read_picture(tmp_path / "print.tiff", 8), 4, 4) == (0, 0, 0)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("not a picture")
    halves().save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    for name in ("notes.jpg", "cut.png"):
        with pytest.raises(ReportgenError, match=f"'{name}' cannot be read as a picture"):
            read_picture(tmp_path / name, 8)
    with pytest.raises(ReportgenError, match=r"There is no picture '.*cat\.jpg'"):
        read_picture(tmp_path / "cat.jpg", 8)


def test_a_picture_that_is_too_large_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("1", (10_000, 5_001)).save(tmp_path / "big.png")
    with pytest.raises(ReportgenError, match="10000 x 5001 pixels, which is too large") as caught:
        read_picture(tmp_path / "big.png", 8)
    assert "at most 50 million pixels" in str(caught.value)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000_000)  # as Pillow meets a far larger one
    with pytest.raises(ReportgenError, match=r"'big\.png' is too large"):
        read_picture(tmp_path / "big.png", 8)


def test_a_mask_is_read_as_it_is(tmp_path: Path) -> None:
    image = Image.new("L", (6, 4))
    image.putpixel((5, 0), 255)
    image.putpixel((0, 3), 51)
    image.save(tmp_path / "mask.png")
    mask = read_mask(tmp_path / "mask.png")
    assert mask.shape == (4, 6)
    assert (float(mask[0, 5]), float(mask[1, 1])) == (1.0, 0.0)
    assert float(mask[3, 0]) == pytest.approx(0.2)
    with pytest.raises(ReportgenError, match=r"'none\.png' cannot be read as a mask"):
        read_mask(tmp_path / "none.png")


def test_the_limit_is_below_the_one_that_pillow_warns_of() -> None:
    assert (Image.MAX_IMAGE_PIXELS or 0) > photographs.MOST_PIXELS


def test_a_mask_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (30, 20)).save(tmp_path / "mask.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # Pillow refuses twice as many
    with pytest.raises(ReportgenError, match=r"'mask\.png' is too large"):
        read_mask(tmp_path / "mask.png")
