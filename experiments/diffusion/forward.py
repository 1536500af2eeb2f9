"""The forward process: from an image to noise. And where that noise comes from."""

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from experiments.diffusion.schedule import Schedule, scales

Noise = Callable[[Tensor], Tensor]
"""``noise(x)`` returns fresh standard normal noise of x's shape, on x's device."""


def forward(x0: Tensor, t: int | Tensor, schedule: Schedule, eps: Tensor) -> Tensor:
    """DDPM (Ho et al. 2020, arXiv:2006.11239) eq. 4: x0 with the noise of timestep t, at once.

    ``t`` is one timestep, or one for each image (B,). At ``schedule.clean`` x0 comes back as it is.
    """
    signal, noise = scales(schedule.alpha_bar(t), x0)  #            (B, 1, 1, 1)
    return signal * x0 + noise * eps  #                             (B, C, H, W)


def independent(generators: Sequence[Generator]) -> Noise:
    """EDM (Karras et al. 2022, arXiv:2206.00364), its code: one generator for each image.

    The generators are on the CPU, so neither the other images of a batch nor the device change
    the noise of an image.
    """

    def noise(x: Tensor) -> Tensor:
        images = [torch.randn(i.shape, generator=g) for i, g in zip(x, generators, strict=True)]
        return torch.stack(images).to(x)  #                         (B, C, H, W)

    return noise


def gaussian_like(images: Tensor, count: int, generator: Generator) -> Tensor:
    """``count`` draws from the Gaussian with the mean and the covariance of ``images`` (N, ...).

    Each is the mean and a sum of how all images differ from it, weighed by standard normal numbers.
    """
    mean = images.mean(0)
    weights = torch.randn(count, len(images), generator=generator) / len(images) ** 0.5
    return mean + torch.tensordot(weights, images - mean, dims=1)


def pure_noise(shape: Sequence[int], generators: Sequence[Generator]) -> Tensor:
    """DDPM (Ho et al. 2020) Algorithm 2, line 1: a start of sampling for each generator."""
    return independent(generators)(torch.empty(len(generators), *shape))
