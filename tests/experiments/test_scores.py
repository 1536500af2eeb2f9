"""The referee of generated digits: it praises what is real, and marks down what is not."""

from typing import Any

import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance
from torch import Tensor

from experiments.diffusion.classifier import Classifier
from experiments.diffusion.metrics import frechet_distance
from experiments.diffusion.scores import Referee, referee

DIGITS = 600


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    """Bars at ten places, a stand-in for digits: uint8 (N, 1, 28, 28), class by class in turn."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 60, (DIGITS, 1, 28, 28), generator=generator)
    for i in range(DIGITS):
        images[i, 0, 2 * (i % 10) + 4 : 2 * (i % 10) + 7, 4:24] = 230
    return images.byte()


@pytest.fixture(scope="module")
def judge(pixels: Tensor) -> Referee:
    torch.manual_seed(0)
    return referee(Classifier(10).state_dict(), pixels[:300])


def labels(count: int) -> Tensor:
    return torch.arange(count) % 10


def score(judge: Referee, pixels: Tensor, asked: Tensor) -> dict[str, Any]:
    return judge.score(pixels, asked, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("features", [2, 16, 64])
def test_the_frechet_distance_is_that_of_pytorch_fid(features: int) -> None:
    generator = torch.Generator().manual_seed(features)
    mix = torch.randn(features, features, generator=generator) / features**0.5
    a = torch.randn(500, features, generator=generator)
    b = torch.randn(400, features, generator=generator) @ mix + 0.3
    statistics = [
        part for f in (a.double().numpy(), b.double().numpy()) for part in (f.mean(0), np.cov(f.T))
    ]
    assert frechet_distance(a, b) == pytest.approx(calculate_frechet_distance(*statistics))


def test_real_images_are_at_the_floor_and_noise_is_not(judge: Referee, pixels: Tensor) -> None:
    real = score(judge, pixels[300:], labels(300))
    noise = score(judge, torch.randint(0, 256, (300, 1, 28, 28)).byte(), labels(300))
    floor = judge.floor(pixels[300:], 300)
    assert real["frechet"] == pytest.approx(floor)
    assert noise["frechet"] > 10 * floor


def test_a_missing_class_costs(judge: Referee, pixels: Tensor) -> None:
    kept = labels(300) != 9
    lacking = score(judge, pixels[300:][kept], labels(300)[kept])
    assert lacking["frechet"] > judge.floor(pixels[300:], 300)


def test_the_floor_is_a_mean_over_disjoint_sets(judge: Referee, pixels: Tensor) -> None:
    halves = [score(judge, part, labels(150))["frechet"] for part in pixels[300:].split(150)]
    assert judge.floor(pixels[300:], 150) == pytest.approx(sum(halves) / 2, rel=1e-4)
    assert judge.floor(pixels[300:], 200) == pytest.approx(
        score(judge, pixels[300:500], labels(200))["frechet"], rel=1e-4
    )
    assert judge.floor(pixels[300:], 10_000) == judge.floor(pixels[300:], 300)


def test_shares_are_of_what_is_read_and_sum_to_one(judge: Referee, pixels: Tensor) -> None:
    found = score(judge, pixels[300:], labels(300))
    assert len(found["shares"]) == 10
    assert sum(found["shares"]) == pytest.approx(1)
    assert 0 <= found["accuracy"] <= 1


def test_intervals_hold_the_score_and_widen_for_fewer(judge: Referee, pixels: Tensor) -> None:
    many, few = (score(judge, pixels[300 : 300 + n], labels(n)) for n in (300, 60))
    for found in (many, few):
        low, high = found["frechet_interval"]
        assert low < found["frechet"] < high
        least, most = found["accuracy_interval"]
        assert least <= found["accuracy"] <= most
    widths = [high - low for low, high in (many["frechet_interval"], few["frechet_interval"])]
    assert widths[1] > 1.5 * widths[0]


def test_one_image_again_and_again_has_no_diversity(judge: Referee, pixels: Tensor) -> None:
    same = score(judge, pixels[:1].expand(40, -1, -1, -1), labels(40))
    assert same["diversity"] == 0
    assert score(judge, pixels[300:340], labels(40))["diversity"] > 1
