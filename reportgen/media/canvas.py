"""Where media draw: a folder, a file stem and a theme; and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.files import write_changed
from reportgen.media.base import Media
from reportgen.media.fonts import noting_missing
from reportgen.media.pixels import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ASSETS = "{assets}"  # stands for the folder's URL in the HTML


@dataclass(frozen=True)
class Theme:
    """What the site can show. ``dark``: also draw charts for a dark page; ``moving``: send the
    scripts of charts that readers may move."""

    dark: bool = True
    moving: bool = True


@dataclass(frozen=True)
class DrawnFile:
    """A written file. Width and height are pixels in the file, None for data.

    ``role`` is image, dark, narrow, narrow-dark, composite, still, animation, data or script.
    """

    name: str
    width: int | None
    height: int | None
    role: str


@dataclass(frozen=True)
class Drawn:
    """A drawn figure: the HTML inside ``<div class="view">`` and the files that it uses.

    ``html`` has one line and names files as ``{assets}/NAME``. ``full`` is the file behind
    "Full size", or "" for a table. ``data`` are the CSV and JSON downloads. ``bare``: pixels
    without labels and without an author's alt text, of which the derived one can say little.
    ``missing``: letters that no installed font has, so that the picture shows boxes.
    """

    kind: str
    wide: bool
    html: str
    alt: str
    files: tuple[DrawnFile, ...]
    full: str
    data: tuple[str, ...]
    bare: bool = False
    missing: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; ``from_json`` reads them."""
        return asdict(self) | {"files": [asdict(f) for f in self.files], "data": list(self.data)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Drawn:
        """What ``to_json`` wrote."""
        files = tuple(DrawnFile(**entry) for entry in value["files"])
        return cls(**{**value, "files": files, "data": tuple(value["data"])})


@dataclass
class View:
    """What one media object gives its figure. ``width`` is its natural width in CSS px.

    ``composite`` is the labelled picture for cards and feeds; where ``full`` names a file that
    serves already, there is no need for one on its own.
    """

    html: str
    alt: str
    width: int
    wide: bool = False
    composite: Picture | None = None
    full: str = ""
    data: Sequence[str] = ()
    bare: bool = False


@dataclass
class Canvas:
    """Writes files ``STEM*.EXT`` and remembers them.

    ``alt`` is the author's, or ""; ``title`` says what is drawn: the figure's caption in short and
    the title of the panel, or "". ``spans`` are those of quantities that panels share (see
    ``axes.shared_spans``).
    """

    folder: Path
    stem: str
    theme: Theme = field(default_factory=Theme)
    alt: str = ""
    title: str = ""
    files: list[DrawnFile] = field(default_factory=list)
    spans: dict[tuple[str, bool], tuple[float, float]] = field(default_factory=dict)

    def child(self, suffix: str, *, alt: str = "", title: str = "") -> Canvas:
        """A canvas for a part of the figure; its files are ours."""
        title = ", ".join(filter(None, [self.title, title]))
        return Canvas(
            self.folder, f"{self.stem}-{suffix}", self.theme, alt, title, self.files, self.spans
        )

    def told(self, derived: str) -> str:
        """The author's alt text, else the derived one after the title of its panel."""
        return self.alt or (f"{self.title}: {derived}" if self.title else derived)

    def pixels(self, pixels: Pixels, suffix: str = "", role: str = "image") -> str:
        """Write (H, W, 1 to 4) bytes as PNG; return the file name."""
        return self.picture(picture(pixels), suffix, role)

    def picture(self, image: Picture, suffix: str = "", role: str = "image") -> str:
        """Write a PIL image as PNG; return the file name."""
        return self.write(png_bytes(image), f"{suffix}.png", role, image.size)

    def webp(self, image: Picture, png: str, role: str = "image", *, least: int = 1) -> str:
        """Write lossless WebP beside a PNG when it saves ``least`` bytes; its name, or ""."""
        content = webp_bytes(image)
        if (self.folder / png).stat().st_size - len(content) < least:
            return ""
        ending = png.removeprefix(self.stem).removesuffix(".png") + ".webp"
        return self.write(content, ending, role, image.size)

    def text(self, text: str, ending: str) -> str:
        """Write a data file such as ``.csv``; return its name."""
        return self.write(text.encode(), ending, "data")

    def shared(self, name: str, content: bytes) -> None:
        """Write a file that figures of a post have in common; its name tells its content."""
        self.keep(DrawnFile(name, None, None, "script"), content)

    def write(
        self, content: bytes, ending: str, role: str, size: tuple[int, int] | None = None
    ) -> str:
        """Write ``STEM + ending`` when its content changed; return the file name."""
        name = self.stem + ending
        width, height = size or (None, None)
        self.keep(DrawnFile(name, width, height, role), content)
        return name

    def keep(self, file: DrawnFile, content: bytes) -> None:
        """Write a file when its content changed, and remember it once."""
        write_changed(self.folder / file.name, content)
        if file not in self.files:
            self.files.append(file)


def draw(
    media: Media,
    folder: Path,
    *,
    stem: str,
    theme: Theme | None = None,
    alt: str = "",
    title: str = "",
) -> Drawn:
    """Draw ``media`` into ``folder`` as files whose names begin with ``stem``.

    The author's ``alt`` replaces the derived one, which begins with ``title``. The same media give
    the same bytes, always.
    """
    folder.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(folder, stem, theme or Theme(), alt.strip(), title)
    with noting_missing() as missing:
        view = media.view(canvas)
    full = view.full
    if not full and view.composite is not None:
        full = canvas.picture(view.composite, "-full", "composite")
    return Drawn(
        kind=media.kind,
        wide=view.wide,
        html=view.html,
        alt=view.alt,
        files=tuple(canvas.files),
        full=full,
        data=tuple(view.data),
        bare=view.bare and not canvas.alt,
        missing="".join(sorted(missing)),
    )


def picture(pixels: Pixels) -> Picture:
    """(H, W, 1 to 4) bytes as a PIL image: grey, grey + alpha, RGB or RGBA."""
    from PIL import Image

    grey = pixels.shape[2] == 1
    return Image.fromarray(pixels[..., 0] if grey else pixels)


def png_bytes(image: Picture) -> bytes:
    """The image as PNG, without dates or other metadata."""
    buffer = BytesIO()
    image.save(buffer, "PNG")  # its default level: 3 % larger than the best, in a sixth of the time
    return buffer.getvalue()


def webp_bytes(image: Picture) -> bytes:
    """The image as lossless WebP."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", lossless=True, quality=75, method=4)
    return buffer.getvalue()
