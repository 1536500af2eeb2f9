"""Draws the little world: eight subjects in four places at three times of day, 32 x 32 pixels."""

import math
from functools import cache
from random import Random

from PIL import Image

from experiments.world.pen import (
    BROWN,
    CANVAS,
    COLOURS,
    DARK,
    GROUNDS,
    SKIES,
    SUPERSAMPLING,
    WHITE,
    Pen,
    mix,
)
from experiments.world.subjects import SUBJECTS


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
