"""One example of each media kind, made of real digits: what the tests draw."""

import gzip
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from reportgen.media import (
    Animation,
    Compare,
    Curve,
    Grid,
    Image,
    Media,
    Panels,
    Picture,
    Plot,
    Steps,
    Strip,
    Table,
)

MNIST = Path(__file__).parents[2] / "experiments" / "data" / "mnist"
SIGMAS = (0, 0.2, 0.5, 1.0)


@cache
def digits() -> np.ndarray:
    """Twenty test digits (20, 28, 28), 0 to 255."""
    content = gzip.decompress((MNIST / "t10k-images-idx3-ubyte.gz").read_bytes())
    return np.frombuffer(content, np.uint8, 20 * 784, offset=16).reshape(20, 28, 28)


def noisy(sigma: float, image: int = 0) -> np.ndarray:
    """A digit with noise, floats that leave [0, 1]."""
    eps = np.random.default_rng(image).standard_normal((28, 28))
    return digits()[image] / 255 + sigma * eps


def colour() -> np.ndarray:
    """A digit (3, 28, 28) with its copies in three colours."""
    return np.stack([np.roll(digits()[1], shift, axis=0) for shift in (0, 3, 6)])


def grid(weight: float = 1.0) -> Grid:
    """Two rows, three columns, labels on both sides."""
    rows = [[noisy(s * weight, i) for s in (0.1, 0.4, 0.9)] for i in (2, 3)]
    return Grid(rows, ["seven", "two"], [f"sigma = {s}" for s in (0.1, 0.4, 0.9)])


def losses(n: int = 2000) -> np.ndarray:
    """A training loss: falling and noisy."""
    noise = np.random.default_rng(1).standard_normal(n)
    return (0.01 + 0.2 * np.exp(-np.arange(n) / 60)) * np.exp(0.1 * noise)


def curve() -> Curve:
    """Training loss with test losses, log y, marks at epochs."""
    return Curve(
        {"train": losses(), "test": ([1000, 2000], [0.0131, 0.0098])},
        x="step",
        y="mean squared error",
        log_y=True,
        marks={"epoch 1": 1000, "epoch 2": 2000},
        dots=["test"],
    )


def table() -> Table:
    """Three rows with a name, an integer and a score."""
    rows = [["U-Net", 60000, 20.764], ["blur", 0, 13.7], ["posterior mean", 60000, None]]
    return Table(rows, ["method", "images", "PSNR"], units={"PSNR": "dB"}, best={"PSNR": "max"})


def figure() -> Figure:
    """A matplotlib figure with a labelled line."""
    drawn = Figure((4, 2))
    axes = drawn.add_subplot()
    axes.plot([1, 2, 3], [1, 4, 9], label="squares")
    axes.set_xlabel("n")
    axes.set_ylabel("n squared")
    return drawn


def photograph() -> bytes:
    """A digit as the bytes of a PNG file."""
    from io import BytesIO

    from PIL import Image as Pillow

    buffer = BytesIO()
    Pillow.fromarray(digits()[0]).resize((600, 600)).save(buffer, "PNG")
    return buffer.getvalue()


def gallery() -> dict[str, Media]:
    """Every kind by the stem under which it is drawn."""
    frames = [noisy(s) for s in (1.0, 0.5, 0.1)]
    return {
        "image": Image(digits()[0]),
        "image-colour": Image(colour()),
        "strip": Strip([noisy(s) for s in SIGMAS], [f"sigma = {s}" for s in SIGMAS]),
        "grid": grid(),
        "grid-scores": Grid(
            [[noisy(0.2), noisy(0.5)]], ["noisy"], tile_labels=[["14.0 dB", "6.0 dB"]]
        ),
        "curve": curve(),
        "table": table(),
        "picture": Picture(photograph(), ".png", summary="A digit"),
        "plot": Plot(figure()),
        "steps": Steps(frames, ["t = 690", "t = 240", "t = 0"]),
        "steps-grid": Steps([grid(2), grid(1)], ["epoch 1", "epoch 5"], what="epoch"),
        "animation": Animation(frames, ["t = 690", "t = 240", "t = 0"], fps=4),
        "animation-grid": Animation([grid(2), grid(1)], ["epoch 1", "epoch 5"]),
        "compare": Compare(noisy(0.3), digits()[0] / 255.0, ["noisy", "clean"]),
        "panels": Panels({"after epoch 1": grid(2), "after epoch 5": grid(1)}),
    }
