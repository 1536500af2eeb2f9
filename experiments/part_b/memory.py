"""Part B, the perfect memory: what a model that fits its training images perfectly would sample."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classical import fit_wiener, posterior_mean
from experiments.diffusion.data import as_images
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply, nearest, psnr, psnr_interval
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.samplers import Predict, ddim
from experiments.diffusion.schedule import Schedule, eps_from_x0, linear
from experiments.diffusion.unet import UNet
from experiments.part_b.models import hidden_of
from reportgen import Grid, Run, Table, artifact, figure


def ideal(images: Tensor, schedule: Schedule) -> Predict:
    """The noise that the best denoiser predicts if ``images`` (N, ...) in [-1, 1] were all.

    E[x0 | x_t] is a mean of the images, each weighted by how well it explains x_t (EDM app. B.3).
    """

    def predict(x: Tensor, t: int) -> Tensor:
        alpha_bar = schedule.alpha_bar(t)
        sigma = float(((1 - alpha_bar) / alpha_bar).sqrt())
        x0 = posterior_mean(x / float(alpha_bar.sqrt()), images, sigma)
        return eps_from_x0(x, x0, alpha_bar)

    return predict


@artifact
def perfect_memory(
    run: Run,
    mnist: dict[str, Any],
    *,
    timesteps: int = 300,
    steps: int = 30,
    samples: int = 24,
    shown: int = 10,
) -> dict[str, Any]:
    """DDIM with the ideal denoiser of the training images, and the training images nearest to it.

    ``distances`` are Euclidean, pixels in [0, 1], before rounding.
    """
    schedule, train = linear(timesteps), as_images(mnist["train_images"])
    predict = ideal(train * 2 - 1, schedule)
    start = noise_like(torch.empty(samples, 1, 28, 28), run.generator("start"))
    pairs = schedule.pairs(schedule.evenly(steps))
    for x in run.progress(ddim(predict, schedule, start, pairs), "ideal denoiser", steps):
        drawn = (x + 1) / 2
    distances, indices = nearest(drawn, train)
    return {
        "samples": drawn[:shown].clamp(0, 1),
        "nearest": train[indices[:shown, 0]],
        "distances": distances[:, 0],
        "median": float(distances.median()),
        "largest": float(distances.max()),
    }


@artifact
def by_heart(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigma: float = 0.5,
    widths: list[float] = (1.0, 1.5, 2.0, 3.0),
    images: int = 300,
) -> dict[str, Any]:
    """The training set as a denoiser, its images weighted as if the noise were wider than it is.

    PSNR in dB with its 95 % interval over test images, by width as a multiple of ``sigma``; beside
    it the network and the Wiener filter under the same noise.
    """
    train, x = as_images(mnist["train_images"]), as_images(mnist["test_images"][:images])
    z = x + sigma * noise_like(x, run.generator("eps"))
    network = ready(UNet(hidden_of(denoiser["weights"])), denoiser["weights"], run.device)
    outputs = {"unet": apply(network, z), "wiener": fit_wiener(train)(z, sigma)}
    for width in run.progress(widths, "width"):
        outputs[f"{width:g}"] = posterior_mean(z, train, width * sigma)
    scores = {
        name: {"psnr": psnr(output, x), "interval": list(psnr_interval(output, x))}
        for name, output in outputs.items()
    }
    best = max((f"{width:g}" for width in widths), key=lambda width: scores[width]["psnr"])
    return {"scores": scores, "best": best}


@figure(
    "B.1g",
    caption="The training set as a denoiser at σ = {by_heart.sigma:g}: its images, weighted as if "
    "the noise had several times its width, over {by_heart.images} test images under the same "
    "noise. With 95\u00a0% intervals.",
)
def wider_weights(by_heart: dict[str, Any]) -> Table:
    scores, others = by_heart["scores"], {"wiener": "Wiener", "unet": "U-Net"}
    widths = {name: f"training set, width {name} σ" for name in scores if name not in others}
    names = {**widths, **others}
    rows = [
        [label, scores[name]["psnr"], *scores[name]["interval"]] for name, label in names.items()
    ]
    columns = ["PSNR", "from", "to"]
    return Table(
        rows,
        ["method", *columns],
        units=dict.fromkeys(columns, "dB"),
        digits=dict.fromkeys(columns, 1),
    )


@figure(
    "B.3g",
    caption="Samples by the best denoiser there can be for the 60,000 training images, and below "
    "each the training image nearest to it, with its distance: DDIM in {perfect_memory.steps} "
    "steps from pure noise.",
)
def memorised(perfect_memory: dict[str, Any]) -> Grid:
    drawn, near = perfect_memory["samples"], perfect_memory["nearest"]
    distances = perfect_memory["distances"][: len(drawn)].tolist()
    return Grid(
        [list(drawn.squeeze(1)), list(near.squeeze(1))],
        row_labels=["sample", "nearest"],
        tile_labels=[[""] * len(drawn), [f"{d:.3f}" for d in distances]],
    )
