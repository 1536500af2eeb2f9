"""A reader's own picture, in the form that a model takes."""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from reportgen import ReportgenError

MOST_PIXELS = 50_000_000
"""A picture with more is refused before it is unpacked."""


def read_picture(path: Path, size: int) -> Tensor:
    """The middle square of a picture, scaled, uint8 (3, size, size).

    The orientation in its EXIF data is honoured. Of an animation the first frame is taken; what
    is transparent becomes white. Raises ReportgenError for what is no picture, or too large.
    """
    try:
        with warnings.catch_warnings():  # our own limit is below the one that Pillow warns of
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                check_pixels(image, path)
                upright = ImageOps.exif_transpose(image)
                square = ImageOps.fit(on_white(upright), (size, size), Image.Resampling.LANCZOS)
    except FileNotFoundError:
        raise ReportgenError(
            f"There is no picture '{path}'.",
            hint="Name a file, relative to the project's folder or from the root.",
        ) from None
    except Image.DecompressionBombError:
        raise too_large(path) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ReportgenError(
            f"'{path.name}' cannot be read as a picture: {error}.",
            hint="Give a PNG, JPEG, WebP, GIF or TIFF file.",
        ) from None
    return torch.from_numpy(np.asarray(square).transpose(2, 0, 1).copy())


def check_pixels(image: Image.Image, path: Path) -> None:
    """Raise ReportgenError for more than ``MOST_PIXELS``."""
    if image.width * image.height > MOST_PIXELS:
        raise too_large(path, f" has {image.width} x {image.height} pixels, which")


def too_large(path: Path, told: str = "") -> ReportgenError:
    return ReportgenError(
        f"'{path.name}'{told} is too large.",
        hint=f"Give a picture of at most {MOST_PIXELS // 1_000_000} million pixels.",
    )


def on_white(image: Image.Image) -> Image.Image:
    """RGB, with white where the image is transparent."""
    if image.mode.startswith("I;16"):  # 16 bits of grey, which convert() would clip
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def read_mask(path: Path) -> Tensor:
    """A mask (H, W) of grey values in [0, 1], as they are: whoever uses it checks them."""
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            check_pixels(image, path)
            return torch.from_numpy(np.asarray(image.convert("L")).copy()) / 255
    except Image.DecompressionBombError:
        raise too_large(path) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise ReportgenError(
            f"'{path.name}' cannot be read as a mask: {error}.",
            hint="Give a PNG of the model's size, white where the image is to be new.",
        ) from None
