"""Editing with a model that was never trained to edit: each method only changes where it starts,
or what it keeps."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from experiments.diffusion.forward import Noise, forward
from experiments.diffusion.samplers import Predict, ancestral
from experiments.diffusion.schedule import Schedule, x0_from_eps
from reportgen import ReportgenError


@torch.no_grad()
def one_step(predict: Predict, schedule: Schedule, x_t: Tensor, t: int) -> Tensor:
    """DDPM (Ho et al. 2020, arXiv:2006.11239) eq. 15: the clean image, estimated at once."""
    eps = predict(x_t, t)[:, : x_t.shape[1]]  # (B, C, H, W), without a learned variance
    return x0_from_eps(x_t, eps, schedule.alpha_bar(t))


def sdedit(
    predict: Predict,
    schedule: Schedule,
    image: Tensor,
    timesteps: Sequence[int],
    i_start: int,
    noise: Noise,
) -> Iterator[Tensor]:
    """SDEdit (Meng et al. 2021, arXiv:2108.01073) Algorithm 2: begin at the noisy image.

    ``image`` is (B, C, H, W); the smaller ``i_start``, the noisier the start, timesteps[i_start],
    and the freer the result. Yields the states of ``ancestral``.
    """
    if not 0 <= i_start < len(timesteps):
        raise ReportgenError(
            f"There is no step '{i_start}' to start at.",
            hint=f"Choose i_start from 0 to {len(timesteps) - 1}.",
        )
    x = forward(image, timesteps[i_start], schedule, noise(image))
    return ancestral(predict, schedule, x, schedule.pairs(timesteps[i_start:]), noise)


def inpaint(
    predict: Predict,
    schedule: Schedule,
    image: Tensor,
    mask: Tensor,
    timesteps: Sequence[int],
    noise: Noise,
) -> Iterator[Tensor]:
    """RePaint (Lugmayr et al. 2022, arXiv:2201.09865) Algorithm 1 without its jumps.

    ``mask`` (H, W) is 1 where the image is to be new. After every step the known region is set to
    the image with the noise of that step, so the result equals the image there exactly.
    """
    new = checked_mask(mask, image)

    def keep_known(x: Tensor, t: int) -> Tensor:
        return torch.where(new, x, forward(image, t, schedule, noise(image)))

    pairs = schedule.pairs(timesteps)
    return ancestral(predict, schedule, noise(image), pairs, noise, keep_known)


def checked_mask(mask: Tensor, image: Tensor) -> Tensor:
    """The mask as booleans, once it is known to fit ``image`` and to hold only 0 and 1."""
    if mask.shape[-2:] != image.shape[-2:]:
        have, want = (" x ".join(map(str, m.shape[-2:])) for m in (mask, image))
        raise ReportgenError(
            f"The mask is {have} pixels and the image {want}.",
            hint=f"Give a mask of {want} pixels, 1 where the image is to be new.",
        )
    if not ((mask == 0) | (mask == 1)).all():
        wrong = mask[(mask != 0) & (mask != 1)].flatten()[0].item()
        raise ReportgenError(
            f"The mask holds '{wrong:g}'.",
            hint="A mask holds only 0 (keep) and 1 (make new).",
        )
    return mask.to(image.device).bool()
