"""Denoisers without a network: what a trained one has to beat."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

from experiments.diffusion.metrics import psnr


def gaussian_kernel(sigma: float, radius: int) -> Tensor:
    """A Gaussian of ``sigma`` pixels, sampled, with sum 1, shape (2 radius + 1,)."""
    x = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = (-0.5 * (x / sigma) ** 2).exp()
    return weights / weights.sum()


def separable(x: Tensor, kernel: Tensor) -> Tensor:
    """Filter images (B, C, H, W) with ``kernel`` (K,) along both axes, mirrored at the edges."""
    radius, channels = len(kernel) // 2, x.shape[1]
    kernel = kernel.to(x)
    x = pad(x, [radius] * 4, mode="reflect")  #                     (B, C, H + 2r, W + 2r)
    x = conv2d(x, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)
    return conv2d(x, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """Separable Gaussian blur of standard deviation ``sigma`` pixels, cut at 4 sigma."""
    if sigma == 0:
        return x
    radius = min(math.ceil(4 * sigma), min(x.shape[-2:]) - 1)
    return separable(x, gaussian_kernel(sigma, radius))


def best_setting(
    method: Callable[[Tensor, float], Tensor],
    settings: Sequence[float],
    noisy: Tensor,
    clean: Tensor,
) -> tuple[float, float]:
    """The setting of ``method(noisy, setting)`` with the highest PSNR, and that PSNR in dB."""
    scores = [psnr(method(noisy, setting), clean) for setting in settings]
    best = max(range(len(scores)), key=scores.__getitem__)
    return settings[best], scores[best]


def best_gaussian(noisy: Tensor, clean: Tensor) -> tuple[float, float]:
    """The sigma in pixels, to 0.05, of the blur with the highest PSNR, and that PSNR in dB."""
    coarse, _ = best_setting(gaussian_blur, [0.25 * k for k in range(1, 17)], noisy, clean)
    fine = [coarse + 0.05 * k for k in range(-4, 5)]
    return best_setting(gaussian_blur, fine, noisy, clean)


def total_variation(x: Tensor, weight: float, steps: int = 100) -> Tensor:
    """Total-variation denoising (Chambolle 2004, doi:10.1023/B:JMIV.0000011325.36760.1e) eq. 9.

    Minimises ``|u - x|^2 / 2 + weight * TV(u)`` over u, by projection of its dual.
    """
    if weight == 0:
        return x
    p = torch.zeros(2, *x.shape, dtype=x.dtype, device=x.device)  # (2, B, C, H, W)
    for _ in range(steps):
        slope = gradient(divergence(p) - x / weight)  #             (2, B, C, H, W)
        p = (p + 0.25 * slope) / (1 + 0.25 * slope.norm(dim=0))
    return x - weight * divergence(p)


def gradient(u: Tensor) -> Tensor:
    """Forward differences down and across, 0 at the far edges, (2, ...)."""
    down = pad(u.diff(dim=-2), (0, 0, 0, 1))
    return torch.stack([down, pad(u.diff(dim=-1), (0, 1))])


def divergence(p: Tensor) -> Tensor:
    """The negative adjoint of ``gradient``."""
    down, across = p[0].clone(), p[1].clone()
    down[..., -1, :], across[..., -1] = 0, 0
    return pad(down, (0, 0, 1, 0)).diff(dim=-2) + pad(across, (1, 0)).diff(dim=-1)


@dataclass(frozen=True, eq=False)
class Wiener:
    """The best linear denoiser of images like those it was fitted to (Wiener 1949).

    ``mean`` (D,) and the covariance ``basis @ diag(variances) @ basis.T`` of D pixels.
    """

    mean: Tensor
    basis: Tensor
    variances: Tensor

    def __call__(self, z: Tensor, sigma: float) -> Tensor:
        """Linear MMSE: mean + C (C + sigma^2 I)^-1 (z - mean), for white noise of ``sigma``."""
        gain = self.variances / (self.variances + sigma**2)  #      (D,)
        centred = z.flatten(1).double() - self.mean  #              (B, D)
        x = self.mean + (centred @ self.basis * gain) @ self.basis.T
        return x.to(z.dtype).view_as(z)


def fit_wiener(images: Tensor) -> Wiener:
    """The Wiener filter with the full covariance of ``images`` (N, ...), in closed form."""
    x = images.flatten(1).double()  #                               (N, D)
    variances, basis = torch.linalg.eigh(x.T.cov(correction=0))
    return Wiener(x.mean(0), basis, variances.clamp(min=0))


def posterior_mean(z: Tensor, images: Tensor, sigma: float, batch_size: int = 5000) -> Tensor:
    """E[x | z] if ``images`` were all there is (Bayes; the optimal denoiser of EDM app. B.3).

    ``z = x + sigma * eps`` is (B, ...), ``images`` (N, ...). Exact: a sum over all N images, in
    batches, with weights kept as logarithms (log-sum-exp).
    """
    flat = z.flatten(1)  #                                          (B, D)
    largest = torch.full((len(z), 1), -math.inf)
    total, weighted = torch.zeros(len(z), 1), torch.zeros_like(flat)
    for part in images.flatten(1).split(batch_size):  #             (n, D)
        # |z|^2 is left out: it is the same for all images
        log_weight = (flat @ part.T - part.square().sum(1) / 2) / sigma**2
        previous, largest = largest, torch.maximum(largest, log_weight.amax(1, keepdim=True))
        weight, rescale = (log_weight - largest).exp(), (previous - largest).exp()
        total = total * rescale + weight.sum(1, keepdim=True)  #    (B, 1)
        weighted = weighted * rescale + weight @ part  #            (B, D)
    return (weighted / total).view_as(z)
