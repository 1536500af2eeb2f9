"""Part B, the time-conditional model: its training, its samples, and where it is good."""

from collections.abc import Sequence
from typing import Any

import torch

from experiments.digits import CLASSES
from reportgen import Animation, Curve, Grid, Panels, Steps, figure


@figure(
    "B.2-target",
    caption="Two trainings that differ in one thing, what the network predicts: {prediction_targets"
    ".epochs} epoch each on {prediction_targets.train_images:,} digits, the same first weights, "
    "batches and noise. Samples at γ = {prediction_targets.gamma:g} from the same noise.",
)
def eps_against_v(prediction_targets: dict[str, Any]) -> Grid:
    rows = {"ε": prediction_targets["eps"], "v": prediction_targets["v"]}
    return Grid(
        [row["shown"].squeeze(1) for row in rows.values()],
        row_labels=[f"{name}, {100 * row['accuracy']:.1f} % right" for name, row in rows.items()],
        column_labels=[str(digit) for digit in range(CLASSES)],
    )


@figure(
    "B.2a",
    caption="Training of the time-conditional model: {time_conditional.epochs} epochs of batches "
    "of {time_conditional.batch_size}, Adam. The learning rate begins at {time_conditional.lr}, "
    "falls by the same factor after every epoch, and is a tenth once the last is over.",
)
def time_conditional_loss(time_conditional: dict[str, Any]) -> Panels | Curve:
    return training_curves(time_conditional)


def training_curves(trained: dict[str, Any]) -> Panels | Curve:
    """The loss of every step, and under it the learning rate, where there is more than one."""
    loss, epochs = trained["loss"], len(trained["samples"])
    steps = len(loss) // epochs
    x = f"step, {len(loss):,} in all"
    losses = Curve({"loss": loss}, x=x, y="mean squared error", log_y=True)
    if epochs == 1:
        return losses
    rate = [10 ** -(epoch / epochs) for epoch in range(epochs) for _ in range(steps)]
    rate.append(0.1)  # what the factor after the last epoch makes of it
    taken = range(len(rate))  # the rate is that of the next step
    rates = Curve({"rate": (taken, rate)}, x=x, y="share of the first", log_y=True, smooth=False)
    return Panels({"(a) loss": losses, "(b) learning rate": rates})


@figure(
    "B.2b",
    caption="Samples of the time-conditional model as its training goes on, "
    "{time_conditional.timesteps} steps each, always from the same noise.",
)
def time_conditional_samples(time_conditional: dict[str, Any]) -> Steps | Grid:
    samples = time_conditional["samples"]
    last = len(samples)
    return by_epoch(samples, (1, 5, 10, last) if last > 10 else range(1, last + 1))


def by_epoch(
    samples: torch.Tensor, epochs: Sequence[int], columns: list[str] | None = None
) -> Steps | Grid:
    """A slider over ``epochs``, from 1, of samples, uint8 (all, N, 1, 28, 28), in rows of ten."""
    shown = [samples[epoch - 1].unflatten(0, (-1, CLASSES)).squeeze(2) for epoch in epochs]
    grids = [Grid(tiles, None, columns) for tiles in shown]
    if len(grids) == 1:
        return grids[0]
    return Steps(grids, [f"epoch {epoch}" for epoch in epochs], what="epoch")


@figure(
    "B.2c",
    caption="Ten digits on their way from noise to image. Above the state $x_t$, below what the "
    "network expects the image to be, seen from there.",
)
def sampling_animation(sampling_film: dict[str, Any]) -> Animation:
    return Animation(
        [Grid(frame, row_labels=["state", "expected"]) for frame in sampling_film["frames"]],
        [f"t = {t}" for t in sampling_film["t"]],
        fps=4,
        what="timestep",
    )


MODELS = {"time_conditional": "told the time", "class_conditional": "told time and class"}


@figure(
    "B.2d",
    caption="Where the error is: the time-conditional network, and the class-conditional one of "
    "the next section, at single timesteps, over {loss_by_time.images:,} test images under the "
    "same noise. The same errors twice: of the noise, and of the image that follows from it. "
    "Bands are 95\u00a0% intervals.",
)
def loss_at_each_time(loss_by_time: dict[str, Any]) -> Panels:
    return Panels(
        {
            "(a) error of the noise ε": error_curve(loss_by_time, [1.0] * len(loss_by_time["t"])),
            "(b) error of the image it implies": error_curve(loss_by_time, loss_by_time["odds"]),
        }
    )


def error_curve(errors: dict[str, Any], factors: list[float]) -> Curve:
    """One line a model, its errors multiplied by ``factors``, with bands."""
    lines, bands = {}, {}
    for name, label in MODELS.items():
        found = list(zip(errors["noise"][name], factors, strict=True))
        lines[label] = (list(errors["t"]), [e["mean"] * f for e, f in found])
        bands[label] = ([e["low"] * f for e, f in found], [e["high"] * f for e, f in found])
    return Curve(lines, x="timestep t", y="mean squared error", log_y=True, bands=bands)
