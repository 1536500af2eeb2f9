"""The perfect memory, the judge in doubt, and the intervals of shares and distances."""

import pytest
import torch
from fake_run import FakeRun
from scipy.stats import binomtest
from small_world import small_mnist

from experiments.diffusion.metrics import frechet_distance, frechet_interval, share_interval
from experiments.diffusion.schedule import linear
from experiments.part_b.memory import ideal, perfect_memory
from experiments.world.doubt import fit_doubt


def test_the_ideal_denoiser_samples_training_images() -> None:
    found = perfect_memory(FakeRun(), small_mnist(), steps=25, samples=6, shown=2)
    assert found["distances"].shape == (6,)
    assert found["largest"] < 0.1
    assert found["samples"].shape == found["nearest"].shape == (2, 1, 28, 28)


def test_its_noise_leaves_an_image_where_there_is_one_only() -> None:
    schedule, image = linear(300), torch.full((1, 1, 4, 4), 0.5)
    eps = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    alpha_bar = schedule.alpha_bar(150)
    x = float(alpha_bar.sqrt()) * image + float((1 - alpha_bar).sqrt()) * eps
    found = ideal(image, schedule)(x, 150)
    assert torch.allclose(found, eps, atol=1e-5)


@pytest.mark.parametrize(("count", "total"), [(0, 1000), (1000, 1000), (3, 40), (500, 1000)])
def test_the_interval_of_a_share_is_wilsons(count: int, total: int) -> None:
    expected = binomtest(count, total).proportion_ci(0.95, method="wilson")
    assert share_interval(count, total) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_the_interval_of_a_distance_has_the_spread_of_other_samples() -> None:
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(2000, 4, generator=generator)

    def sample() -> torch.Tensor:
        return torch.randn(200, 4, generator=generator) * 1.2 + 0.5

    found = torch.tensor([frechet_distance(sample(), real) for _ in range(100)])
    low, high = frechet_interval(sample(), real, generator)
    assert (high - low) / (2 * 1.96) == pytest.approx(float(found.std()), rel=0.4)
    assert low < float(found.mean()) < high


def test_doubt_keeps_its_share_and_refuses_what_is_elsewhere() -> None:
    generator = torch.Generator().manual_seed(0)
    subjects = torch.arange(2000) % 2 + 3
    offset = torch.tensor([[0.0, 0.0], [10.0, 0.0]])[subjects - 3]

    def features() -> torch.Tensor:
        spread = torch.tensor([1.0, 0.1])
        return offset + spread * torch.randn(2000, 2, generator=generator)

    doubt = fit_doubt(features(), subjects, features())
    assert float(doubt.neither(features()).double().mean()) == pytest.approx(0.01, abs=0.008)
    elsewhere = torch.tensor([[5.0, 0.0], [0.0, 1.0], [10.0, 0.0], [0.5, 0.05]])
    assert doubt.neither(elsewhere).tolist() == [True, True, False, False]
