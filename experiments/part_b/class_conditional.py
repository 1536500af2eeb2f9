"""Part B, told the class."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.forward import forward
from experiments.diffusion.objectives import noise_like, one_hot
from experiments.diffusion.schedule import linear
from experiments.diffusion.unet import UNet
from experiments.part_b.diagram import draw_unet
from experiments.part_b.digits import CLASSES, DIGITS
from experiments.part_b.models import (
    PREDICT,
    beginning,
    by_epoch,
    hidden_of,
    told,
    trained,
    training_curves,
    walk,
)
from reportgen import Curve, Grid, Panels, Plot, Run, Steps, artifact, figure


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
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """U-Net told the time and, nine times in ten, the class; guided samples after every epoch."""
    model, schedule = UNet(hidden, time=True, classes=CLASSES), linear(timesteps)
    labels = torch.arange(CLASSES).repeat(instances)
    start = noise_like(torch.empty(len(labels), 1, 28, 28), run.generator("start"))

    def sample(mean: Tensor) -> Tensor:
        return walk(
            run,
            told(model, schedule, predicts, labels, gamma),
            schedule,
            beginning(mean, schedule, start),
        )

    objective = PREDICT[predicts](schedule, one_hot(CLASSES, drop))
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr, rate)


@artifact
def other_target(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "eps",
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    instances: int = 4,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """`class_conditional` but for what the network predicts: the noise, as DDPM has it."""
    return class_conditional(
        run,
        mnist,
        hidden=hidden,
        predicts=predicts,
        timesteps=timesteps,
        drop=drop,
        gamma=gamma,
        instances=instances,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=rate,
    )


@artifact
def trained_longer(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "v",
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    instances: int = 4,
    epochs: int = 20,
    batch_size: int = 128,
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """`class_conditional` but for the number of epochs, which is the specified one."""
    return class_conditional(
        run,
        mnist,
        hidden=hidden,
        predicts=predicts,
        timesteps=timesteps,
        drop=drop,
        gamma=gamma,
        instances=instances,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=rate,
    )


@artifact
def specified_rate(
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
    rate: str = "falls by epoch",
) -> dict[str, Any]:
    """`class_conditional` but for the learning rate, which is the specified one."""
    return class_conditional(
        run,
        mnist,
        hidden=hidden,
        predicts=predicts,
        timesteps=timesteps,
        drop=drop,
        gamma=gamma,
        instances=instances,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=rate,
    )


@figure(
    "B.3-network",
    caption="The network that is told time and class, drawn from the network itself, at work on a "
    "digit under the noise of t = {t}: of each block the channel that varies most.",
    alt="The U-shaped diagram again, with two boxes beside its right arm: time and class change "
    "the features after Unflatten and after the first UpBlock",
)
def told_diagram(
    run: Run, class_conditional: dict[str, Any], *, digit: int = 2, t: int = 100
) -> Plot:
    model = UNet(hidden_of(class_conditional["weights"]), time=True, classes=CLASSES)
    model.load_state_dict(class_conditional["weights"])
    schedule = linear(300)
    clean = class_conditional["samples"][-1][digit : digit + 1].float().div(127.5).sub(1)
    x_t = forward(clean, t, schedule, noise_like(clean, run.generator("noise")))
    told_class = torch.nn.functional.one_hot(torch.tensor([digit]), CLASSES).float()
    return Plot(draw_unet(model, (x_t, torch.tensor([t / schedule.T]), told_class)), lines=[])


@figure(
    "B.3a",
    caption="Training of the class-conditional model: {trained_longer.epochs} epochs of batches "
    "of {trained_longer.batch_size}, learning rate {trained_longer.lr}, the class withheld "
    "with probability {trained_longer.drop:g}.",
)
def class_conditional_loss(trained_longer: dict[str, Any]) -> Panels | Curve:
    return training_curves(trained_longer)


@figure(
    "B.3b",
    caption="Four of each digit, at γ = {trained_longer.gamma:g}, after the first epoch, one "
    "in between and the last, from the same noise.",
)
def class_conditional_samples(trained_longer: dict[str, Any]) -> Steps | Grid:
    samples = trained_longer["samples"]
    last = len(samples)
    between = 5 if last > 10 else (last + 1) // 2
    return by_epoch(samples, sorted({1, between, last}), DIGITS)
