"""Samplers: from noise to an image, as generators that yield every state on the way.

All take ``predict(x, t) -> eps``. Noise is injected, and ``project(x, t')``, applied to every new
state, is where editing methods put their constraint.
"""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from experiments.diffusion.forward import Noise
from experiments.diffusion.schedule import Schedule, x0_from_eps

Predict = Callable[[Tensor, int], Tensor]
"""``predict(x_t, t)`` returns eps; a model that learned its variance appends that, as channels."""

Velocity = Callable[[Tensor, float], Tensor]
"""``velocity(x_s, s)`` returns dx/ds."""

Project = Callable[[Tensor, int], Tensor]
"""``project(x, t)`` returns the state at ``t`` that the sampler goes on with."""


def unchanged(x: Tensor, t: int) -> Tensor:
    """The projection of a sampler that is left alone."""
    return x


@torch.no_grad()
def ancestral(
    predict: Predict,
    schedule: Schedule,
    x: Tensor,
    pairs: Iterable[tuple[int, int]],
    noise: Noise,
    project: Project = unchanged,
) -> Iterator[Tensor]:
    """DDPM (Ho et al. 2020, arXiv:2006.11239) Algorithm 2, from t to any t' < t (mean of eq. 7).

    Yields the state after each of the ``pairs`` (t, t'). No noise is added to the clean image.
    """
    for t, t_next in pairs:
        now, then = schedule.alpha_bar(t), schedule.alpha_bar(t_next)
        alpha = now / then
        eps, *learned = predict(x, t).split(x.shape[1], dim=1)  #   (B, C, H, W)
        x0 = x0_from_eps(x, eps, now)  #                            (B, C, H, W)
        mean = then.sqrt() * (1 - alpha) / (1 - now) * x0
        mean = mean + alpha.sqrt() * (1 - then) / (1 - now) * x
        if t_next != schedule.clean:
            variance = learned_variance if learned else posterior_variance
            mean = mean + variance(now, then, *learned).sqrt() * noise(x)
        x = project(mean, t_next)
        yield x


@torch.no_grad()
def ddim(
    predict: Predict,
    schedule: Schedule,
    x: Tensor,
    pairs: Iterable[tuple[int, int]],
    noise: Noise | None = None,
    eta: float = 0.0,
    project: Project = unchanged,
) -> Iterator[Tensor]:
    """DDIM (Song et al. 2020, arXiv:2010.02502) eq. 12, with the sigma of eq. 16.

    ``eta`` = 0 needs no noise and gives one image for one start; 1 is ancestral sampling.
    """
    if eta and noise is None:
        raise ValueError(f"DDIM with eta = {eta} needs noise.")
    for t, t_next in pairs:
        now, then = schedule.alpha_bar(t), schedule.alpha_bar(t_next)
        sigma = eta * posterior_variance(now, then).sqrt()
        eps = predict(x, t)  #                                      (B, C, H, W)
        x0 = x0_from_eps(x, eps, now)  #                            (B, C, H, W)
        direction = (1 - then - sigma**2).clamp(min=0).sqrt() * eps
        x_next = then.sqrt() * x0 + direction
        if noise is not None and sigma > 0:
            x_next = x_next + sigma * noise(x)
        x = project(x_next, t_next)
        yield x


@torch.no_grad()
def euler(velocity: Velocity, x: Tensor, steps: int) -> Iterator[Tensor]:
    """Flow matching (Lipman et al. 2022, arXiv:2210.02747; Liu et al. 2022), by Euler's method.

    x is noise at s = 0 and an image at s = 1; yields the state after each of the equal steps.
    """
    for k in range(steps):
        x = x + velocity(x, k / steps) / steps  #                   (B, C, H, W)
        yield x


def posterior_variance(now: Tensor, then: Tensor) -> Tensor:
    """DDPM (Ho et al. 2020) eq. 7: the variance of x_t' given x_t and x0."""
    return (1 - then) / (1 - now) * (1 - now / then)


def learned_variance(now: Tensor, then: Tensor, fraction: Tensor) -> Tensor:
    """Improved DDPM (Nichol, Dhariwal 2021, arXiv:2102.09672) eq. 15: between beta~ and beta.

    ``fraction`` (B, C, H, W) is the network's: the place of log variance, 0 at beta~, 1 at beta.
    """
    smallest = posterior_variance(now, then).clamp(min=1e-20).log()
    largest = (1 - now / then).log()
    return (smallest + fraction * (largest - smallest)).exp()


def final(states: Iterator[Tensor]) -> Tensor:
    """The last state of a sampler: the image."""
    *_, x = states
    return x
