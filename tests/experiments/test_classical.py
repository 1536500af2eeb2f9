"""Denoisers without a network, each against a second implementation or a closed form."""

import numpy as np
import pytest
import torch
from torch import Tensor

from experiments.diffusion import classical
from experiments.diffusion.metrics import psnr


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_gaussian_blur_is_a_weighted_sum_over_the_plane() -> None:
    x, sigma, radius = random(2, 3, 12, 12), 0.8, 4
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (radius, radius), (radius, radius)], "reflect")
    expected, total = np.zeros((2, 3, 12, 12)), 0.0
    for i in range(-radius, radius + 1):
        for j in range(-radius, radius + 1):
            weight = np.exp(-(i * i + j * j) / (2 * sigma**2))
            rows, columns = slice(radius + i, radius + i + 12), slice(radius + j, radius + j + 12)
            expected += weight * padded[:, :, rows, columns]
            total += weight

    blurred = classical.gaussian_blur(x, sigma).numpy()

    assert np.allclose(blurred, expected / total, atol=1e-6)


def test_gaussian_blur_keeps_a_flat_image_and_sigma_zero_keeps_all() -> None:
    flat = torch.full((1, 1, 8, 8), 0.3)
    assert torch.allclose(classical.gaussian_blur(flat, 5.0), flat, atol=1e-6)
    assert torch.equal(classical.gaussian_blur(random(1, 1, 8, 8), 0.0), random(1, 1, 8, 8))


def test_the_best_gaussian_is_no_worse_than_any_other() -> None:
    clean = classical.gaussian_blur(random(20, 1, 16, 16), 2.0)
    noisy = clean + 0.3 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))

    sigma, score = classical.best_gaussian(noisy, clean)

    others = [psnr(classical.gaussian_blur(noisy, s), clean) for s in np.arange(0.1, 4, 0.05)]
    assert score == pytest.approx(max(others), abs=0.02)
    assert psnr(classical.gaussian_blur(noisy, sigma), clean) == score > psnr(noisy, clean)


def test_total_variation_moves_two_plateaus_towards_each_other() -> None:
    """Along one axis the minimiser is known: each plateau moves by weight / its length."""
    x = torch.tensor([0.0] * 4 + [1.0] * 8).double().expand(1, 1, 5, 12)
    u = classical.total_variation(x, 0.2, steps=3000)
    expected = torch.tensor([0.2 / 4] * 4 + [1 - 0.2 / 8] * 8).double().expand(1, 1, 5, 12)
    assert torch.allclose(u, expected, atol=2e-3)


def test_total_variation_is_near_the_minimum_of_its_own_objective() -> None:
    x = random(1, 1, 10, 10).double()

    def objective(u: Tensor) -> float:
        variation = classical.gradient(u).norm(dim=0).sum()
        return float((u - x).square().sum() / 2 + 0.15 * variation)

    u = classical.total_variation(x, 0.15, steps=2000)
    for seed in range(20):
        step = random(1, 1, 10, 10, seed=seed + 1).double() - 0.5
        assert objective(u + 0.02 * step) > objective(u)
    assert objective(u) < min(objective(x), objective(x.mean().expand_as(x)))


def test_divergence_is_the_negative_adjoint_of_the_gradient() -> None:
    u, p = random(1, 1, 6, 7).double(), random(2, 1, 1, 6, 7).double()
    left = (classical.gradient(u) * p).sum()
    assert float(left) == pytest.approx(float(-(u * classical.divergence(p)).sum()))


def test_wiener_equals_the_normal_equations() -> None:
    images, z, sigma = random(200, 1, 4, 4), random(7, 1, 4, 4, seed=1), 0.4
    x = images.flatten(1).double().numpy()
    covariance = np.cov(x.T, bias=True)
    gain = np.linalg.solve(covariance + sigma**2 * np.eye(16), covariance).T
    expected = x.mean(0) + (z.flatten(1).double().numpy() - x.mean(0)) @ gain.T

    denoised = classical.fit_wiener(images)(z, sigma)

    assert denoised.shape == z.shape
    assert np.allclose(denoised.flatten(1).numpy(), expected, atol=1e-6)


def test_wiener_beats_every_blur_on_its_own_data() -> None:
    clean = classical.gaussian_blur(random(500, 1, 8, 8), 1.0)
    noisy = clean + 0.2 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))
    wiener = psnr(classical.fit_wiener(clean)(noisy, 0.2), clean)
    assert wiener > classical.best_gaussian(noisy, clean)[1]


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_posterior_mean_is_bayes_over_the_training_set(batch_size: int) -> None:
    images, sigma = random(50, 1, 5, 5), 0.3
    z = images[:6] + sigma * random(6, 1, 5, 5, seed=1)
    x, y = images.flatten(1).double().numpy(), z.flatten(1).double().numpy()
    log_weight = -((y[:, None] - x[None]) ** 2).sum(-1) / (2 * sigma**2)
    weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
    expected = weight / weight.sum(1, keepdims=True) @ x

    mean = classical.posterior_mean(z, images, sigma, batch_size)

    assert np.allclose(mean.flatten(1).numpy(), expected, atol=1e-4)


def test_the_posterior_mean_stays_finite_far_from_all_images() -> None:
    images = random(50, 1, 5, 5)
    far = torch.full((1, 1, 5, 5), 100.0)
    mean = classical.posterior_mean(far, images, 0.05, batch_size=8)
    brightest = images[images.flatten(1).sum(1).argmax()]
    assert torch.allclose(mean[0], brightest)
