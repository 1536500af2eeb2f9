"""Two prompts in one image: by views that are permutations, and by frequencies that sum to one."""

import pytest
import torch
from exact import bulk_noise
from torch import Tensor

from experiments.diffusion import anagrams, hybrids
from experiments.diffusion.samplers import ancestral, ddim, final
from experiments.diffusion.schedule import cosine, eps_from_x0, strided_timesteps
from reportgen import ReportgenError

SCHEDULE, SIZE = cosine(), 8
SHUFFLE = anagrams.permutation(
    "shuffle", torch.randperm(SIZE * SIZE, generator=torch.Generator().manual_seed(1))
)
ALL_VIEWS = [*anagrams.VIEWS.values(), SHUFFLE]


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("view", ALL_VIEWS, ids=lambda view: view.name)
def test_a_view_is_a_permutation_and_has_an_inverse(view: anagrams.View) -> None:
    x = torch.arange(2 * 3 * SIZE * SIZE).view(2, 3, SIZE, SIZE)
    seen = view.see(x)
    assert seen.shape == x.shape
    assert torch.equal(view.back(seen), x)
    assert torch.equal(view.see(view.back(x)), x)
    assert torch.equal(seen.flatten(2).sort(-1).values, x.flatten(2).sort(-1).values)


@pytest.mark.parametrize(
    ("name", "corner"),
    [("upright", 0), ("half turn", 3), ("upside down", 2), ("quarter turn", 1)],
)
def test_what_a_view_brings_to_the_upper_left(name: str, corner: int) -> None:
    """The corners of [[0, 1], [2, 3]]."""
    seen = anagrams.VIEWS[name].see(torch.tensor([[[[0, 1], [2, 3]]]]))
    assert int(seen[0, 0, 0, 0]) == corner


def towards(target: Tensor):
    """The exact prediction for data that are one image."""

    def predict(x: Tensor, t: int) -> Tensor:
        return eps_from_x0(x, target, SCHEDULE.alpha_bar(t))

    return predict


@pytest.mark.parametrize("view", ALL_VIEWS, ids=lambda view: view.name)
def test_an_anagram_of_one_prompt_is_that_prompt_seen_so(view: anagrams.View) -> None:
    target = random(2, 3, SIZE, SIZE)
    predict = anagrams.anagram([(view, towards(target))])
    start = random(2, 3, SIZE, SIZE, seed=1)
    pairs = SCHEDULE.pairs(strided_timesteps())
    x = final(ancestral(predict, SCHEDULE, start, pairs, bulk_noise()))
    assert torch.allclose(view.see(x), target, atol=1e-4)


def test_two_views_meet_in_the_middle() -> None:
    """For two images the mean noise is that of the mean image, each brought back."""
    first, second = random(2, 1, 3, SIZE, SIZE)
    upright, turned = anagrams.VIEWS["upright"], anagrams.VIEWS["half turn"]
    predict = anagrams.anagram([(upright, towards(first)), (turned, towards(second))])
    start = random(1, 3, SIZE, SIZE, seed=1)
    x = final(ddim(predict, SCHEDULE, start, SCHEDULE.pairs(strided_timesteps())))
    expected = (first + torch.flip(second, (-2, -1))) / 2
    assert torch.allclose(x, expected, atol=1e-4)


def test_a_learned_variance_goes_the_way_of_the_noise() -> None:
    """What a model appends to its noise is brought back through its view, and joined by filters."""
    x, part = random(1, 3, SIZE, SIZE), random(1, 3, SIZE, SIZE, seed=1)
    learned = lambda x, t: torch.cat([x, part], 1)  # noqa: E731
    turned = anagrams.anagram([(anagrams.VIEWS["half turn"], learned)])(x, 1)
    assert torch.equal(turned, torch.cat([x, part.flip(-2, -1)], 1))
    joined = hybrids.hybrid(learned, learned)(x, 1)
    assert torch.allclose(joined, torch.cat([x, part], 1), atol=1e-5)


@pytest.mark.parametrize("size", [28, 32, 64])
def test_the_split_of_frequencies_sums_to_one(size: int) -> None:
    x = random(2, 3, size, size)
    assert torch.allclose(hybrids.low_pass(x) + hybrids.high_pass(x), x, atol=1e-6)


def test_low_frequencies_pass_and_high_ones_do_not() -> None:
    wave = torch.arange(64) * 2 * torch.pi
    slow, fast = (torch.cos(wave * k / 64).expand(1, 1, 64, 64) for k in (1, 24))
    assert float(hybrids.low_pass(slow).std() / slow.std()) > 0.95
    inside = slice(16, 48)  # away from the mirrored edges
    assert float(hybrids.low_pass(fast)[..., inside].std() / fast.std()) < 0.001


def test_the_blur_at_64_pixels_has_33_taps_and_sigma_2() -> None:
    point = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    point[..., 32, 32] = 1
    line = hybrids.low_pass(point)[0, 0].sum(0)
    offset = torch.arange(64) - 32
    assert int((line > 1e-15).sum()) == 33
    assert float((line * offset**2).sum()) == pytest.approx(4.0, rel=1e-3)


def test_a_hybrid_is_one_image_from_afar_and_the_other_from_near() -> None:
    far, near = random(2, 1, 1, 32, 32)
    predict = hybrids.hybrid(towards(far), towards(near))
    start = random(1, 1, 32, 32, seed=1)
    x = final(ddim(predict, SCHEDULE, start, SCHEDULE.pairs(strided_timesteps())))
    assert torch.allclose(x, hybrids.low_pass(far) + hybrids.high_pass(near), atol=1e-4)


def test_one_prompt_for_both_ranges_is_that_prompt() -> None:
    x, predict = random(1, 1, 32, 32), towards(random(1, 1, 32, 32, seed=1))
    assert torch.allclose(hybrids.hybrid(predict, predict)(x, 500), predict(x, 500), atol=1e-5)


def test_filters_that_do_not_sum_to_one_make_no_noise() -> None:
    x, predict = random(1, 1, 32, 32), towards(random(1, 1, 32, 32, seed=1))
    left = (torch.arange(32) < 16).float()
    halves = hybrids.factorized(
        [(lambda x: x * left, predict), (lambda x: x * (1 - left), predict)]
    )
    assert torch.equal(halves(x, 500), predict(x, 500))
    twice = hybrids.factorized([(lambda x: x, predict), (hybrids.low_pass, predict)])
    with pytest.raises(ReportgenError, match="do not sum to one"):
        twice(x, 500)


def test_from_afar_is_smaller_and_keeps_the_mean() -> None:
    x = torch.full((1, 3, 32, 32), 0.4)
    assert torch.allclose(hybrids.from_afar(x), torch.full((1, 3, 8, 8), 0.4), atol=1e-6)
