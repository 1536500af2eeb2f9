"""Diffusion in the plane, where everything can be drawn: density, score, and the ways of points.

The data are a mixture of small round Gaussians along two crescents, so that the density under any
amount of noise, its score and the best denoiser are known in closed form. No network is trained:
the samplers of this report get the exact answer.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from experiments.diffusion.forward import independent
from experiments.diffusion.samplers import Predict, ancestral, ddim, euler
from experiments.diffusion.schedule import Schedule, cosine, eps_from_x0
from reportgen import Grid, Plot, Run, Steps, artifact, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 0.06
"""Standard deviation of each Gaussian of the mixture."""
REACH, SIDE = 2.6, 176
"""Half the side of what is drawn, and its pixels."""


def crescents(count: int = 20) -> Tensor:
    """Middles of the Gaussians: two crescents that reach into each other, (2 count, 2)."""
    angle = torch.linspace(0, math.pi, count, dtype=torch.float64)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], 1)
    return torch.cat([upper, -upper])


def log_density(x: Tensor, alpha_bar: Tensor) -> Tensor:
    """log p_t(x) of points (N, 2): the mixture under the noise of ``alpha_bar``, in closed form."""
    middles, variance = alpha_bar.sqrt() * crescents(), alpha_bar * WIDTH**2 + 1 - alpha_bar
    squares = (x.double()[:, None] - middles).square().sum(-1)  #    (N, K)
    joint = -squares / (2 * variance) - (2 * math.pi * variance).log()
    return joint.logsumexp(1) - math.log(len(middles))


def denoised(x: Tensor, alpha_bar: Tensor) -> Tensor:
    """E[x0 | x_t] of points (N, 2): each Gaussian's answer, weighted by how likely it is."""
    middles, variance = alpha_bar.sqrt() * crescents(), alpha_bar * WIDTH**2 + 1 - alpha_bar
    away = x.double()[:, None] - middles  #                          (N, K, 2)
    weight = (-away.square().sum(-1) / (2 * variance)).softmax(1)  # (N, K)
    each = crescents() + alpha_bar.sqrt() * WIDTH**2 / variance * away
    return (weight[..., None] * each).sum(1).to(x)


def score(x: Tensor, alpha_bar: Tensor) -> Tensor:
    """Tweedie's formula (Robbins 1956; Efron 2011), solved for the score of p_t at points (N, 2).

    E[x0 | x_t] = (x_t + (1 - alpha_bar) score) / sqrt(alpha_bar).
    """
    return (alpha_bar.sqrt() * denoised(x, alpha_bar) - x) / (1 - alpha_bar)


def exact(schedule: Schedule) -> Predict:
    """What a perfect network would predict at ``t``: the noise that E[x0 | x_t] implies."""

    def predict(x: Tensor, t: int) -> Tensor:
        alpha_bar = schedule.alpha_bar(t)
        return eps_from_x0(x, denoised(x, alpha_bar), alpha_bar)

    return predict


def velocity(x: Tensor, s: float) -> Tensor:
    """What a perfect flow network would predict at ``s``: E[x1 - noise | x_s], x1 the data.

    x_s = (1 - s) noise + s x1 is a noised image at another scale: divided by
    sqrt(s^2 + (1 - s)^2) it is x_t with alpha_bar = s^2 / (s^2 + (1 - s)^2).
    """
    size = (s**2 + (1 - s) ** 2) ** 0.5
    data = denoised(x / size, torch.tensor((s / size) ** 2, dtype=torch.float64))
    return (data - x) / (1 - s)


@artifact
def particles(
    run: Run, *, timesteps: int = 1000, steps: int = 100, count: int = 300, frames: int = 9
) -> dict[str, Any]:
    """The same points on their way from noise to data, by DDPM, DDIM and flow matching.

    ``paths`` are (frames, count, 2) by method, at the shares ``done`` of the way; ``lines`` are
    (steps + 1, 12, 2), the whole way of twelve points by flow, and ``straight`` the line that
    each would take if it knew where it ends.
    """
    schedule = cosine(timesteps)
    start = independent([run.generator(f"point {i}") for i in range(count)])(torch.empty(count, 2))
    walk = independent([run.generator(f"walk {i}") for i in range(count)])
    pairs, predict = schedule.pairs(schedule.evenly(steps)), exact(schedule)
    ways = {
        "DDPM": [start, *ancestral(predict, schedule, start, pairs, walk)],
        "DDIM": [start, *ddim(predict, schedule, start, pairs)],
        "flow": [start, *euler(velocity, start, steps)],
    }
    kept = [round(steps * k / (frames - 1)) for k in range(frames)]
    flow = torch.stack(ways["flow"])[:, :12]  #                      (steps + 1, 12, 2)
    share = torch.linspace(0, 1, steps + 1)[:, None, None]
    return {
        "paths": {name: torch.stack([way[k] for k in kept]) for name, way in ways.items()},
        "done": [k / steps for k in kept],
        "lines": flow,
        "straight": torch.lerp(flow[0], flow[-1], share),
        "bend": float((flow - torch.lerp(flow[0], flow[-1], share)).norm(dim=-1).amax(0).mean()),
    }


