"""How much a picture changed: its size, the share of its pixels, and where they differ."""

import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

PICTURES = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".avif")


@dataclass(frozen=True)
class Difference:
    """``old`` and ``new`` are width and height in pixels, ``share`` the part of pixels that differ.

    ``share`` and ``picture`` (a PNG, darker where the two differ more) are None where the sizes
    differ or a file cannot be read as a picture.
    """

    old: tuple[int, int] | None
    new: tuple[int, int] | None
    share: float | None = None
    picture: bytes | None = None

    def __str__(self) -> str:
        if self.old is None or self.new is None:
            return "no picture that can be compared"
        if self.share is None:
            return f"{self.old[0]}×{self.old[1]} → {self.new[0]}×{self.new[1]} pixels"
        return f"{self.share:.1%} of {self.new[0]}×{self.new[1]} pixels differ"


def is_picture(path: str) -> bool:
    """Whether a path is that of a picture that can be compared."""
    return PurePosixPath(path).suffix.lower() in PICTURES


def compare_pictures(old: bytes, new: bytes) -> Difference:
    """How two picture files differ; of an animation, in the first frame that does."""
    before, after = frames(old), frames(new)
    if not before or not after:
        return Difference(size(before), size(after))
    if size(before) != size(after):
        return Difference(size(before), size(after))
    pairs = zip(before, after, strict=False)
    first = next((pair for pair in pairs if pair[0].tobytes() != pair[1].tobytes()), None)
    share, picture = difference_of(*(first or (before[0], after[0])))
    return Difference(size(before), size(after), share, picture)


def frames(content: bytes) -> "list[Image.Image]":
    """The frames of a picture as RGBA; none for what is no picture."""
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            return [frame.convert("RGBA") for frame in ImageSequence.Iterator(image)]
    except (UnidentifiedImageError, OSError, ValueError):
        return []


def size(images: "list[Image.Image]") -> tuple[int, int] | None:
    """Width and height of the first frame, or None where there is none."""
    return images[0].size if images else None


def difference_of(old: "Image.Image", new: "Image.Image") -> tuple[float, bytes]:
    """Share of differing pixels, and the largest difference of any channel as a grey picture."""
    import numpy as np
    from PIL import Image

    apart = np.abs(np.asarray(old, np.int16) - np.asarray(new, np.int16)).max(axis=2)  # (H, W)
    stretched = apart * (255 / max(int(apart.max()), 1))
    file = io.BytesIO()
    Image.fromarray((255 - stretched).astype(np.uint8)).save(file, "PNG")
    return float((apart > 0).mean()), file.getvalue()
