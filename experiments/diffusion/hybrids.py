"""Hybrid images: one thing from afar, where only low frequencies are left, another from near."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from experiments.diffusion.classical import gaussian_kernel, separable
from experiments.diffusion.samplers import Predict
from reportgen import ReportgenError

Filter = Callable[[Tensor], Tensor]
"""A linear map of images (B, C, H, W)."""


def low_pass(x: Tensor, sigma: float = 2.0) -> Tensor:
    """Gaussian blur of ``sigma`` and 8 sigma + 1 taps at 64 pixels, scaled to the width of x."""
    scaled = sigma * x.shape[-1] / 64
    return separable(x, gaussian_kernel(scaled, round(8 * scaled)))


def high_pass(x: Tensor, sigma: float = 2.0) -> Tensor:
    """What ``low_pass`` takes away: the two sum to x."""
    return x - low_pass(x, sigma)


def factorized(parts: Sequence[tuple[Filter, Predict]]) -> Predict:
    """Factorized Diffusion (Geng, Park, Owens 2024, arXiv:2404.11615): noise, joined by filters.

    eps = sum of filter_i(eps_i), with linear filters that sum to one, or the sum would be no noise;
    raises ReportgenError for others.
    """

    def predict(x: Tensor, t: int) -> Tensor:
        if not torch.allclose(torch.stack([keep(x) for keep, _ in parts]).sum(0), x, atol=1e-3):
            raise ReportgenError(
                "The filters do not sum to one.", hint="Add one for what the others take away."
            )
        return torch.stack([keep(model(x, t)) for keep, model in parts]).sum(0)  # (B, C, H, W)

    return predict


def hybrid(far: Predict, near: Predict, sigma: float = 2.0) -> Predict:
    """``factorized`` by frequency: eps = low_pass(eps of ``far``) + high_pass(eps of ``near``)."""
    return factorized(
        [(partial(low_pass, sigma=sigma), far), (partial(high_pass, sigma=sigma), near)]
    )


def from_afar(x: Tensor, factor: int = 4, sigma: float = 2.0) -> Tensor:
    """The image as an eye far away gets it: blurred and ``factor`` times smaller."""
    return avg_pool2d(low_pass(x, sigma), factor)
