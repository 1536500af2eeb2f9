"""The eight subjects of the little world, one drawing function each.

To add one, write its function and name it in ``SUBJECTS``.
"""

import math
from collections.abc import Callable
from random import Random

from experiments.world.pen import BROWN, CREAM, DARK, GLASS, LAMP, WHITE, Colour, Pen, Points, mix


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
