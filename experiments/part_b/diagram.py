"""A picture of the U-Net, drawn from the network itself: its shapes come from a forward pass."""

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

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

TOLD = {"time1": (3.25, 0), "time2": (3.25, 1)}
"""Column and row of what the network is told, beside the block whose features that changes."""

PATH: tuple[tuple[Point, ...], ...] = (
    ((-0.95, 2), (-0.52, 2)),
    ((0, 1.62), (0, 1.38)),
    ((0, 0.62), (0, 0.38)),
    ((0, -0.38), (0, -1), (0.48, -1)),
    ((1.52, -1), (2, -1), (2, -0.38)),
    ((2, 0.38), (2, 0.62)),
    ((2, 1.38), (2, 1.62)),
    ((2.52, 2), (2.73, 2)),
    ((3.77, 2), (4.15, 2)),
)
SKIPS: tuple[tuple[Point, ...], ...] = (
    ((0.52, 0), (1, 0), (1, 0.5), (1.95, 0.5)),
    ((0.52, 1), (1, 1), (1, 1.5), (1.95, 1.5)),
    ((0.52, 2), (1, 2), (1, 2.5), (2.62, 2.5), (2.62, 2.06)),
)
INK, ACCENT, PAPER, FILL = "#22262b", "#0a5e6b", "#fdfcfa", "#e3eef0"


def traced(model: nn.Module, inputs: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """What each child module gives, (C, H, W) or (C,), for the first of a batch of ``inputs``."""
    found: dict[str, Tensor] = {}
    hooks = [
        child.register_forward_hook(
            lambda module, args, out, name=name: found.__setitem__(name, out[0])
        )
        for name, child in model.named_children()
    ]
    with torch.no_grad():
        model.eval()(*inputs)
    for hook in hooks:
        hook.remove()
    return found


def draw_unet(model: UNet, inputs: tuple[Tensor, ...]) -> "Figure":
    """Boxes for the blocks, a row for each resolution; dashes for the skips, joined by concat.

    Each box holds a picture of what it makes of ``inputs``: an image (1, 1, 28, 28), and the time
    (1,) and the class (1, 10) where the network is told them.
    """
    from matplotlib.figure import Figure

    found = traced(model, inputs)
    figure = Figure(figsize=(6.65, 5.4), dpi=192, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    for points in PATH:
        draw_path(axes, points, INK, "-")
    for points in SKIPS:
        draw_path(axes, points, ACCENT, (0, (4, 2)))
    for name, (x, y, kind) in STAGES.items():
        size = " × ".join(map(str, found[name].shape))
        draw_box(axes, x, y, kind, size, strongest(found[name]))
    draw_picture(axes, -0.82, 2.3, inputs[0][0, 0])
    axes.text(-1.05, 2, "z" if len(inputs) == 1 else "x", va="center", style="italic", color=INK)
    if model.time:
        draw_told(axes, found, "time and class" if model.classes else "time")
    axes.set(xlim=(-1.1, 4.3), ylim=(-1.45, 2.75))
    axes.axis("off")
    return figure


def strongest(features: Tensor) -> Tensor:
    """The channel of (C, H, W) that varies most over the image; of single pixels, all channels."""
    if features.shape[-1] == 1:
        return features.flatten()[None]  #                          (1, C)
    return features[features.flatten(1).std(1).argmax()]  #         (H, W)


def draw_told(axes: "Axes", found: dict[str, Tensor], what: str) -> None:
    """Where time and class enter: boxes beside the blocks whose features they change."""
    for name, (x, y) in TOLD.items():
        does = "× class + time" if "class1" in found else "+ time"
        draw_box(axes, x, y, does, f"{len(found[name])} numbers each", None)
        draw_path(axes, ((x - 0.5, y), (2.52, y)), ACCENT, "-")
        draw_path(axes, ((x, 0.5), (x, y + (0.2 if y < 0.5 else -0.2))), ACCENT, "-")
    axes.text(3.32, 0.5, what, va="center", fontsize=9, color=INK)


def draw_box(axes: "Axes", x: float, y: float, kind: str, size: str, image: Tensor | None) -> None:
    from matplotlib.patches import FancyBboxPatch

    half = 0.18 if image is None else 0.36
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.5, y - half), 1.0, 2 * half, boxstyle=style, facecolor=FILL, edgecolor=ACCENT
        )
    )
    below = 0.0 if image is None else -0.16
    axes.text(x, y + below + 0.07, kind, ha="center", va="center", fontsize=8, color=INK)
    axes.text(x, y + below - 0.08, size, ha="center", va="center", fontsize=8, color=ACCENT)
    if image is not None:
        draw_picture(axes, x, y + 0.14, image)


def draw_picture(axes: "Axes", x: float, y: float, image: Tensor) -> None:
    """An image (H, W), dark is low, in the middle of which is (x, y); a row of values is flat."""
    height = 0.36 if image.shape[0] > 1 else 0.1
    width = 0.36 * 1.29 / 1.23 if image.shape[0] > 1 else 0.8  # the axes' inches a unit
    extent = (x - width / 2, x + width / 2, y - height / 2, y + height / 2)
    axes.imshow(
        image.numpy(), cmap="gray", extent=extent, aspect="auto", interpolation="nearest", zorder=2
    )


def draw_path(axes: "Axes", points: tuple[Point, ...], colour: str, style: object) -> None:
    """A line through the points that ends in an arrow."""
    for start, end in pairwise(points[:-1]):
        axes.plot(*zip(start, end, strict=True), color=colour, linestyle=style, linewidth=1)
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1, "linestyle": style}
    axes.annotate("", points[-1], points[-2], arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
