"""What a network is trained to predict. An objective maps a batch to one loss per image."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn, randn

from experiments.diffusion.forward import forward
from experiments.diffusion.schedule import Schedule, v_from_eps

Objective = Callable[[nn.Module, Tensor, Tensor, Generator], Tensor]
"""``objective(model, x, labels, generator)`` returns the losses, shape (B,)."""


def noise_like(x: Tensor, generator: Generator) -> Tensor:
    """Standard normal noise of x's shape, drawn on the CPU so that no device changes it."""
    return randn(x.shape, generator=generator).to(x.device)


def squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each image, shape (B,)."""
    return (prediction.float() - target).square().flatten(1).mean(1)


def denoise(sigma: float) -> Objective:
    """Predict x from ``x + sigma * eps``."""

    def objective(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        return squared_error(model(x + sigma * noise_like(x, generator)), x)

    return objective


Condition = Callable[[Tensor, Generator], Tensor | None]
"""``condition(labels, generator)`` returns what the network is told about each image, or None."""


def nothing(labels: Tensor, generator: Generator) -> None:
    """The condition of a network that is told nothing."""
    return


def one_hot(classes: int, drop: float = 0.1) -> Condition:
    """Classifier-free guidance (Ho, Salimans 2022, arXiv:2207.12598) Algorithm 1, line 3.

    The class as a row of zeros and a one; all zeros, at random, for a share ``drop`` of images.
    """

    def condition(labels: Tensor, generator: Generator) -> Tensor:
        keep = torch.rand(len(labels), generator=generator) >= drop  #  (B,)
        rows = nn.functional.one_hot(labels, classes)  #                (B, classes)
        return rows.float() * keep.to(labels.device)[:, None]

    return condition


def random_timesteps(schedule: Schedule, count: int, generator: Generator) -> Tensor:
    """DDPM (Ho et al. 2020) Algorithm 1, line 3: timesteps drawn uniformly, int64 (count,)."""
    return torch.randint(schedule.first, schedule.last + 1, (count,), generator=generator)


def predict_eps(schedule: Schedule, condition: Condition = nothing) -> Objective:
    """DDPM (Ho et al. 2020, arXiv:2006.11239) Algorithm 1, eq. 14: predict the noise.

    Images are in [-1, 1]; the network is called as ``model(x_t, t / T, condition)``.
    """

    def objective(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        t = random_timesteps(schedule, len(x), generator)  #        (B,)
        eps = noise_like(x, generator)  #                           (B, C, H, W)
        x_t = forward(x, t, schedule, eps)  #                       (B, C, H, W)
        c = condition(labels, generator)
        return squared_error(model(x_t, (t / schedule.T).to(x), c), eps)

    return objective


def predict_v(schedule: Schedule, condition: Condition = nothing) -> Objective:
    """Progressive distillation (Salimans, Ho 2022, arXiv:2202.00512) app. D: predict v.

    As ``predict_eps``, with a target that stays informative at every level of noise.
    """

    def objective(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        t = random_timesteps(schedule, len(x), generator)  #        (B,)
        eps = noise_like(x, generator)  #                           (B, C, H, W)
        x_t = forward(x, t, schedule, eps)  #                       (B, C, H, W)
        v = v_from_eps(x, eps, schedule.alpha_bar(t))  #            (B, C, H, W)
        c = condition(labels, generator)
        return squared_error(model(x_t, (t / schedule.T).to(x), c), v)

    return objective


def flow(condition: Condition = nothing) -> Objective:
    """Flow matching (Lipman et al. 2022, arXiv:2210.02747) eq. 23, on straight lines.

    x_s = (1 - s) noise + s image, and the network predicts the velocity image - noise.
    """

    def objective(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        s = torch.rand(len(x), generator=generator).to(x)  #        (B,)
        noise = noise_like(x, generator)  #                         (B, C, H, W)
        x_s = torch.lerp(noise, x, s[:, None, None, None])  #       (B, C, H, W)
        return squared_error(model(x_s, s, condition(labels, generator)), x - noise)

    return objective
