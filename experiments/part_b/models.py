"""The networks of Part B: how they are trained, loaded, and asked for digits."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.forward import forward, gaussian_like, independent
from experiments.diffusion.guidance import guided
from experiments.diffusion.inference import ready
from experiments.diffusion.objectives import noise_like, predict_eps, predict_v
from experiments.diffusion.predictors import from_eps, from_flow, from_v
from experiments.diffusion.samplers import Noise, Predict, ancestral, ddim, final
from experiments.diffusion.schedule import Schedule
from experiments.diffusion.train import Rate, cosine, falls_by_epoch, train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from experiments.part_b.digits import CLASSES, as_bytes, starts
from reportgen import Curve, Grid, Panels, Run, Steps

PREDICT = {"eps": predict_eps, "v": predict_v}

READ = {"eps": from_eps, "v": from_v}


RATES: dict[str, Callable[[int], Rate]] = {
    "cosine": lambda epochs: cosine,
    "falls by epoch": falls_by_epoch,
}


def hidden_of(weights: dict[str, torch.Tensor]) -> int:
    """The width D of the network that these weights belong to."""
    return int(weights["enter.0.0.weight"].shape[0])


def trained(
    run: Run,
    model: nn.Module,
    mnist: dict[str, Any],
    objective: Any,
    sample: Callable[[Tensor], Tensor],
    epochs: int,
    batch_size: int,
    lr: float,
    rate: str,
) -> dict[str, Any]:
    """Train on the digits, in [-1, 1]; ``sample(mean)`` draws after each epoch.

    ``mean`` (1, 28, 28) is the mean of the training images: see `beginning`. ``rate`` is the name
    of one of `RATES`; its share of ``lr`` at every step is kept with the loss.
    """
    images = as_images(mnist["train_images"]) * 2 - 1
    mean = images.mean(0)
    history = train(
        run,
        model,
        images,
        as_labels(mnist["train_labels"]),
        objective=objective,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=RATES[rate](epochs),
        evaluate=lambda: {"samples": as_bytes(sample(mean))},
    )
    return {
        "weights": compact(model),
        "parameters": sum(p.numel() for p in model.parameters()),
        "mean": mean,
        "loss": torch.tensor(history["loss"]),
        "rates": torch.tensor(history["rates"]),
        "samples": torch.stack([e["samples"] for e in history["evaluations"]]),
        "training_seconds": history["seconds"],
    }


def time_model(trained: dict[str, Any], device: torch.device) -> nn.Module:
    """The network told the time alone, with the weights of a training."""
    return ready(UNet(hidden_of(trained["weights"]), time=True), trained["weights"], device)


def conditional_model(trained: dict[str, Any], device: torch.device) -> nn.Module:
    """The network told time and class with the weights of a training."""
    model = UNet(hidden_of(trained["weights"]), time=True, classes=CLASSES)
    return ready(model, trained["weights"], device)


def beginning(mean: Tensor, schedule: Schedule, eps: Tensor) -> Tensor:
    """The states that sampling begins with, (B, 1, 28, 28): those of ``mean`` under ``eps``.

    At the last timestep the schedule has left a little of every image, and of all images together
    their mean (Lin et al. 2024, arXiv:2305.08891, on what is lost by beginning with ``eps``).
    """
    return forward(mean, schedule.last, schedule, eps)


def first_states(run: Run, trained: dict[str, Any], schedule: Schedule, count: int) -> Tensor:
    """Where sample number i begins: the training's mean image under the noise of `starts`."""
    return beginning(trained["mean"], schedule, starts(run, count))


def class_states(run: Run, mnist: dict[str, Any], schedule: Schedule, count: int) -> Tensor:
    """Where samples 0, 1, ..., 9, 0, ... begin that know their class: (count, 1, 28, 28).

    Draws from the Gaussian with mean and covariance of the class's training images, under the
    noise of `starts`: that far, they are the digits of the class at the last timestep.
    """
    images, labels = as_images(mnist["train_images"]) * 2 - 1, as_labels(mnist["train_labels"])
    x0 = torch.empty(count, 1, 28, 28)
    for digit in range(CLASSES):
        part, generator = x0[digit::CLASSES], run.generator(f"class {digit}")
        part[:] = gaussian_like(images[labels == digit], len(part), generator)
    return forward(x0, schedule.last, schedule, starts(run, count))


