"""Part B, the denoiser at noise levels that it never saw."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.data import as_images
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply, confidence_interval, psnr, psnr_interval, ssim
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.unet import UNet
from experiments.part_b.denoiser import SIGMAS
from experiments.part_b.models import hidden_of
from reportgen import Grid, Run, artifact, figure


@artifact
def denoiser_levels(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigmas: list[float] = SIGMAS,
    images: int = 500,
) -> dict[str, Any]:
    """The denoiser on noise levels that it never saw: the same test images, the same noise."""
    model = UNet(hidden_of(denoiser["weights"]))
    model.load_state_dict(denoiser["weights"])
    model.eval()
    x = as_images(mnist["test_images"][:images])
    eps = noise_like(x, run.generator("eps"))
    noisy, outputs = [], []
    for sigma in run.progress(sigmas, "noise level"):
        z = x + sigma * eps
        output = apply(model, z)
        noisy.append({"psnr": psnr(z, x), "shown": z[:3]})
        outputs.append({"psnr": psnr(output, x), "shown": output[:3]})
    return {
        "noisy": torch.stack([level["shown"] for level in noisy]),
        "outputs": torch.stack([level["shown"] for level in outputs]),
        "noisy_psnr": {str(s): level["psnr"] for s, level in zip(sigmas, noisy, strict=True)},
        "output_psnr": {str(s): level["psnr"] for s, level in zip(sigmas, outputs, strict=True)},
        "sigmas": list(sigmas),
    }


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
    "B.1d",
    caption="Three test digits under seven noise levels, and what a network trained at σ = "
    "{denoiser.sigma} alone makes of them. Above each column the PSNR of its outputs over "
    "{denoiser_whole_test_set.images:,} test images.",
)
def denoiser_robustness(
    denoiser_levels: dict[str, Any], denoiser_whole_test_set: dict[str, Any]
) -> Grid:
    noisy, outputs = denoiser_levels["noisy"], denoiser_levels["outputs"]
    scores, sigmas = denoiser_whole_test_set["scores"], denoiser_levels["sigmas"]
    pairs = [(kind, i) for i in range(noisy.shape[1]) for kind in ("noisy", "output")]
    return Grid(
        [list((noisy if kind == "noisy" else outputs)[:, i].clamp(0, 1)) for kind, i in pairs],
        row_labels=[kind for kind, _ in pairs],
        column_labels=[f"σ = {s}, {scores[str(s)]['psnr']:.1f} dB" for s in sigmas],
    )
