"""Part A, denoising with the model at once."""

from typing import Any

import torch

from experiments.diffusion.editing import one_step
from experiments.diffusion.metrics import psnr
from experiments.part_a.painting import device_of, from_bytes, opened, shown, to_bytes
from reportgen import Grid, Run, artifact, figure


@artifact
def one_step_denoising(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    forward_process: dict[str, Any],
    *,
    prompt: str = "",
) -> dict[str, Any]:
    """The model's estimate of the clean image, at once, from each amount of noise."""
    model = opened(painter, scenes_model, run.device)
    predict, x0 = model.told([prompt]), shown(forward_process["x0"])
    estimates, score = [], {}
    for t, x_t in zip(forward_process["timesteps"], forward_process["x_t"], strict=True):
        x = x_t[None].to(device_of(model))
        estimates.append(to_bytes(one_step(predict, model.schedule, x, t)))
        score[str(t)] = psnr(shown(from_bytes(estimates[-1])), x0)
    return {"estimates": torch.cat(estimates), "psnr": score}


@figure(
    "A.3",
    caption="One-step denoising: from each amount of noise, the model's estimate of the clean "
    "image, at once. The model is told nothing about the scene.{originals.note}",
)
def one_step_grid(
    originals: dict[str, Any], forward_process: dict[str, Any], one_step_denoising: dict[str, Any]
) -> Grid:
    timesteps = [str(t) for t in forward_process["timesteps"]]
    noisy, estimates = forward_process["psnr"], one_step_denoising
    original = shown(forward_process["x0"][0])
    return Grid(
        [
            [original] * len(timesteps),
            [shown(x) for x in forward_process["x_t"]],
            list(estimates["estimates"]),
        ],
        row_labels=["original", "noisy", "one step"],
        column_labels=[f"t = {t}" for t in timesteps],
        tile_labels=[
            [""] * len(timesteps),
            [f"{noisy[t]:.1f} dB" for t in timesteps],
            [f"{estimates['psnr'][t]:.1f} dB" for t in timesteps],
        ],
    )
