"""The palette of the little world, and the pen that draws it.

Everything is drawn eight times larger, from polygons, and reduced, so edges are smooth. Subjects
live in units of their own height: x to the right of their middle, y up from their foot.
"""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

SIZE, SUPERSAMPLING = 32, 8
CANVAS = SIZE * SUPERSAMPLING
Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

COLOURS: dict[str, Colour] = {
    "red": (222, 48, 52),
    "yellow": (252, 204, 44),
    "blue": (38, 92, 208),
    "green": (20, 146, 88),
}
GROUNDS: dict[str, Colour] = {
    "field": (150, 200, 84),
    "sea": (42, 146, 186),
    "desert": (238, 196, 122),
    "snow": (240, 246, 252),
}
SKIES: dict[str, tuple[Colour, Colour, Colour]] = {
    "noon": ((92, 172, 236), (150, 208, 246), (214, 238, 252)),
    "dusk": ((84, 58, 132), (232, 112, 116), (255, 200, 124)),
    "night": ((10, 14, 44), (24, 34, 84), (54, 72, 128)),
}
"""Above, between and at the horizon."""
Light = tuple[float, float, float]
LIGHT: dict[str, tuple[Light, Light]] = {
    "noon": ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    "dusk": ((0.98, 0.87, 0.78), (0.92, 0.72, 0.70)),
    "night": ((0.80, 0.80, 0.90), (0.44, 0.50, 0.66)),
}
"""What the hour leaves of red, green and blue: of a subject, and of the land behind it."""

WHITE, CREAM, LAMP = (252, 250, 244), (255, 240, 208), (255, 226, 120)
BROWN, DARK, GLASS = (122, 78, 50), (62, 50, 58), (190, 226, 244)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """``a`` with a ``share`` of ``b``."""
    (ar, ag, ab), (br, bg, bb) = a, b
    return (
        round(ar + (br - ar) * share),
        round(ag + (bg - ag) * share),
        round(ab + (bb - ab) * share),
    )


class Pen:
    """Draws shapes of one subject, or of the landscape, under the light of the hour."""

    def __init__(
        self, image: Image.Image, time: str, x: float, y: float, height: float, tilt: float = 0
    ) -> None:
        """The foot stands at pixel (x, y); ``height`` is in pixels, ``tilt`` in radians.

        A pen of height 1 draws the landscape, in pixels.
        """
        self.image, self.draw, self.time = image, ImageDraw.Draw(image), time
        self.light = LIGHT[time][height == 1]
        self.x, self.y = x * SUPERSAMPLING, y * SUPERSAMPLING
        self.scale = height * SUPERSAMPLING
        self.cos, self.sin = self.scale * math.cos(tilt), self.scale * math.sin(tilt)

    def lit(self, colour: Colour) -> Colour:
        """The colour as it looks at this hour."""
        (r, g, b), (lr, lg, lb) = colour, self.light
        return round(r * lr), round(g * lg), round(b * lb)

    def at(self, points: Points) -> list[tuple[float, float]]:
        """Points of the subject as places on the canvas."""
        x, y, cos, sin = self.x, self.y, self.cos, self.sin
        return [(x + px * cos + py * sin, y + px * sin - py * cos) for px, py in points]

    def shape(self, points: Points, colour: Colour, *, glows: bool = False) -> None:
        """Fill a polygon. What ``glows`` has the same colour at night."""
        self.draw.polygon(self.at(points), fill=colour if glows else self.lit(colour))

    def beam(self, points: Points, colour: Colour, opacity: int) -> None:
        """Lay a polygon of light (opacity of 255) over what is there."""
        ImageDraw.Draw(self.image, "RGBA").polygon(self.at(points), fill=(*colour, opacity))

    def mirrored(self, points: Points, colour: Colour) -> None:
        """Fill a polygon and its mirror image."""
        self.shape(points, colour)
        self.shape([(-x, y) for x, y in points], colour)

    def box(self, left: float, low: float, right: float, high: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self.shape([(left, low), (right, low), (right, high), (left, high)], colour)

    def disc(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, *, glows: bool = False
    ) -> None:
        """Fill an ellipse about (x, y); its axes stay upright, which a small tilt does not show."""
        ((cx, cy),) = self.at([(x, y)])
        rx, ry = rx * self.scale, ry * self.scale
        fill = colour if glows else self.lit(colour)
        self.draw.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=fill)

    def window(self, left: float, low: float, right: float, high: float) -> None:
        """A window: glass by day, a lamp behind it by night."""
        corners = [(left, low), (right, low), (right, high), (left, high)]
        self.shape(corners, GLASS if self.time == "noon" else LAMP, glows=True)
