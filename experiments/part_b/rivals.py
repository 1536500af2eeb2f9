"""Part B, the denoiser against what needs no network."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classical import (
    best_gaussian,
    best_setting,
    fit_wiener,
    gaussian_blur,
    posterior_mean,
    total_variation,
)
from experiments.diffusion.data import as_images
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply, with_interval
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.unet import UNet
from experiments.part_b.levels import quality
from experiments.part_b.models import hidden_of
from reportgen import Curve, Panels, Run, Table, artifact, figure

RIVALS = {
    "unet": "U-Net",
    "posterior": "training set",
    "wiener": "Wiener",
    "variation": "total variation",
    "gaussian": "Gaussian blur",
    "black": "black image",
    "noisy": "noisy",
}
"""Names in the record and on the page of everything that is compared, the network first."""

WEIGHTS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Weights of total variation that are tried, as multiples of the noise's sigma."""


@artifact
def denoiser_rivals(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigmas: list[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0),
    images: int = 1000,
    tuning_images: int = 200,
) -> dict[str, Any]:
    """PSNR and SSIM of every rival at every noise level: the same test images, the same noise.

    The two filters with a setting get the one with the highest PSNR at that level, found on the
    first ``tuning_images`` of the very images they are scored on: their best chance.
    """
    x = as_images(mnist["test_images"][:images])
    examples = as_images(mnist["train_images"])
    eps, wiener = noise_like(x, run.generator("eps")), fit_wiener(examples)
    model = ready(UNet(hidden_of(denoiser["weights"])), denoiser["weights"], run.device)
    scores: dict[str, Any] = {name: {} for name in RIVALS}
    settings: dict[str, Any] = {"gaussian": {}, "variation": {}}
    for sigma in run.progress(sigmas, "noise level"):
        z = x + sigma * eps
        width, _ = best_gaussian(z[:tuning_images], x[:tuning_images])
        weight = best_weight(z[:tuning_images], x[:tuning_images], sigma)
        settings["gaussian"][str(sigma)], settings["variation"][str(sigma)] = width, weight
        outputs = {
            "unet": apply(model, z),
            "posterior": posterior_mean(z, examples, sigma),
            "wiener": wiener(z, sigma),
            "variation": total_variation(z, weight),
            "gaussian": gaussian_blur(z, width),
            "black": torch.zeros_like(z),
            "noisy": z,
        }
        for name, output in outputs.items():
            scores[name][str(sigma)] = quality(output, x)
    return {"sigmas": list(sigmas), "scores": scores, "settings": settings}


def best_weight(noisy: Tensor, clean: Tensor, sigma: float) -> float:
    """The weight of total variation with the highest PSNR on these images."""
    return best_setting(total_variation, [sigma * w for w in WEIGHTS], noisy, clean)[0]


@figure(
    "B.1e",
    caption="The denoiser against what needs no network, over {denoiser_rivals.images:,} test "
    "images, each with noise of its own, the same for all methods and, but for its size, at all "
    "levels. Filters with a setting have their best at every level; "
    "'training set' is the exact posterior mean if the 60,000 training images were all digits "
    "there are. Bands are 95\u00a0% intervals over images.",
)
def denoiser_against_rivals(denoiser_rivals: dict[str, Any]) -> Panels:
    return Panels(
        {
            "(a) peak signal-to-noise ratio": rivals_curve(denoiser_rivals, "psnr", "PSNR, dB"),
            "(b) structural similarity": rivals_curve(denoiser_rivals, "ssim", "SSIM"),
        }
    )


def rivals_curve(rivals: dict[str, Any], measure: str, y: str) -> Curve:
    """One line a rival, with its band."""
    sigmas, lines, bands = list(rivals["sigmas"]), {}, {}
    for name, label in RIVALS.items():
        levels = [rivals["scores"][name][str(sigma)] for sigma in sigmas]
        line, bands[label] = with_interval(levels, measure)
        lines[label] = (sigmas, line)
    return Curve(lines, x="σ", y=y, bands=bands)


@figure(
    "B.1e-table",
    caption="The numbers behind the lines, at three noise levels; the best of each in bold.",
)
def denoiser_rivals_table(
    denoiser_rivals: dict[str, Any], *, levels: list[float] = (0.2, 0.5, 1.0)
) -> Table:
    rows = [
        [label]
        + [denoiser_rivals["scores"][name][str(s)]["psnr"] for s in levels]
        + [denoiser_rivals["scores"][name][str(s)]["ssim"] for s in levels]
        for name, label in RIVALS.items()
    ]
    columns = [f"{what}, σ = {s}" for what in ("PSNR", "SSIM") for s in levels]
    return Table(
        rows,
        ["method", *columns],
        units={c: "dB" for c in columns if c.startswith("PSNR")},
        digits={c: 1 if c.startswith("PSNR") else 2 for c in columns},
        best=dict.fromkeys(columns, "max"),
    )
