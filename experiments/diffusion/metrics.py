"""How good a picture is, in numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn


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


def as_shown(x: Tensor) -> Tensor:
    """The images as 8 bits show them: clipped to [0, 1] and rounded to 255 steps."""
    return x.clamp(0, 1).mul(255).round().div(255)


def squared_errors(x: Tensor, reference: Tensor) -> Tensor:
    """The mean squared error of each image, clipped to [0, 1] as in ``psnr``, float64 (N,)."""
    return (x.clamp(0, 1).double() - reference.double()).square().flatten(1).mean(1)


def ssim(x: Tensor, reference: Tensor, sigma: float = 1.5) -> Tensor:
    """Structural similarity (Wang et al. 2004, doi:10.1109/TIP.2003.819861) eq. 13, of each image.

    Images (N, C, H, W) in [0, 1]; ``x`` is clipped first. A Gaussian window cut at 3.5 sigma and
    unbiased covariances: ``structural_similarity(..., gaussian_weights=True, data_range=1)`` of
    scikit-image. Returns (N,).
    """
    radius = int(3.5 * sigma + 0.5)
    size, channels = 2 * radius + 1, x.shape[1]
    offset = torch.arange(-radius, radius + 1, dtype=torch.float64)
    line = (-0.5 * (offset / sigma) ** 2).exp()
    window = (torch.outer(line, line) / line.sum() ** 2).expand(channels, 1, size, size)

    def local_mean(image: Tensor) -> Tensor:
        return nn.functional.conv2d(image, window, groups=channels)

    a, b = x.clamp(0, 1).double(), reference.double()
    mean_a, mean_b = local_mean(a), local_mean(b)  #                (N, C, H - 10, W - 10)
    unbiased = size**2 / (size**2 - 1)
    var_a = unbiased * (local_mean(a * a) - mean_a**2)
    var_b = unbiased * (local_mean(b * b) - mean_b**2)
    covariance = unbiased * (local_mean(a * b) - mean_a * mean_b)
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * covariance + c2) / (var_a + var_b + c2)
    return (luminance * structure).flatten(1).mean(1)


def confidence_interval(values: Tensor, z: float = 1.96) -> tuple[float, float]:
    """Where the mean of the population of ``values`` (N,) lies, with 95 % confidence.

    By the normal approximation; meant for hundreds of values and more.
    """
    mean = values.double().mean()
    reach = z * values.double().std() / len(values) ** 0.5
    return float(mean - reach), float(mean + reach)


def with_interval(
    scores: Sequence[Mapping[str, Any]], measure: str, unit: float = 1.0
) -> tuple[list[float], tuple[list[float], list[float]]]:
    """One measure of several scores as a line, and its ``_interval`` as the band around it."""
    low, high = zip(*(score[f"{measure}_interval"] for score in scores), strict=True)
    line, *band = ([unit * v for v in row] for row in ([s[measure] for s in scores], low, high))
    return line, (band[0], band[1])


def psnr_interval(x: Tensor, reference: Tensor) -> tuple[float, float]:
    """The 95 % confidence interval of ``psnr(x, reference)`` in dB, over images."""
    low, high = confidence_interval(squared_errors(x, reference))
    decibel = -10 * torch.tensor([high, low]).log10()
    return float(decibel[0]), float(decibel[1])


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Frechet distance (Heusel et al. 2017, arXiv:1706.08500) eq. 6 of features (N, F) and (M, F).

    |mean_a - mean_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)). The root's trace is taken from
    C_a^(1/2) C_b C_a^(1/2), which is symmetric and has the same eigenvalues.
    """
    mean_a, mean_b = a.double().mean(0), b.double().mean(0)  #      (F,)
    cov_a, cov_b = (torch.atleast_2d(f.double().T.cov()) for f in (a, b))  # (F, F)
    values, vectors = torch.linalg.eigh(cov_a)
    root_a = vectors * values.clamp(min=0).sqrt() @ vectors.T
    product = torch.linalg.eigvalsh(root_a @ cov_b @ root_a).clamp(min=0)
    trace = cov_a.trace() + cov_b.trace() - 2 * product.sqrt().sum()
    return float((mean_a - mean_b).square().sum() + trace)


def share_interval(count: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, ``count`` of ``total`` (Wilson 1927, doi:10.2307/2276774).

    It holds for small counts too: none of a thousand may be up to 0.4 %.
    """
    share, reach = count / total, z * z / total
    middle = (share + reach / 2) / (1 + reach)
    half = (share * (1 - share) * reach + reach * reach / 4) ** 0.5 / (1 + reach)
    return max(0.0, middle - half), min(1.0, middle + half)


def frechet_interval(
    a: Tensor, b: Tensor, generator: Generator, draws: int = 100, z: float = 1.96
) -> tuple[float, float]:
    """About where ``frechet_distance(a, b)`` lies for other sets of as many images as ``a``.

    The distance plus and minus ``z`` standard deviations of it over bootstrap samples of ``a``
    (Efron 1979). Resampling also raises the distance; that is left out, so the interval is about
    the distance for sets of this size, not for endless ones.
    """
    found = [
        frechet_distance(a[torch.randint(len(a), (len(a),), generator=generator)], b)
        for _ in range(draws)
    ]
    centre, reach = frechet_distance(a, b), z * float(torch.tensor(found).std())
    return centre - reach, centre + reach


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """The share of rows of ``logits`` (N, classes) whose largest entry is at ``labels`` (N,)."""
    return float((logits.argmax(1) == labels).double().mean())


def class_histogram(labels: Tensor, classes: int) -> Tensor:
    """The share of each class among ``labels`` (N,), shape (classes,)."""
    return torch.bincount(labels, minlength=classes) / len(labels)


def diversity(x: Tensor) -> float:
    """The mean Euclidean distance between two different images of ``x`` (N, ...), all pairs."""
    return float(nn.functional.pdist(x.flatten(1)).mean())


def diversity_within(x: Tensor, labels: Tensor, limit: int = 500) -> float:
    """``diversity`` within each class, of up to ``limit`` images a class, averaged over classes."""
    classes = labels.unique().tolist()
    return sum(diversity(x[labels == c][:limit]) for c in classes) / len(classes)


def nearest(
    x: Tensor, reference: Tensor, k: int = 1, batch_size: int = 500
) -> tuple[Tensor, Tensor]:
    """The ``k`` nearest images of ``reference`` (N, ...) to each of ``x`` (B, ...).

    Returns their Euclidean distances (B, k), smallest first, and their indices (B, k).
    """
    flat, found = reference.flatten(1), []
    for part in x.flatten(1).split(batch_size):  #                  (b, D)
        found.append(torch.cdist(part, flat).topk(k, largest=False))
    return torch.cat([f.values for f in found]), torch.cat([f.indices for f in found])
