"""Part A, the forward process: what noise does to an image."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.forward import forward
from experiments.diffusion.metrics import psnr
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.schedule import cosine
from experiments.part_a.painting import from_bytes, shown
from reportgen import Run, Strip, artifact, figure


@artifact
def forward_process(
    run: Run, originals: dict[str, Any], *, timesteps: list[int] = (250, 500, 750)
) -> dict[str, Any]:
    """One scene under more and more of the same noise (cosine schedule, T = 1000)."""
    schedule = cosine(1000)
    x0 = from_bytes(originals["images"][:1])
    eps = noise_like(x0, run.generator("eps"))
    x_t = [forward(x0, t, schedule, eps) for t in timesteps]
    return {
        "x0": x0,
        "x_t": torch.cat(x_t),
        "alpha_bar": {str(t): float(schedule.alpha_bar(t)) for t in timesteps},
        "psnr": {str(t): psnr(shown(x), shown(x0)) for t, x in zip(timesteps, x_t, strict=True)},
        "timesteps": list(timesteps),
        "prompt": originals["prompts"][0],
    }


def unshrunk(x_t: Tensor, alpha_bar: float) -> Tensor:
    """The noisy image in [0, 1] and beyond, at the contrast that it had before the noise.

    Noise first shrinks the image by sqrt(alpha_bar); undo that, or no blur could match x0.
    """
    return (x_t / alpha_bar**0.5 + 1) / 2


@figure(
    "A.1",
    caption="The forward process: one image, and the same noise in three amounts. Of the "
    "signal's variance, the share ᾱ is left.{originals.note}",
)
def forward_process_strip(forward_process: dict[str, Any]) -> Strip:
    alpha_bar, timesteps = forward_process["alpha_bar"], forward_process["timesteps"]
    return Strip(
        [shown(x) for x in (*forward_process["x0"], *forward_process["x_t"])],
        labels=["original", *(f"t = {t}, ᾱ = {alpha_bar[str(t)]:.3f}" for t in timesteps)],
    )