def places() -> Tensor:
    """The middle of every pixel of a picture of the plane, row by row from the top, (SIDE^2, 2)."""
    line = REACH * (2 * (torch.arange(SIDE) + 0.5) / SIDE - 1)
    y, x = torch.meshgrid(-line, line, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)


def dotted(points: Tensor) -> Tensor:
    """Points (N, 2) as a picture, (SIDE, SIDE) in [0, 1], ink on paper; each is two pixels wide."""
    picture = torch.ones(SIDE, SIDE)
    x = ((points[:, 0] / REACH + 1) / 2 * SIDE).long()
    y = ((1 - points[:, 1] / REACH) / 2 * SIDE).long()
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = x + dx, y + dy
        inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
        picture[row[inside], column[inside]] = 0.15
    return picture


@figure(
    "plane-density",
    caption="A world of two numbers under more and more noise: its density (dark is likely), the "
    "score that points uphill in its logarithm, and the best denoiser, which moves each point of "
    "a grid to the mean of what could lie under it.",
    alt="Three panels from little to much noise: two crescents blur into one round hill; arrows of "
    "the score point to the nearest crescent, then to the middle; lines of the denoiser are long",
)
def fields(run: Run, *, timesteps: list[int] = (100, 400, 700)) -> Plot:
    from matplotlib.figure import Figure

    schedule = cosine(1000)
    drawing = Figure(figsize=(6.65, 4.5), dpi=192, layout="constrained")
    for column, t in enumerate(timesteps):
        alpha_bar = schedule.alpha_bar(t)
        upper = drawing.add_subplot(2, len(timesteps), column + 1)
        arrows(upper, alpha_bar, f"t = {t}, score", lambda p, a: 0.12 * score(p, a).float())
        lower = drawing.add_subplot(2, len(timesteps), len(timesteps) + column + 1)
        arrows(lower, alpha_bar, f"t = {t}, denoiser", lambda p, a: denoised(p, a) - p)
    return Plot(drawing, lines=[])


def arrows(
    axes: "Axes", alpha_bar: Tensor, title: str, move: Callable[[Tensor, Tensor], Tensor]
) -> None:
    """The density as shades, and over it ``move`` at the points of a grid; long ones cut at 0.5."""
    extent = (-REACH, REACH, -REACH, REACH)
    density = log_density(places(), alpha_bar).exp().sqrt().view(SIDE, SIDE)
    shades = {"levels": 9, "cmap": "Greys", "vmax": float(density.max()) * 1.6}
    axes.contourf(density.numpy(), extent=extent, origin="upper", **shades)
    line = torch.linspace(-2.25, 2.25, 7)
    grid = torch.cartesian_prod(line, line)
    way = move(grid, alpha_bar).float()
    way = way * (0.5 / way.norm(dim=1, keepdim=True)).clamp(max=1)
    axes.quiver(
        *grid.T, *way.T, angles="xy", scale_units="xy", scale=1, color="#0a5e6b", width=0.006
    )
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


@figure(
    "plane-particles",
    caption="The same {particles.count} points of noise on their way to the data, each by three "
    "samplers that all get the exact answer, in {particles.steps} steps.",
)
def moving_points(particles: dict[str, Any]) -> Steps:
    paths = particles["paths"]
    frames = [
        Grid([[dotted(way[k]) for way in paths.values()]], column_labels=list(paths))
        for k in range(len(particles["done"]))
    ]
    return Steps(
        frames, [f"{100 * done:.0f} %" for done in particles["done"]], what="share of the way"
    )


@figure(
    "plane-paths",
    caption="Twelve points by flow matching: the line of each from its start to its end, as in "
    "training (grey), and the way that it takes in sampling, where the network knows only the mean "
    "of all lines through a place.",
    alt="Twelve curved paths from scattered starts to two crescents, each beside its straight line",
)
def bent_paths(particles: dict[str, Any]) -> Plot:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(4.2, 4.2), dpi=192, layout="constrained")
    axes = drawing.add_subplot()
    for k in range(particles["lines"].shape[1]):
        axes.plot(*particles["straight"][:, k].T, color="#9aa0a6", linewidth=1)
        axes.plot(*particles["lines"][:, k].T, color="#0a5e6b", linewidth=1.4)
        axes.plot(*particles["lines"][-1, k], "o", color="#c2410c", markersize=4)
    axes.scatter(*crescents().T, s=4, color="#22262b")
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    return Plot(drawing, lines=[])
