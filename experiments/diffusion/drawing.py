"""Draws the little world: eight subjects in four places at three times of day, 32 x 32 pixels.

Everything is drawn eight times larger, from polygons, and reduced, so edges are smooth. Subjects
live in units of their own height: x to the right of their middle, y up from their foot.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

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


def lighthouse(pen: Pen, colour: Colour, random: Random) -> None:
    """A striped tower with a lamp."""
    pen.disc(0, 0, 0.36, 0.07, mix(DARK, WHITE, 0.25))
    for k in range(5):
        low, high = 0.14 * k, 0.14 * (k + 1)
        left, right = 0.21 - 0.11 * low / 0.7, 0.21 - 0.11 * high / 0.7
        fill = WHITE if k % 2 else colour
        pen.shape([(-left, low), (left, low), (right, high), (-right, high)], fill)
        shade = mix(fill, DARK, 0.3)
        pen.shape([(0.4 * left, low), (left, low), (right, high), (0.4 * right, high)], shade)
    pen.box(-0.17, 0.69, 0.17, 0.74, DARK)
    pen.shape([(-0.1, 0.74), (0.1, 0.74), (0.1, 0.87), (-0.1, 0.87)], LAMP, glows=True)
    pen.shape([(-0.15, 0.87), (0.15, 0.87), (0, 1)], mix(colour, DARK, 0.35))
    if pen.time != "noon":
        for side in (-1, 1):
            cone = [(0.1, 0.82), (0.9, 0.98), (0.9, 0.68)]
            pen.beam([(side * x, y) for x, y in cone], LAMP, 110)


def house(pen: Pen, colour: Colour, random: Random) -> None:
    """Walls, a pitched roof, a door and two windows."""
    pen.box(0.28, 0.6, 0.42, 0.98, mix(BROWN, DARK, 0.4))
    pen.box(-0.56, 0, 0.56, 0.56, colour)
    pen.box(0.3, 0, 0.56, 0.56, mix(colour, DARK, 0.25))
    pen.shape([(-0.7, 0.52), (0.7, 0.52), (0, 1)], mix(BROWN, DARK, 0.35))
    pen.shape([(-0.7, 0.52), (-0.58, 0.52), (0, 0.92), (0, 1)], mix(BROWN, CREAM, 0.25))
    pen.box(-0.11, 0, 0.11, 0.34, DARK)
    pen.window(-0.43, 0.18, -0.21, 0.40)
    pen.window(0.21, 0.18, 0.43, 0.40)


def tree(pen: Pen, colour: Colour, random: Random) -> None:
    """A round crown on a trunk."""
    pen.shape([(-0.12, 0), (0.12, 0), (0.06, 0.45), (-0.06, 0.45)], BROWN)
    shade = mix(colour, DARK, 0.3)
    for x, y, r in ((0.22, 0.54, 0.23), (0.06, 0.66, 0.33)):
        pen.disc(x, y, r, r, shade)
    for x, y, r in ((-0.24, 0.53, 0.22), (-0.05, 0.69, 0.31), (0.16, 0.58, 0.2)):
        pen.disc(x, y, r, r, colour)
    pen.disc(-0.14, 0.79, 0.13, 0.1, mix(colour, WHITE, 0.35))


def sailboat(pen: Pen, colour: Colour, random: Random) -> None:
    """A hull and two sails."""
    pen.box(-0.025, 0.15, 0.025, 1, BROWN)
    pen.shape([(0.06, 0.25), (0.06, 0.97), (0.3, 0.6), (0.48, 0.25)], colour)
    pen.shape([(0.06, 0.25), (0.06, 0.36), (0.44, 0.36), (0.48, 0.25)], mix(colour, DARK, 0.25))
    pen.shape([(-0.06, 0.27), (-0.06, 0.84), (-0.42, 0.27)], mix(colour, WHITE, 0.4))
    pen.shape([(-0.52, 0.2), (0.54, 0.2), (0.36, 0), (-0.36, 0)], mix(BROWN, DARK, 0.4))
    pen.shape([(-0.52, 0.2), (0.54, 0.2), (0.51, 0.15), (-0.48, 0.15)], CREAM)


def windmill(pen: Pen, colour: Colour, random: Random) -> None:
    """A tower with a cap and four sails, turned at random."""
    pen.shape([(-0.28, 0), (0.28, 0), (0.15, 0.56), (-0.15, 0.56)], colour)
    pen.shape([(0.1, 0), (0.28, 0), (0.15, 0.56), (0.06, 0.56)], mix(colour, DARK, 0.3))
    pen.shape([(-0.18, 0.55), (0.18, 0.55), (0.1, 0.7), (-0.1, 0.7)], DARK)
    pen.box(-0.08, 0, 0.08, 0.2, DARK)
    pen.window(-0.06, 0.3, 0.06, 0.42)
    turn = math.radians(random.uniform(30, 60))
    for k in range(4):
        cos, sin = math.cos(turn + k * math.pi / 2), math.sin(turn + k * math.pi / 2)
        sail = [(0.04, -0.02), (0.46, -0.02), (0.46, 0.12), (0.1, 0.12)]
        spar = [(0, -0.025), (0.47, -0.025), (0.47, 0.02), (0, 0.02)]
        for part, fill in ((sail, CREAM), (spar, BROWN)):
            pen.shape([(u * cos - v * sin, 0.59 + u * sin + v * cos) for u, v in part], fill)
    pen.disc(0, 0.59, 0.05, 0.05, DARK)


def balloon(pen: Pen, colour: Colour, random: Random) -> None:
    """A hot-air balloon with a basket."""
    for x in (-0.07, 0.07):
        pen.shape([(x - 0.012, 0.1), (x + 0.012, 0.1), (3 * x, 0.42), (2.6 * x, 0.42)], DARK)
    stripe = mix(colour, WHITE, 0.55)
    layers = ((0.38, colour), (0.25, stripe), (0.11, colour))
    for width, fill in layers:
        foot = 0.085 * width / 0.38
        pen.disc(0, 0.64, width, 0.36, fill)
        pen.shape([(-0.86 * width, 0.46), (0.86 * width, 0.46), (foot, 0.22), (-foot, 0.22)], fill)
    pen.shape([(-0.1, 0.13), (0.1, 0.13), (0.075, 0), (-0.075, 0)], BROWN)
    pen.box(-0.1, 0.1, 0.1, 0.14, DARK)


def rocket(pen: Pen, colour: Colour, random: Random) -> None:
    """A rocket on its flame."""
    flare = random.uniform(0.0, 0.05)
    pen.shape([(-0.13, 0.2), (0.13, 0.2), (0, -0.02 - flare)], (255, 132, 40), glows=True)
    pen.shape([(-0.06, 0.2), (0.06, 0.2), (0, 0.06 - flare)], (255, 236, 140), glows=True)
    pen.mirrored([(0.14, 0.46), (0.36, 0.2), (0.36, 0.08), (0.12, 0.2)], mix(colour, DARK, 0.45))
    body = [(0.13, 0.18), (0.18, 0.45), (0.14, 0.72), (0, 1)]
    pen.shape([*body, *[(-x, y) for x, y in reversed(body[:-1])]], colour)
    pen.shape([*body, (0.06, 0.72), (0.08, 0.45), (0.05, 0.18)], mix(colour, DARK, 0.25))
    pen.shape([(-0.13, 0.74), (0.13, 0.74), (0, 1)], WHITE)
    pen.disc(0, 0.55, 0.11, 0.1, WHITE)
    pen.disc(0, 0.55, 0.07, 0.065, mix(GLASS, DARK, 0.45))
    pen.box(-0.12, 0.17, 0.12, 0.23, DARK)


def mountain(pen: Pen, colour: Colour, random: Random) -> None:
    """Two peaks, the higher one with snow."""
    side = random.choice((-1, 1))

    def face(points: Points, fill: Colour) -> None:
        pen.shape([(side * x, y) for x, y in points], fill)

    dark = mix(colour, DARK, 0.4)
    face([(-0.95, 0), (-0.5, 0.62), (0, 0)], mix(colour, DARK, 0.25))
    face([(-0.68, 0), (0.08, 1), (0.85, 0)], colour)
    face([(0.08, 1), (0.85, 0), (0.2, 0), (0.02, 0.5)], dark)
    face([(-0.13, 0.72), (0.08, 1), (0.3, 0.71), (0.18, 0.62), (0.08, 0.7), (-0.03, 0.6)], WHITE)
    face([(0.08, 1), (0.3, 0.71), (0.18, 0.62), (0.08, 0.7)], mix(WHITE, (130, 150, 200), 0.4))


Subject = Callable[[Pen, Colour, Random], None]
SUBJECTS: dict[str, tuple[Subject, float, float]] = {
    "lighthouse": (lighthouse, 23.5, 27.8),
    "house": (house, 19.2, 28.5),
    "tree": (tree, 24.0, 28.5),
    "sailboat": (sailboat, 24.0, 28.5),
    "windmill": (windmill, 24.0, 28.8),
    "balloon": (balloon, 24.3, 28.0),
    "rocket": (rocket, 24.3, 28.0),
    "mountain": (mountain, 21.5, 26.5),
}
"""How to draw each subject, its height, and where it stands, in pixels from the top."""


@cache
def sky(time: str) -> Image.Image:
    """The sky of an hour, from the top of the picture to the bottom, (CANVAS, CANVAS)."""
    strip = Image.new("RGB", (1, CANVAS))
    above, middle, horizon = SKIES[time]
    for y in range(CANVAS):
        height = min(1.0, y / (0.72 * CANVAS))
        low = mix(above, middle, 2 * height)
        strip.putpixel((0, y), low if height < 0.5 else mix(middle, horizon, 2 * height - 1))
    return strip.resize((CANVAS, CANVAS))


def heavens(pen: Pen, time: str, random: Random) -> None:
    """Sun and clouds, the sun at the horizon, or the moon and stars."""
    side = random.choice((-1, 1))
    x = 16 + side * random.uniform(9.5, 12)
    if time == "noon":
        pen.disc(x, -random.uniform(4, 6), 3, 3, (255, 242, 160), glows=True)
        cloud(pen, 16 - side * random.uniform(8, 12), random.uniform(4, 9))
    elif time == "dusk":
        pen.disc(x, -random.uniform(17, 20), 4.5, 4.5, (255, 232, 150), glows=True)
    else:
        y = random.uniform(4.5, 7)
        pen.disc(x, -y, 3, 3, (250, 244, 214), glows=True)
        pen.disc(x - 1.3 * side, -y + 0.5, 2.5, 2.5, (16, 22, 60), glows=True)
        for _ in range(9):
            star = random.uniform(1, 31), -random.uniform(1, 18)
            pen.disc(*star, 0.45, 0.45, (236, 240, 255), glows=True)


def cloud(pen: Pen, x: float, y: float) -> None:
    """Three white discs."""
    for dx, dy, r in ((-2.2, 0.3, 1.4), (0, 0, 2), (2.2, 0.4, 1.3)):
        pen.disc(x + dx, -(y + dy), r * 1.2, r, WHITE)


def ground(pen: Pen, place: str, random: Random) -> None:
    """The land, or the water, and what is on it."""
    colour, horizon = GROUNDS[place], random.uniform(21.5, 23)
    if place == "sea":
        pen.box(0, -32, 32, -horizon, colour)
        for _ in range(9):
            x, y, width = random.uniform(0, 30), random.uniform(horizon + 1, 31), 3
            pen.box(x, -y - 0.5, x + width, -y, mix(colour, WHITE, 0.45))
        return
    rise = {"field": 0.6, "desert": 2.6, "snow": 1.6}[place]
    phase = random.uniform(0, 2 * math.pi)
    for depth, fill in ((0, mix(colour, DARK, 0.14)), (3.5, colour)):
        hills = [
            (x, -(horizon + depth + rise * math.sin(phase + depth + x / 5.2)))
            for x in range(0, 33, 2)
        ]
        pen.shape([*hills, (32, -32), (0, -32)], fill)
    speckle(pen, place, horizon, random)


def speckle(pen: Pen, place: str, horizon: float, random: Random) -> None:
    """Flowers in a field, stones in the desert, flakes in the snow."""
    fill, share = {
        "field": (mix(GROUNDS["field"], (20, 90, 30), 0.5), 1.0),
        "desert": (mix(GROUNDS["desert"], BROWN, 0.45), 0.6),
        "snow": (WHITE, 1.0),
    }[place]
    for _ in range(round(12 * share)):
        x = random.uniform(0, 32)
        if place == "snow":
            pen.disc(x, -random.uniform(0, 24), 0.5, 0.5, fill)
        else:
            pen.disc(x, -random.uniform(horizon + 4, 31.5), 0.6, 0.35, fill)


def draw_scene(subject: str, time: str, place: str, colour: str, random: Random) -> Image.Image:
    """One picture, RGB, 32 x 32; where things stand, how large and how tilted, is random."""
    image = sky(time).copy()
    landscape = Pen(image, time, 0, 0, 1)
    heavens(landscape, time, random)
    ground(landscape, place, random)
    shape, height, foot = SUBJECTS[subject]
    pen = Pen(
        image,
        time,
        x=16 + random.uniform(-1.5, 1.5),
        y=foot + random.uniform(-0.8, 0.8),
        height=height * random.uniform(0.92, 1.05),
        tilt=math.radians(random.uniform(-3, 3)),
    )
    shape(pen, COLOURS[colour], random)
    return image.reduce(SUPERSAMPLING)
