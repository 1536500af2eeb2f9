"""What a network is trained to predict. An objective maps a batch to one loss per image."""

from collections.abc import Callable

from torch import Generator, Tensor, nn, randn

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
