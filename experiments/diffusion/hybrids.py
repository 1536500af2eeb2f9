"""Hybrid images: one thing from afar, where only low frequencies are left, another from near."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from experiments.diffusion.classical import gaussian_kernel, separable
from experiments.diffusion.samplers import Predict


def low_pass(x: Tensor) -> Tensor:
    """Gaussian blur of 33 taps and sigma 2 at 64 pixels, both scaled to the width of x."""
    scale = x.shape[-1] / 64
    return separable(x, gaussian_kernel(2 * scale, round(16 * scale)))


def high_pass(x: Tensor) -> Tensor:
    """What ``low_pass`` takes away: the two sum to x."""
    return x - low_pass(x)


def hybrid(far: Predict, near: Predict) -> Predict:
    """Factorized Diffusion (Geng, Park, Owens 2024, arXiv:2404.11615): noise, joined by frequency.

    eps = low_pass(eps of ``far``) + high_pass(eps of ``near``). A learned variance is averaged.
    """

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor | None]:
        (eps_far, part_far), (eps_near, part_near) = far(x, t), near(x, t)
        parts = [part for part in (part_far, part_near) if part is not None]
        eps = low_pass(eps_far) + high_pass(eps_near)  #            (B, C, H, W)
        return eps, torch.stack(parts).mean(0) if parts else None

    return predict


def from_afar(x: Tensor, factor: int = 4) -> Tensor:
    """The image as an eye far away gets it: blurred and ``factor`` times smaller."""
    return avg_pool2d(low_pass(x), factor)
