"""Metrics, each against a second implementation in plain NumPy."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from experiments.diffusion import metrics


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_psnr_is_taken_from_the_mean_error_of_clipped_images() -> None:
    x, reference = 2 * random(3, 1, 4, 4) - 0.5, random(3, 1, 4, 4, seed=1)
    error = np.mean((np.clip(x.numpy(), 0, 1) - reference.numpy()) ** 2)
    assert metrics.psnr(x, reference) == pytest.approx(10 * math.log10(1 / error), abs=1e-5)
    assert metrics.psnr(reference, reference) == math.inf


def test_as_shown_is_what_a_png_holds() -> None:
    x = torch.tensor([-0.2, 0.0, 0.1234, 0.5, 1.0, 7.0])
    pixels = np.rint(np.clip(x.numpy(), 0, 1) * 255).astype(np.uint8)
    assert np.allclose(metrics.as_shown(x).numpy(), pixels / 255)


def test_squared_errors_average_to_the_psnr() -> None:
    x, reference = random(9, 1, 4, 4), random(9, 1, 4, 4, seed=1)
    errors = metrics.squared_errors(x, reference)
    assert errors.shape == (9,)
    assert -10 * math.log10(errors.mean()) == pytest.approx(metrics.psnr(x, reference), abs=1e-5)


def ssim_window_by_window(x: np.ndarray, y: np.ndarray) -> float:
    """Wang et al. 2004, written as the paper says it: statistics of every 11 x 11 window."""
    distance = np.arange(-5, 6)
    w = np.exp(-(distance[:, None] ** 2 + distance[None] ** 2) / (2 * 1.5**2))
    w /= w.sum()
    scores = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
            ma, mb = (w * a).sum(), (w * b).sum()
            va, vb = (w * (a - ma) ** 2).sum(), (w * (b - mb) ** 2).sum()
            cov = (w * (a - ma) * (b - mb)).sum()
            va, vb, cov = va * 121 / 120, vb * 121 / 120, cov * 121 / 120
            top = (2 * ma * mb + 1e-4) * (2 * cov + 9e-4)
            scores.append(top / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)))
    return float(np.mean(scores))


def test_ssim_equals_its_definition() -> None:
    x, y = random(3, 2, 17, 15), random(3, 2, 17, 15, seed=1)
    y[1] = 0.7 * x[1] + 0.3 * y[1]
    expected = [
        np.mean([ssim_window_by_window(a, b) for a, b in zip(i, j, strict=True)])
        for i, j in zip(x.double().numpy(), y.double().numpy(), strict=True)
    ]
    assert np.allclose(metrics.ssim(x, y).numpy(), expected, atol=1e-9)


def test_ssim_has_the_value_of_scikit_image() -> None:
    """Two pictures for which scikit-image 0.26 gave this value."""
    rows, columns = np.mgrid[0:28, 0:28]
    x = 0.5 + 0.5 * np.sin(rows / 3.0) * np.cos(columns / 4.0)
    y = np.clip(0.8 * x + 0.25 * np.sin(rows * columns / 5.0), 0, 1)
    images = [torch.from_numpy(i)[None, None] for i in (x, y)]
    assert float(metrics.ssim(*images)) == pytest.approx(0.4655406527937059, abs=1e-9)


def test_ssim_of_a_picture_with_itself_is_one_and_clips() -> None:
    x = random(2, 1, 28, 28)
    assert torch.allclose(metrics.ssim(x, x), torch.ones(2).double())
    assert torch.equal(metrics.ssim(x * 3, x), metrics.ssim((x * 3).clamp(0, 1), x))


def test_the_confidence_interval_covers_the_mean_19_times_in_20() -> None:
    draws = normal(2000, 400) + 3
    inside = [low < 3 < high for low, high in map(metrics.confidence_interval, draws)]
    assert 0.93 < np.mean(inside) < 0.97


def test_the_psnr_interval_holds_the_psnr_between_its_ends() -> None:
    reference = random(200, 1, 6, 6)
    x = reference + 0.1 * normal(200, 1, 6, 6, seed=1)
    low, high = metrics.psnr_interval(x, reference)
    assert low < metrics.psnr(x, reference) < high < low + 1


def frechet_by_matrix_root(a: np.ndarray, b: np.ndarray) -> float:
    """As pytorch-fid: the root of the product of the covariances, which is not symmetric."""
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eig(ca @ cb)
    root = vectors @ np.diag(np.sqrt(values.astype(complex))) @ np.linalg.inv(vectors)
    difference = a.mean(0) - b.mean(0)
    return float(difference @ difference + np.trace(ca) + np.trace(cb) - 2 * np.trace(root).real)


@pytest.mark.parametrize("features", [2, 16, 64])
def test_frechet_distance_equals_the_matrix_root(features: int) -> None:
    mix = normal(features, features, seed=2) / features**0.5
    a = normal(500, features)
    b = normal(400, features, seed=1) @ mix + 0.3
    expected = frechet_by_matrix_root(a.double().numpy(), b.double().numpy())
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_known_gaussians() -> None:
    """In one dimension it is (difference of means)^2 + (difference of deviations)^2."""
    a, b = normal(100_000, 1), 3 * normal(100_000, 1, seed=1) + 5
    assert metrics.frechet_distance(a, b) == pytest.approx(25 + 4, rel=0.02)
    assert metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_survives_a_feature_that_never_fires() -> None:
    a, b = normal(100, 5), normal(100, 5, seed=1)
    a[:, 2] = b[:, 2] = 0
    rest = [0, 1, 3, 4]
    expected = metrics.frechet_distance(a[:, rest], b[:, rest])
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, abs=1e-6)


def test_accuracy_and_class_histogram() -> None:
    logits = torch.tensor([[0.1, 0.9, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0], [5.0, 0.0, 0.0]])
    assert metrics.accuracy(logits, torch.tensor([1, 0, 2, 1])) == 0.75
    shares = metrics.class_histogram(logits.argmax(1), classes=4)
    assert shares.tolist() == [0.5, 0.25, 0.25, 0.0]


def test_diversity_is_the_mean_distance_of_pairs() -> None:
    x = random(6, 1, 3, 3)
    flat = x.flatten(1).numpy()
    pairs = [np.linalg.norm(flat[i] - flat[j]) for i in range(6) for j in range(i)]
    assert metrics.diversity(x) == pytest.approx(np.mean(pairs), rel=1e-5)
    labels = torch.tensor([0, 0, 0, 7, 7, 7])
    within = (metrics.diversity(x[:3]) + metrics.diversity(x[3:])) / 2
    assert metrics.diversity_within(x, labels) == pytest.approx(within)


def test_nearest_neighbours_are_those_of_a_full_table() -> None:
    x, reference = random(7, 1, 4, 4), random(30, 1, 4, 4, seed=1)
    table = np.linalg.norm(x.numpy()[:, None] - reference.numpy()[None], axis=(-2, -1))[:, :, 0]

    distances, indices = metrics.nearest(x, reference, k=3, batch_size=2)

    assert np.array_equal(indices.numpy(), np.argsort(table, axis=1)[:, :3])
    assert np.allclose(distances.numpy(), np.sort(table, axis=1)[:, :3], atol=1e-4)


def test_a_copy_is_its_own_nearest_neighbour() -> None:
    reference = random(600, 1, 28, 28)
    distances, indices = metrics.nearest(reference[40:50], reference)
    assert indices[:, 0].tolist() == list(range(40, 50))
    assert float(distances.max()) < 0.02


def test_apply_gives_the_same_in_any_batches() -> None:
    model, x = nn.Conv2d(1, 1, 3), random(10, 1, 6, 6)
    whole = metrics.apply(model, x)
    assert torch.allclose(whole, metrics.apply(model, x, batch_size=3), atol=1e-6)
    assert not whole.requires_grad


def test_scores_become_a_line_and_a_band() -> None:
    scores = [{"psnr": k, "psnr_interval": [k - 1, k + 2], "ssim": 0} for k in (3.0, 5.0)]
    line, band = metrics.with_interval(scores, "psnr", 10.0)
    assert line == [30, 50]
    assert band == ([20, 40], [50, 70])
