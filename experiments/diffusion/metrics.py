"""How good a picture is, in numbers."""

import torch
from torch import Tensor, nn


def mse(x: Tensor, reference: Tensor) -> float:
    """Mean squared error over all pixels of all images."""
    return float((x.double() - reference.double()).square().mean())


def psnr(x: Tensor, reference: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of images in [0, 1], from the mean error of all images.

    ``x`` is clipped to [0, 1] first: a pixel is shown, and scored, as what a screen can show.
    """
    error = mse(x.clamp(0, 1), reference)
    return float("inf") if error == 0 else float(-10 * torch.log10(torch.tensor(error)))


@torch.no_grad()
def apply(model: nn.Module, x: Tensor, batch_size: int = 500) -> Tensor:
    """``model(x)`` in batches, without gradients; the result is on the CPU."""
    device = next(model.parameters()).device
    return torch.cat([model(part.to(device)).float().cpu() for part in x.split(batch_size)])
