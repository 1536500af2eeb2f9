"""How much noise a diffusion process has added by each timestep, and what that makes of x0, eps, v.

``alpha_bar`` is the share of the signal's variance that is left. Timesteps are counted in one of
two ways, and a schedule knows which:

- ``first=1`` (Ho et al. 2020; Part B): t = 1 ... T, and t = 0 is the clean image.
- ``first=0`` (DeepFloyd IF, diffusers; Part A): t = 0 ... T - 1, where t = 0 already carries the
  noise of the first beta, and the clean image is t = -1.

Whoever walks from one timestep to another says so with a pair (t, t'); the last pair of a walk
ends at ``schedule.clean``, where alpha_bar is 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

from reportgen import ReportgenError


@dataclass(frozen=True, eq=False)
class Schedule:
    """The variances ``betas`` (T,) that each step adds, and the number ``first`` of the first."""

    betas: Tensor
    first: int = 1

    @property
    def T(self) -> int:  # noqa: N802 - the paper's name
        """The number of timesteps."""
        return len(self.betas)

    @property
    def last(self) -> int:
        """The noisiest timestep."""
        return self.first + self.T - 1

    @property
    def clean(self) -> int:
        """The number of the clean image, one before the first timestep."""
        return self.first - 1

    @cached_property
    def levels(self) -> Tensor:
        """alpha_bar of the clean image and of every timestep, float64, shape (T + 1,)."""
        return torch.cat([torch.ones(1).double(), (1 - self.betas.double()).cumprod(0)])

    def alpha_bar(self, t: int | Tensor) -> Tensor:
        """The share of the signal's variance left at ``t``, float64 on the CPU, of t's shape."""
        step = torch.as_tensor(t).cpu() - self.clean
        if step.min() < 0 or step.max() > self.T:
            raise ReportgenError(
                f"There is no timestep '{t}'.",
                hint=f"Choose one from {self.first} to {self.last}.",
            )
        return self.levels[step]

    def snr(self, t: int | Tensor) -> Tensor:
        """The signal-to-noise ratio alpha_bar / (1 - alpha_bar); infinite for the clean image."""
        alpha_bar = self.alpha_bar(t)
        return alpha_bar / (1 - alpha_bar)

    def pairs(self, timesteps: Sequence[int] | None = None) -> list[tuple[int, int]]:
        """The steps (t, t') of a walk down ``timesteps`` (all of them by default) to the clean."""
        if timesteps is None:
            timesteps = range(self.last, self.clean, -1)
        if any(t <= later for t, later in pairwise(timesteps)):
            raise ReportgenError(f"The timesteps must fall, and do not: {list(timesteps)}.")
        return list(pairwise([*timesteps, self.clean]))

    def evenly(self, steps: int) -> list[int]:
        """``steps`` evenly spaced timesteps, noisiest first: of 300, 10 are 300, 270, ..., 30."""
        if not 1 <= steps <= self.T:
            raise ReportgenError(
                f"A walk of '{steps}' steps is not possible.", hint=f"Choose 1 to {self.T} steps."
            )
        return [self.clean + round(self.T * k / steps) for k in range(steps, 0, -1)]


def linear(T: int, first_beta: float = 1e-4, last_beta: float = 0.02) -> Schedule:  # noqa: N803
    """DDPM (Ho et al. 2020, arXiv:2006.11239) section 4: betas on a line, t = 1 ... T."""
    return Schedule(torch.linspace(first_beta, last_beta, T, dtype=torch.float64), first=1)


def cosine(T: int = 1000) -> Schedule:  # noqa: N803
    """Improved DDPM (Nichol, Dhariwal 2021, arXiv:2102.09672) eq. 17; t = 0 ... T - 1.

    The betas of ``squaredcos_cap_v2`` in diffusers, which DeepFloyd IF was trained with.
    """
    g = [math.cos((k / T + 0.008) / 1.008 * math.pi / 2) ** 2 for k in range(T + 1)]
    betas = [min(1 - after / before, 0.999) for before, after in pairwise(g)]
    return Schedule(torch.tensor(betas, dtype=torch.float64), first=0)


def strided_timesteps(T: int = 1000, stride: int = 30) -> list[int]:  # noqa: N803
    """Every ``stride``-th timestep down to 0: 990, 960, ..., 0 (t = 0 ... T - 1)."""
    return list(range((T - 1) // stride * stride, -1, -stride))


def scales(alpha_bar: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """sqrt(alpha_bar) and sqrt(1 - alpha_bar), shaped and typed to multiply x (B, ...).

    The roots are taken in alpha_bar's own precision: near the clean image 1 - alpha_bar is small.
    """
    shape = (-1, *[1] * (x.ndim - 1))
    signal, noise = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    return (
        signal.to(x.dtype).to(x.device).reshape(shape),
        noise.to(x.dtype).to(x.device).reshape(shape),
    )


def x0_from_eps(x_t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """DDPM (Ho et al. 2020) eq. 15: the clean image that the noise ``eps`` implies."""
    signal, noise = scales(alpha_bar, x_t)
    return (x_t - noise * eps) / signal


def eps_from_x0(x_t: Tensor, x0: Tensor, alpha_bar: Tensor) -> Tensor:
    """DDPM (Ho et al. 2020) eq. 4, solved for the noise."""
    signal, noise = scales(alpha_bar, x_t)
    return (x_t - signal * x0) / noise


def v_from_eps(x0: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """Progressive distillation (Salimans, Ho 2022, arXiv:2202.00512) app. D: the velocity v."""
    signal, noise = scales(alpha_bar, x0)
    return signal * eps - noise * x0


def x0_from_v(x_t: Tensor, v: Tensor, alpha_bar: Tensor) -> Tensor:
    """Progressive distillation (Salimans, Ho 2022) app. D: the clean image that v implies."""
    signal, noise = scales(alpha_bar, x_t)
    return signal * x_t - noise * v


def eps_from_v(x_t: Tensor, v: Tensor, alpha_bar: Tensor) -> Tensor:
    """Progressive distillation (Salimans, Ho 2022) app. D: the noise that v implies."""
    signal, noise = scales(alpha_bar, x_t)
    return noise * x_t + signal * v
