"""Part B, where the error is: the loss, taken apart by time."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.forward import forward
from experiments.diffusion.metrics import confidence_interval
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.samplers import Predict
from experiments.diffusion.schedule import Schedule, linear
from experiments.part_b.models import READ, conditional_model, time_model, told
from reportgen import Curve, Panels, Run, artifact, figure

MODELS = {"time_conditional": "told the time", "class_conditional": "told time and class"}


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
    found = predict(forward(x0, t, schedule, eps), t)  #            (B, 1, H, W)
    errors = (found - eps).square().flatten(1).mean(1)  #           (B,)
    low, high = confidence_interval(errors)
    return {"mean": float(errors.mean()), "low": low, "high": high}


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
