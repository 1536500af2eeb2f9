"""A picture of the U-Net, drawn from the network itself: its shapes come from a forward pass."""

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from experiments.diffusion.unet import UNet

STAGES = {
    "enter": (0, 2, "ConvBlock"),
    "down1": (1, 1, "DownBlock"),
    "down2": (2, 0, "DownBlock"),
    "flatten": (3, -1, "Flatten"),
    "unflatten": (4, 0, "Unflatten"),
    "up1": (5, 1, "UpBlock"),
    "up2": (6, 2, "UpBlock"),
    "leave": (7, 2, "ConvBlock, Conv"),
}
"""Module name to its column, its level (28, 14, 7 and 1 pixels are 2, 1, 0 and -1) and its kind."""

SKIPS = (("enter", "leave"), ("down1", "up2"), ("down2", "up1"))
INK, ACCENT = "#22262b", "#0a5e6b"


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
    """Boxes for the blocks, at their resolution; arrows for the data; dashes for the skips."""
    from matplotlib.figure import Figure

    shapes = traced_shapes(model, torch.zeros(1, 1, 28, 28))
    figure = Figure(figsize=(9.0, 4.1), dpi=192, facecolor="#fdfcfa")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1.25, 8.05), ylim=(-1.75, 3.25))
    axes.axis("off")
    for name, shape in shapes.items():
        draw_block(axes, name, shape)
    names = list(STAGES)
    for before, after in pairwise(names):
        arrow(axes, edge(before, "out"), edge(after, "in"))
    arrow(axes, (-0.85, 2), edge("enter", "in"))
    arrow(axes, edge("leave", "out"), (7.95, 2))
    axes.text(-0.88, 2.1, "z", ha="center", style="italic", fontsize=11, color=INK)
    for before, after in SKIPS:
        skip(axes, before, after)
    return figure


def draw_block(axes: "Axes", name: str, shape: tuple[int, ...]) -> None:
    from matplotlib.patches import FancyBboxPatch

    column, level, kind = STAGES[name]
    axes.add_patch(
        FancyBboxPatch(
            (column - 0.4, level - 0.3),
            0.8,
            0.6,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#e3eef0",
            edgecolor=ACCENT,
            linewidth=1,
        )
    )
    channels, height, width = shape
    axes.text(column, level + 0.09, kind, ha="center", va="center", fontsize=8.2, color=INK)
    size = f"{channels} × {height} × {width}"
    axes.text(column, level - 0.13, size, ha="center", va="center", fontsize=8.2, color=ACCENT)


def edge(name: str, side: str) -> tuple[float, float]:
    """Where arrows leave or enter a block."""
    column, level, _ = STAGES[name]
    return (column + (0.4 if side == "out" else -0.4), level)


def arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1, "shrinkA": 1, "shrinkB": 1}
    axes.annotate("", xy=end, xytext=start, arrowprops=style)


def skip(axes: "Axes", before: str, after: str) -> None:
    """A dashed line over the top of the two blocks: the features are concatenated."""
    start, level, _ = STAGES[before]
    end = STAGES[after][0]
    top = level + 0.52
    x = [start, start, end, end]
    y = [level + 0.3, top, top, STAGES[after][1] + 0.3]
    axes.plot(x, y, linestyle=(0, (4, 2)), color=ACCENT, linewidth=1)
