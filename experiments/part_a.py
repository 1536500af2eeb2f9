"""Part A: what noise does to an image, and what can be undone without a network."""

from typing import Any

import torch

from experiments.diffusion.classical import best_gaussian, gaussian_blur
from experiments.diffusion.data import as_images
from experiments.diffusion.forward import forward
from experiments.diffusion.metrics import psnr
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.schedule import cosine
from reportgen import Grid, Run, Strip, artifact, figure


def shown(x: torch.Tensor) -> torch.Tensor:
    """An image of [-1, 1] as a screen shows it: in [0, 1], clipped."""
    return x.add(1).div(2).clamp(0, 1)


@artifact
def forward_process(
    run: Run, mnist: dict[str, Any], *, image: int = 61, timesteps: list[int] = (250, 500, 750)
) -> dict[str, Any]:
    """One test digit under more and more of the same noise (cosine schedule, T = 1000)."""
    schedule = cosine(1000)
    x0 = as_images(mnist["test_images"][image : image + 1]) * 2 - 1
    eps = noise_like(x0, run.generator("eps"))
    x_t = [forward(x0, t, schedule, eps) for t in timesteps]
    alpha_bar = {str(t): float(schedule.alpha_bar(t)) for t in timesteps}
    return {
        "x0": x0,
        "x_t": torch.cat(x_t),
        "alpha_bar": alpha_bar,
        "psnr": {str(t): psnr(shown(x), shown(x0)) for t, x in zip(timesteps, x_t, strict=True)},
        "digit": int(mnist["test_labels"][image]),
        "timesteps": list(timesteps),
    }


@artifact
def gaussian_denoising(forward_process: dict[str, Any]) -> dict[str, Any]:
    """Each noisy image under the Gaussian blur whose width suits it best, found by search."""
    x0 = shown(forward_process["x0"])
    blurred, sigma, score = [], {}, {}
    for t, x_t in zip(forward_process["timesteps"], forward_process["x_t"], strict=True):
        # Noise first shrinks the image by sqrt(alpha_bar); undo that, or no blur could match x0.
        scale = forward_process["alpha_bar"][str(t)] ** 0.5
        noisy = (x_t[None] / scale + 1) / 2
        sigma[str(t)], score[str(t)] = best_gaussian(noisy, x0)
        blurred.append(gaussian_blur(noisy, sigma[str(t)]))
    return {"blurred": torch.cat(blurred).clamp(0, 1), "sigma": sigma, "psnr": score}


@figure(
    "A.1",
    caption="The forward process: one digit, and the same noise in three amounts. Of the signal's "
    "variance, the share ᾱ is left.",
)
def forward_process_strip(forward_process: dict[str, Any]) -> Strip:
    alpha_bar = forward_process["alpha_bar"]
    return Strip(
        [shown(x) for x in (*forward_process["x0"], *forward_process["x_t"])],
        labels=["original, t = 0", *(f"t = {t}, ᾱ = {ab:.3f}" for t, ab in alpha_bar.items())],
    )


@figure(
    "A.2",
    caption="Classical denoising: the noisy digits of the forward process, and the Gaussian blur "
    "that comes closest to the original. The search found the widths σ = "
    "{gaussian_denoising.sigma.250:.2f}, {gaussian_denoising.sigma.500:.2f} and "
    "{gaussian_denoising.sigma.750:.2f} pixels.",
)
def gaussian_denoising_grid(
    forward_process: dict[str, Any], gaussian_denoising: dict[str, Any]
) -> Grid:
    timesteps = [str(t) for t in forward_process["timesteps"]]
    noisy, blurred = forward_process["psnr"], gaussian_denoising
    return Grid(
        [
            [shown(x) for x in forward_process["x_t"]],
            list(blurred["blurred"]),
        ],
        row_labels=["noisy", "blurred"],
        column_labels=[f"t = {t}" for t in timesteps],
        tile_labels=[
            [f"{noisy[t]:.1f} dB" for t in timesteps],
            [f"{blurred['psnr'][t]:.1f} dB" for t in timesteps],
        ],
    )
