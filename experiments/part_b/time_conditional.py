"""Part B, from noise to a digit: the network that is told the time."""

from itertools import chain
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.editing import one_step
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.samplers import ancestral
from experiments.diffusion.schedule import linear
from experiments.diffusion.unet import UNet
from experiments.part_b.digits import CLASSES, as_bytes
from experiments.part_b.models import (
    PREDICT,
    READ,
    beginning,
    by_epoch,
    first_states,
    time_model,
    trained,
    training_curves,
    walk,
)
from reportgen import Animation, Curve, Grid, Panels, Run, Steps, artifact, figure


@artifact
def time_conditional(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "v",
    timesteps: int = 300,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """U-Net told the time, trained on all digits alike; samples after every epoch."""
    model, schedule = UNet(hidden, time=True), linear(timesteps)
    start = noise_like(torch.empty(CLASSES * 2, 1, 28, 28), run.generator("start"))

    def sample(mean: Tensor) -> Tensor:
        predict = READ[predicts](model, schedule)
        return walk(run, predict, schedule, beginning(mean, schedule, start))

    objective = PREDICT[predicts](schedule)
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr, rate)


@artifact
def sampling_film(
    run: Run,
    time_conditional: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    frames: int = 16,
) -> dict[str, Any]:
    """Ten digits on their way from noise, and at each time the digits that the network expects.

    ``frames`` is uint8 (F, 2, 10, 28, 28), states above expectations, at the F times ``t``.
    """
    schedule = linear(timesteps)
    predict = READ[predicts](time_model(time_conditional, run.device), schedule)
    start = first_states(run, time_conditional, schedule, CLASSES).to(run.device)
    walk = run.generator("walk")
    states = ancestral(predict, schedule, start, schedule.pairs(), lambda x: noise_like(x, walk))
    kept, found = [*schedule.evenly(frames - 1), schedule.clean], []
    times = range(schedule.last, schedule.clean - 1, -1)
    for t, x in zip(times, chain([start], states), strict=True):
        if t in kept:
            expected = one_step(predict, schedule, x, t) if t > schedule.clean else x
            found.append(as_bytes(torch.stack([x, expected]).cpu()).squeeze(2))
    return {"t": kept, "frames": torch.stack(found)}


@figure(
    "B.2a",
    caption="Training of the time-conditional model: {time_conditional.epochs} epochs of batches "
    "of {time_conditional.batch_size}, Adam.",
)
def time_conditional_loss(time_conditional: dict[str, Any]) -> Panels | Curve:
    return training_curves(time_conditional)


@figure(
    "B.2b",
    caption="Samples of the time-conditional model as its training goes on, "
    "{time_conditional.timesteps} steps each, always from the same noise. A cross marks "
    "what the judge does not read as a digit.",
)
def time_conditional_samples(
    time_conditional: dict[str, Any], read_samples: dict[str, Any]
) -> Steps | Grid:
    samples = time_conditional["samples"]
    last = len(samples)
    epochs = (1, 5, 10, last) if last > 10 else range(1, last + 1)
    return by_epoch(samples, epochs, read=read_samples["read"])


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
