"""Trained networks in the form that samplers take: one adapter for each objective.

``c`` is what the network is told, with a row for each image: its condition, or that of none.
"""

from torch import Tensor, nn

from experiments.diffusion.samplers import Predict, Velocity
from experiments.diffusion.schedule import Schedule, eps_from_v


def from_eps(model: nn.Module, schedule: Schedule, c: Tensor | None = None) -> Predict:
    """A network trained by ``predict_eps``."""

    def predict(x: Tensor, t: int) -> Tensor:
        return model(x, x.new_full((len(x),), t / schedule.T), c)

    return predict


def from_v(model: nn.Module, schedule: Schedule, c: Tensor | None = None) -> Predict:
    """A network trained by ``predict_v``."""

    def predict(x: Tensor, t: int) -> Tensor:
        v = model(x, x.new_full((len(x),), t / schedule.T), c)  #   (B, C, H, W)
        return eps_from_v(x, v, schedule.alpha_bar(t))

    return predict


def from_flow(model: nn.Module, c: Tensor | None = None) -> Velocity:
    """A network trained by ``flow``."""

    def velocity(x: Tensor, s: float) -> Tensor:
        return model(x, x.new_full((len(x),), s), c)

    return velocity