def told(
    model: nn.Module, schedule: Schedule, predicts: str, labels: Tensor, gamma: float
) -> Predict:
    """The class-conditional network, guided towards ``labels`` (B,) by ``gamma``."""
    rows = nn.functional.one_hot(labels, CLASSES).float().to(next(model.parameters()).device)
    conditional = READ[predicts](model, schedule, rows)
    return guided(conditional, READ[predicts](model, schedule, torch.zeros_like(rows)), gamma)


def led(model: nn.Module, labels: Tensor, gamma: float) -> Callable[..., Any]:
    """The velocity of the flow-matching network, guided towards ``labels`` (B,) by ``gamma``."""
    rows = nn.functional.one_hot(labels, CLASSES).float()
    return guided(from_flow(model, rows), from_flow(model, torch.zeros_like(rows)), gamma)


def walk(run: Run, predict: Predict, schedule: Schedule, start: Tensor) -> Tensor:
    """Ancestral sampling through every timestep, its noise the same at every call."""
    generator = run.generator("walk")
    states = ancestral(
        predict,
        schedule,
        start.to(run.device),
        schedule.pairs(),
        noise=lambda x: noise_like(x, generator),
    )
    return final(states).cpu()


def few_steps(
    predict: Predict,
    schedule: Schedule,
    x: Tensor,
    steps: int,
    noise: Noise | None = None,
    eta: float = 0.0,
) -> Tensor:
    """DDIM in ``steps`` evenly spaced steps, with ``eta`` of the fresh noise of DDPM, as uint8."""
    pairs = schedule.pairs(schedule.evenly(steps))
    return as_bytes(final(ddim(predict, schedule, x, pairs, noise, eta)))


def every_step(run: Run, predict: Predict, schedule: Schedule, x: Tensor, part: slice) -> Tensor:
    """Ancestral sampling through all timesteps, each sample with its own noise, as uint8."""
    return as_bytes(final(ancestral(predict, schedule, x, schedule.pairs(), own_noise(run, part))))


def own_noise(run: Run, part: slice) -> Noise:
    """The fresh noise of samples ``part``, of each from a generator of its own."""
    return independent([run.generator(f"walk {i}") for i in range(part.start or 0, part.stop)])


def training_curves(trained: dict[str, Any]) -> Panels | Curve:
    """The loss of every step, and under it the learning rate, where there is more than one."""
    loss, rates = trained["loss"], trained["rates"]
    x = f"step, {len(loss):,} in all"
    losses = Curve({"loss": loss}, x=x, y="mean squared error", log_y=True)
    if rates.min() == rates.max():
        return losses
    rate = Curve({"rate": rates}, x=x, y="learning rate", smooth=False)
    return Panels({"(a) loss": losses, "(b) learning rate": rate})


def by_epoch(
    samples: torch.Tensor,
    epochs: Sequence[int],
    columns: list[str] | None = None,
    read: list[list[int]] | None = None,
) -> Steps | Grid:
    """A slider over ``epochs``, from 1, of samples, uint8 (all, N, 1, 28, 28), in rows of ten.

    ``read``, by epoch, is what a judge reads in each; a cross marks what it reads as no digit.
    """
    shown = [samples[epoch - 1].unflatten(0, (-1, CLASSES)).squeeze(2) for epoch in epochs]
    marks = [crosses(read[epoch - 1]) if read else None for epoch in epochs]
    grids = [
        Grid(tiles, None, columns, tile_labels=mark)
        for tiles, mark in zip(shown, marks, strict=True)
    ]
    if len(grids) == 1:
        return grids[0]
    return Steps(grids, [f"epoch {epoch}" for epoch in epochs], what="epoch")


def crosses(read: list[int]) -> list[list[str]]:
    """A cross for each -1, in rows of ten."""
    marks = ["×" if digit < 0 else "" for digit in read]
    return [marks[i : i + CLASSES] for i in range(0, len(marks), CLASSES)]
