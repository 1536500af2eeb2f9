"""A picture of the U-Net, drawn from the network itself: its shapes come from a forward pass."""

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

from experiments.diffusion.unet import UNet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]

STAGES = {
    "enter": (0, 2, "ConvBlock"),
    "down1": (0, 1, "DownBlock"),
    "down2": (0, 0, "DownBlock"),
    "flatten": (1, -1, "Flatten"),
    "unflatten": (2, 0, "Unflatten"),
    "up1": (2, 1, "UpBlock"),
    "up2": (2, 2, "UpBlock"),
    "leave": (3.25, 2, "ConvBlock, Conv"),
}
"""Module name to its column, its row (28, 14, 7 and 1 pixels are 2, 1, 0 and -1) and its kind."""

PATH: tuple[tuple[Point, ...], ...] = (
    ((-0.95, 2), (-0.52, 2)),
    ((0, 1.7), (0, 1.3)),
    ((0, 0.7), (0, 0.3)),
    ((0, -0.3), (0, -1), (0.48, -1)),
    ((1.52, -1), (2, -1), (2, -0.3)),
    ((2, 0.3), (2, 0.7)),
    ((2, 1.3), (2, 1.7)),
    ((2.52, 2), (2.73, 2)),
    ((3.77, 2), (4.15, 2)),
)
SKIPS: tuple[tuple[Point, ...], ...] = (
    ((0.52, 0), (1, 0), (1, 0.5), (1.95, 0.5)),
    ((0.52, 1), (1, 1), (1, 1.5), (1.95, 1.5)),
    ((0.52, 2), (1, 2), (1, 2.5), (2.62, 2.5), (2.62, 2.06)),
)
INK, ACCENT, PAPER, FILL = "#22262b", "#0a5e6b", "#fdfcfa", "#e3eef0"


def traced_shapes(model: nn.Module, x: torch.Tensor) -> dict[str, tuple[int, ...]]:
    """The output shape (C, H, W) of each child module in a forward pass of ``x``."""
    shapes: dict[str, tuple[int, ...]] = {}
    hooks = [
        child.register_forward_hook(
            lambda module, args, out, name=name: shapes.__setitem__(name, tuple(out.shape[1:]))
        )
        for name, child in model.named_children()
    ]
    with torch.no_grad():
        model.eval()(x)
    for hook in hooks:
        hook.remove()
    return shapes


def draw_unet(model: UNet) -> "Figure":
    """Boxes for the blocks, a row for each resolution; dashes for the skips, joined by concat."""
    from matplotlib.figure import Figure

    shapes = traced_shapes(model, torch.zeros(1, 1, 28, 28))
    figure = Figure(figsize=(6.65, 4.2), dpi=192, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1.1, 4.3), ylim=(-1.45, 2.75))
    axes.axis("off")
    for points in PATH:
        draw_path(axes, points, INK, "-")
    for points in SKIPS:
        draw_path(axes, points, ACCENT, (0, (4, 2)))
    for name, shape in shapes.items():
        draw_block(axes, name, shape)
    axes.text(-1.05, 2, "z", va="center", style="italic", fontsize=11, color=INK)
    return figure


def draw_block(axes: "Axes", name: str, shape: tuple[int, ...]) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, kind = STAGES[name]
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.5, y - 0.28), 1.0, 0.56, boxstyle=style, facecolor=FILL, edgecolor=ACCENT
        )
    )
    size = " × ".join(map(str, shape))
    axes.text(x, y + 0.11, kind, ha="center", va="center", fontsize=9, color=INK)
    axes.text(x, y - 0.12, size, ha="center", va="center", fontsize=9, color=ACCENT)


def draw_path(axes: "Axes", points: tuple[Point, ...], colour: str, style: object) -> None:
    """A line through the points that ends in an arrow."""
    for start, end in pairwise(points[:-1]):
        axes.plot(*zip(start, end, strict=True), color=colour, linestyle=style, linewidth=1)
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1, "linestyle": style}
    axes.annotate("", points[-1], points[-2], arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
