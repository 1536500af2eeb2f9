"""Part B, the denoiser put to the test: against what needs no network, and on noise alone."""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from experiments.diffusion.classical import (
    best_gaussian,
    best_setting,
    fit_wiener,
    gaussian_blur,
    posterior_mean,
    total_variation,
)
from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply, confidence_interval, psnr, psnr_interval, ssim
from experiments.diffusion.objectives import noise_like, squared_error
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.part_b import SIGMAS, hidden_of
from reportgen import Curve, Grid, Panels, Run, Table, artifact, figure

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


@artifact
def denoiser_whole_test_set(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigmas: list[float] = SIGMAS,
    images: int = 10_000,
) -> dict[str, Any]:
    """PSNR and SSIM of the denoiser at every noise level, by sigma: the same noise in all."""
    x = as_images(mnist["test_images"][:images])
    eps = noise_like(x, run.generator("eps"))
    model = ready(UNet(hidden_of(denoiser["weights"])), denoiser["weights"], run.device)
    levels = run.progress(sigmas, "noise level")
    return {"scores": {str(sigma): quality(apply(model, x + sigma * eps), x) for sigma in levels}}


def best_weight(noisy: Tensor, clean: Tensor, sigma: float) -> float:
    """The weight of total variation with the highest PSNR on these images."""
    return best_setting(total_variation, [sigma * w for w in WEIGHTS], noisy, clean)[0]


def quality(output: Tensor, x: Tensor) -> dict[str, Any]:
    """PSNR in dB and SSIM of all images together, each with its 95 % interval."""
    similarity = ssim(output, x)
    return {
        "psnr": psnr(output, x),
        "psnr_interval": list(psnr_interval(output, x)),
        "ssim": float(similarity.mean()),
        "ssim_interval": list(confidence_interval(similarity)),
    }


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
        lines[label] = (sigmas, [level[measure] for level in levels])
        low, high = zip(*(level[f"{measure}_interval"] for level in levels), strict=True)
        bands[label] = (low, high)
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


@artifact
def noise_alone(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigma: float = 0.5,
    hidden: int = 16,
    images: int = 20_000,
    batch_size: int = 128,
    lr: float = 3e-3,
    shown: int = 8,
) -> dict[str, Any]:
    """A network trained to find a digit in noise that holds none, and what it says instead.

    ``outputs`` are its answers to ``shown`` pictures of noise, ``mean`` is the mean of its
    training images, ``denoiser_outputs`` is what the denoiser makes of the same noise.
    """
    x, labels = as_images(mnist["train_images"][:images]), as_labels(mnist["train_labels"][:images])
    model = UNet(hidden)
    history = train(
        run,
        model,
        x,
        labels,
        objective=from_noise,
        epochs=1,
        batch_size=batch_size,
        lr=lr,
    )
    eps = noise_like(torch.empty(shown, 1, 28, 28), run.generator("shown"))
    trained = ready(UNet(hidden_of(denoiser["weights"])), denoiser["weights"], run.device)
    outputs, mean = apply(model.eval(), eps), x.mean(0, keepdim=True)
    return {
        "noise": eps,
        "outputs": outputs,
        "mean": mean,
        "denoiser_outputs": apply(trained, sigma * eps),
        "loss": torch.tensor(history["loss"]),
        "distance": rms(outputs - mean),
        "spread": rms(outputs - outputs.mean(0)),
        "pixel_spread": rms(x - mean),
    }


def from_noise(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
    """Predict x from noise that has nothing to do with it."""
    return squared_error(model(noise_like(x, generator)), x)


def rms(x: Tensor) -> float:
    """The root of the mean square."""
    return float(x.square().mean().sqrt())


@figure(
    "B.1f",
    caption="Noise alone goes in. A network trained on nothing else answers every noise with the "
    "mean of its training images, which stands under it. The denoiser, trained at σ = "
    "{noise_alone.sigma}, looks for strokes, and finds hardly any.",
)
def pure_noise(noise_alone: dict[str, Any]) -> Grid:
    noise, mean = noise_alone["noise"], noise_alone["mean"]
    rows = {
        "noise": noise / 4 + 0.5,  # two deviations to either side of grey
        "trained on noise alone": noise_alone["outputs"],
        "mean of the data": mean.expand(len(noise), -1, -1, -1),
        "the denoiser": noise_alone["denoiser_outputs"],
    }
    return Grid([list(row.clamp(0, 1)) for row in rows.values()], row_labels=list(rows))
