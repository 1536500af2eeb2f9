"""Part A, classical denoising: what a filter can undo."""

from typing import Any

import torch

from experiments.diffusion.classical import best_gaussian, gaussian_blur
from experiments.part_a.forward_process import unshrunk
from experiments.part_a.painting import shown
from reportgen import Grid, artifact, figure


@artifact
def gaussian_denoising(forward_process: dict[str, Any]) -> dict[str, Any]:
    """Each noisy image under the Gaussian blur whose width suits it best, found by search."""
    x0 = shown(forward_process["x0"])
    blurred, sigma, score = [], {}, {}
    for t, x_t in zip(forward_process["timesteps"], forward_process["x_t"], strict=True):
        noisy = unshrunk(x_t[None], forward_process["alpha_bar"][str(t)])
        sigma[str(t)], score[str(t)] = best_gaussian(noisy, x0)
        blurred.append(gaussian_blur(noisy, sigma[str(t)]))
    return {"blurred": torch.cat(blurred).clamp(0, 1), "sigma": sigma, "psnr": score}


@figure(
    "A.2",
    caption="Classical denoising: the noisy images of the forward process, and the Gaussian blur "
    "that comes closest to the original.{originals.note}",
)
def gaussian_denoising_grid(
    forward_process: dict[str, Any], gaussian_denoising: dict[str, Any]
) -> Grid:
    timesteps = [str(t) for t in forward_process["timesteps"]]
    noisy, blurred = forward_process["psnr"], gaussian_denoising
    return Grid(
        [[shown(x) for x in forward_process["x_t"]], list(blurred["blurred"])],
        row_labels=["noisy", "blurred"],
        column_labels=[f"t = {t}" for t in timesteps],
        tile_labels=[
            [f"{noisy[t]:.1f} dB" for t in timesteps],
            [f"σ = {blurred['sigma'][t]:.2f} px, {blurred['psnr'][t]:.1f} dB" for t in timesteps],
        ],
    )
