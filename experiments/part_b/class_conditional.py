"""Part B, told the class."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.objectives import noise_like, one_hot
from experiments.diffusion.schedule import linear
from experiments.diffusion.unet import UNet
from experiments.part_b.digits import CLASSES, DIGITS
from experiments.part_b.models import PREDICT, by_epoch, told, trained, training_curves, walk
from reportgen import Curve, Grid, Panels, Run, Steps, artifact, figure


@artifact
def class_conditional(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "v",
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    instances: int = 4,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 1e-3,
) -> dict[str, Any]:
    """U-Net told the time and, nine times in ten, the class; guided samples after every epoch."""
    model, schedule = UNet(hidden, time=True, classes=CLASSES), linear(timesteps)
    labels = torch.arange(CLASSES).repeat(instances)
    start = noise_like(torch.empty(len(labels), 1, 28, 28), run.generator("start"))

    def sample() -> Tensor:
        return walk(run, told(model, schedule, predicts, labels, gamma), schedule, start)

    objective = PREDICT[predicts](schedule, one_hot(CLASSES, drop))
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr)


@figure(
    "B.3a",
    caption="Training of the class-conditional model: {class_conditional.epochs} epochs of batches "
    "of {class_conditional.batch_size}, learning rate {class_conditional.lr}, the class withheld "
    "with probability {class_conditional.drop:g}.",
)
def class_conditional_loss(class_conditional: dict[str, Any]) -> Panels | Curve:
    return training_curves(class_conditional)


@figure(
    "B.3b",
    caption="Four of each digit, at γ = {class_conditional.gamma:g}, after the first epoch, one "
    "in between and the last, from the same noise.",
)
def class_conditional_samples(class_conditional: dict[str, Any]) -> Steps | Grid:
    samples = class_conditional["samples"]
    last = len(samples)
    between = 5 if last > 10 else (last + 1) // 2
    return by_epoch(samples, sorted({1, between, last}), DIGITS)
