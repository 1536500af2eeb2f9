"""Hand-drawn sketches, kept as strokes and drawn by our own code.

A file is JSON: ``{"sketches": [{"name": "a boat", "paper": "#9ccdf0", "strokes": [...]}]}``. A
stroke is ``{"colour": "#c33", "width": 3, "points": [[x, y], ...]}``; with ``"filled": true`` it is
an area. Places run from 0 to 100, right and down from the upper left corner; widths are in the
same unit.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageColor, ImageDraw
from torch import Tensor

from reportgen import ReportgenError

EXTENT, SUPERSAMPLING = 100, 8


def read_sketches(path: Path) -> list[dict[str, Any]]:
    """The sketches of a file. Raises ReportgenError for what is not of this form."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["sketches"]
        for sketch in found:
            draw_sketch(sketch, 8)
    except FileNotFoundError:
        raise ReportgenError(
            f"There is no file of sketches '{path}'.",
            hint="Name a file, relative to the project's folder or from the root.",
        ) from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ReportgenError(
            f"'{path.name}' is not a file of sketches ({type(error).__name__}: {error}).",
            hint='Write {"sketches": [{"name": …, "paper": …, "strokes": [{"colour": …, '
            '"width": …, "points": [[x, y], …]}]}]}.',
        ) from None
    if not found:
        raise ReportgenError(f"'{path.name}' holds no sketch.")
    return list(found)


def draw_sketch(sketch: Mapping[str, Any], size: int) -> Tensor:
    """The sketch as an image, uint8 (3, size, size)."""
    canvas = size * SUPERSAMPLING
    image = Image.new("RGB", (canvas, canvas), ImageColor.getrgb(sketch["paper"]))
    pen = ImageDraw.Draw(image)
    for stroke in sketch["strokes"]:
        draw_stroke(pen, stroke, canvas / EXTENT)
    return torch.from_numpy(np.asarray(image.reduce(SUPERSAMPLING)).transpose(2, 0, 1).copy())


def draw_stroke(pen: ImageDraw.ImageDraw, stroke: Mapping[str, Any], scale: float) -> None:
    """A line with round ends and corners, or an area."""
    points = [(float(x) * scale, float(y) * scale) for x, y in stroke["points"]]
    colour = ImageColor.getrgb(stroke["colour"])
    if stroke.get("filled"):
        pen.polygon(points, fill=colour)
        return
    width = float(stroke["width"]) * scale
    pen.line(points, fill=colour, width=round(width), joint="curve")
    for x, y in points:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)
