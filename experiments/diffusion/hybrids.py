"""Hybrid images: one thing from afar, where only low frequencies are left, another from near."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from experiments.diffusion.classical import gaussian_kernel, separable
from experiments.diffusion.samplers import Predict


def low_pass(x: Tensor, sigma: float = 2.0) -> Tensor:
    """Gaussian blur of ``sigma`` and 8 sigma + 1 taps at 64 pixels, scaled to the width of x."""
    scaled = sigma * x.shape[-1] / 64
    return separable(x, gaussian_kernel(scaled, round(8 * scaled)))


def high_pass(x: Tensor, sigma: float = 2.0) -> Tensor:
    """What ``low_pass`` takes away: the two sum to x."""
    return x - low_pass(x, sigma)


def hybrid(far: Predict, near: Predict, sigma: float = 2.0) -> Predict:
    """Factorized Diffusion (Geng, Park, Owens 2024, arXiv:2404.11615): noise, joined by frequency.

    eps = low_pass(eps of ``far``) + high_pass(eps of ``near``). A learned variance is averaged.
    """

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor | None]:
        (eps_far, part_far), (eps_near, part_near) = far(x, t), near(x, t)
        parts = [part for part in (part_far, part_near) if part is not None]
        eps = low_pass(eps_far, sigma) + high_pass(eps_near, sigma)  # (B, C, H, W)
        return eps, torch.stack(parts).mean(0) if parts else None

    return predict


def from_afar(x: Tensor, factor: int = 4, sigma: float = 2.0) -> Tensor:
    """The image as an eye far away gets it: blurred and ``factor`` times smaller."""
    return avg_pool2d(low_pass(x, sigma), factor)
