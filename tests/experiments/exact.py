"""Distributions whose ideal noise prediction is known in closed form, and noise for the tests."""

import torch
from torch import Generator, Tensor

from experiments.diffusion.samplers import Predict
from experiments.diffusion.schedule import Schedule, eps_from_x0


def generators(n: int, seed: int = 0) -> list[Generator]:
    return [Generator().manual_seed(1000 * seed + i) for i in range(n)]


def bulk_noise(seed: int = 0):
    """One stream for a whole batch: fast, for statistics over many samples."""
    generator = Generator().manual_seed(seed)
    return lambda x: torch.randn(x.shape, generator=generator, dtype=torch.float64).to(x)


def gaussian_predict(schedule: Schedule, mean: float, std: float) -> Predict:
    """E[eps | x_t] for data from N(mean, std^2): Bayes for two Gaussians."""

    def predict(x: Tensor, t: int) -> Tensor:
        a = schedule.alpha_bar(t)
        return (1 - a).sqrt() * (x - a.sqrt() * mean) / (a * std**2 + 1 - a)

    return predict


def mixture_predict(schedule: Schedule, low: float, high: float, share_high: float) -> Predict:
    """E[eps | x_t] for data that is ``high`` with probability ``share_high`` and else ``low``."""

    def predict(x: Tensor, t: int) -> Tensor:
        a = schedule.alpha_bar(t)
        odds = [
            (1 - share_high) * (-((x - a.sqrt() * low) ** 2) / (2 * (1 - a))).exp(),
            share_high * (-((x - a.sqrt() * high) ** 2) / (2 * (1 - a))).exp(),
        ]
        x0 = (odds[0] * low + odds[1] * high) / (odds[0] + odds[1])
        return eps_from_x0(x, x0, a)

    return predict
