"""The digit models and time: where they are good, how a digit comes to be, and what to predict."""

from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.editing import one_step
from experiments.diffusion.forward import forward
from experiments.diffusion.inference import in_batches, ready
from experiments.diffusion.metrics import confidence_interval
from experiments.diffusion.objectives import noise_like, one_hot
from experiments.diffusion.samplers import Predict, ancestral
from experiments.diffusion.schedule import Schedule, linear
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from experiments.digit_tests import classes, conditional_model, digit_referee, few_steps, starts
from experiments.digits import CLASSES, PREDICT, READ, as_bytes, told
from experiments.part_b import hidden_of
from reportgen import Run, artifact


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
    start, walk = starts(run, CLASSES).to(run.device), run.generator("walk")
    states = ancestral(predict, schedule, start, schedule.pairs(), lambda x: noise_like(x, walk))
    kept, found = [*schedule.evenly(frames - 1), schedule.clean], []
    times = range(schedule.last, schedule.clean - 1, -1)
    for t, x in zip(times, chain([start], states), strict=True):
        if t in kept:
            expected = one_step(predict, schedule, x, t) if t > schedule.clean else x
            found.append(as_bytes(torch.stack([x, expected]).cpu()).squeeze(2))
    return {"t": kept, "frames": torch.stack(found)}


@artifact
def loss_by_time(
    run: Run,
    mnist: dict[str, Any],
    time_conditional: dict[str, Any],
    class_conditional: dict[str, Any],
    *,
    predicts: list[str] = ("v", "v"),
    timesteps: int = 300,
    first: list[int] = (1, 2, 5),
    times: int = 30,
    images: int = 300,
) -> dict[str, Any]:
    """The error of both networks at single timesteps, on test images under the same noise.

    ``noise`` is the mean squared error of eps with its 95 % interval; ``odds`` is what it is
    multiplied with to become that of x0, (1 - alpha_bar) / alpha_bar. The class-conditional
    network is told the class.
    """
    schedule = linear(timesteps)
    t_all = sorted({*first, *schedule.evenly(times)})
    x0 = (as_images(mnist["test_images"][:images]) * 2 - 1).to(run.device)
    eps = noise_like(x0, run.generator("eps"))
    labels = as_labels(mnist["test_labels"][:images])
    by_time = READ[predicts[0]](time_model(time_conditional, run.device), schedule)
    model = conditional_model(class_conditional, run.device)
    models = {
        "time_conditional": by_time,
        "class_conditional": told(model, schedule, predicts[1], labels, 1.0),
    }
    return {
        "t": t_all,
        "predicts": dict(zip(models, predicts, strict=True)),
        "odds": [float(1 / schedule.snr(t)) for t in t_all],
        "alpha_bar": float(schedule.alpha_bar(schedule.last)),
        "noise": {
            name: [noise_error(predict, schedule, x0, t, eps) for t in t_all]
            for name, predict in models.items()
        },
    }


@torch.no_grad()
def noise_error(
    predict: Predict, schedule: Schedule, x0: Tensor, t: int, eps: Tensor
) -> dict[str, float]:
    """Mean squared error of the predicted eps at ``t``, with its 95 % interval over images."""
    found, _ = predict(forward(x0, t, schedule, eps), t)  #         (B, 1, H, W)
    errors = (found - eps).square().flatten(1).mean(1)  #           (B,)
    low, high = confidence_interval(errors)
    return {"mean": float(errors.mean()), "low": low, "high": high}


@artifact
def prediction_targets(
    run: Run,
    mnist: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    hidden: int = 16,
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    epochs: int = 1,
    batch_size: int = 128,
    lr: float = 1e-3,
    train_images: int = 30_000,
    steps: int = 20,
    images: int = 1000,
) -> dict[str, Any]:
    """The class-conditional network trained twice, briefly and alike, to predict eps and v."""
    schedule, judge = linear(timesteps), digit_referee(mnist, digit_judge, run.device)
    x = as_images(mnist["train_images"][:train_images]) * 2 - 1
    labels = as_labels(mnist["train_labels"][:train_images])
    start, asked = starts(run, images), classes(slice(images))
    result: dict[str, Any] = {}
    for target in PREDICT:
        torch.manual_seed(run.seed)  # the same first weights
        model = UNet(hidden, time=True, classes=CLASSES)
        train(
            Rival(run, target),
            model,
            x,
            labels,
            objective=PREDICT[target](schedule, one_hot(CLASSES, drop)),
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            lr_final=lr / 10,
        )
        shipped = conditional_model({"weights": compact(model)}, run.device)

        def draw(part: slice, model: nn.Module = shipped, target: str = target) -> Tensor:
            predict = told(model, schedule, target, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"{target} samples", images, draw, 250)
        result[target] = {"shown": pixels[:CLASSES], **judge.score(pixels, asked)}
    return result


class Rival:
    """A run that shares all its randomness with others, but no checkpoint."""

    def __init__(self, run: Run, name: str) -> None:
        self.run, self.name = run, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)

    def checkpoint(self, name: str) -> Any:
        return self.run.checkpoint(f"{self.name} {name}")


def time_model(trained: dict[str, Any], device: torch.device) -> nn.Module:
    """The network told the time alone, with the weights of a training."""
    return ready(UNet(hidden_of(trained["weights"]), time=True), trained["weights"], device)
