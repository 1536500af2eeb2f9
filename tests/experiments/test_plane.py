"""The plane: closed forms against independent sums, and where the points end."""

import numpy as np
import pytest
import torch
from fake_run import FakeRun
from scipy.stats import multivariate_normal

from experiments import plane
from experiments.diffusion.schedule import cosine

POINTS = torch.tensor([[0.3, -0.2], [1.1, 0.8], [-2.0, 0.1]], dtype=torch.float64)


@pytest.mark.parametrize("t", [5, 300, 700, 990])
def test_the_density_is_that_of_the_noised_mixture(t: int) -> None:
    alpha_bar = cosine(1000).alpha_bar(t)
    variance = float(alpha_bar) * plane.WIDTH**2 + 1 - float(alpha_bar)
    middles = float(alpha_bar) ** 0.5 * plane.crescents().numpy()
    expected = np.mean([multivariate_normal(m, variance).pdf(POINTS.numpy()) for m in middles], 0)
    assert plane.log_density(POINTS, alpha_bar).exp().numpy() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("t", [100, 500, 900])
def test_the_score_is_the_gradient_of_the_log_density(t: int) -> None:
    alpha_bar = cosine(1000).alpha_bar(t)
    x = POINTS.clone().requires_grad_()
    plane.log_density(x, alpha_bar).sum().backward()
    assert x.grad is not None
    assert torch.allclose(plane.score(POINTS, alpha_bar), x.grad, rtol=1e-6, atol=1e-8)


def test_the_flow_is_the_mean_direction_of_the_lines_through_a_place() -> None:
    """Against Monte Carlo: lines from noise to data that come near a place at s = 0.5."""
    generator = torch.Generator().manual_seed(0)
    count = 400_000
    middles = plane.crescents()[torch.randint(40, (count,), generator=generator)]
    data = middles + plane.WIDTH * torch.randn(count, 2, generator=generator, dtype=torch.float64)
    noise = torch.randn(count, 2, generator=generator, dtype=torch.float64)
    place = torch.tensor([[0.4, 0.3]], dtype=torch.float64)
    near = ((data + noise) / 2 - place).norm(dim=1) < 0.08
    found = plane.velocity(place, 0.5)[0]
    assert found.tolist() == pytest.approx((data - noise)[near].mean(0).tolist(), abs=0.06)


def test_all_samplers_bring_the_points_to_the_crescents() -> None:
    found = plane.particles(FakeRun(), steps=50, count=40, frames=5)
    for way in found["paths"].values():
        assert way.shape == (5, 40, 2)
        ends = torch.cdist(way[-1].double(), plane.crescents()).amin(1)
        assert float(ends.median()) < 3 * plane.WIDTH
    starts = [way[0] for way in found["paths"].values()]
    assert torch.equal(starts[0], starts[1])
    assert torch.equal(starts[1], starts[2])
    assert found["bend"] > 0.02  # marginal paths are not straight
    assert torch.equal(found["straight"][-1], found["lines"][-1])
