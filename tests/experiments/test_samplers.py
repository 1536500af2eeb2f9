"""Samplers, against distributions that have a closed form and against each other."""

import math

import pytest
import torch
from exact import bulk_noise, gaussian_predict, generators, mixture_predict
from torch import Tensor

from experiments.diffusion import samplers
from experiments.diffusion.forward import independent, pure_noise
from experiments.diffusion.schedule import Schedule, cosine, linear, strided_timesteps

SAMPLES = 20_000
MEAN, STD = 0.6, 0.35


def start(n: int = SAMPLES, seed: int = 1) -> Tensor:
    return bulk_noise(seed)(torch.empty(n, 1, 1, 1, dtype=torch.float64))


def ancestral(schedule: Schedule, predict: samplers.Predict, **options) -> Tensor:
    pairs = options.pop("pairs", schedule.pairs())
    return samplers.final(
        samplers.ancestral(predict, schedule, start(), pairs, bulk_noise(2), **options)
    )


@pytest.mark.parametrize("schedule", [linear(1000), cosine()], ids=["linear", "cosine"])
def test_ancestral_samples_a_gaussian(schedule: Schedule) -> None:
    x = ancestral(schedule, gaussian_predict(schedule, MEAN, STD))
    assert float(x.mean()) == pytest.approx(MEAN, abs=4 * STD / SAMPLES**0.5 + 0.005)
    assert float(x.std()) == pytest.approx(STD, rel=0.03)


def ancestral_moments(schedule: Schedule, pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Mean and deviation of ancestral sampling of N(MEAN, STD^2), followed by hand.

    With the exact x0 estimate (linear in x) each step is a linear map plus noise.
    """
    mean, variance = 0.0, 1.0
    for t, t_next in pairs:
        now, then = float(schedule.alpha_bar(t)), float(schedule.alpha_bar(t_next))
        total = now * STD**2 + 1 - now
        slope, offset = math.sqrt(now) * STD**2 / total, (1 - now) * MEAN / total  # of x0 in x
        k0 = math.sqrt(then) * (1 - now / then) / (1 - now)
        k = math.sqrt(now / then) * (1 - then) / (1 - now)
        mean = (k0 * slope + k) * mean + k0 * offset
        variance = (k0 * slope + k) ** 2 * variance
        variance += (1 - then) / (1 - now) * (1 - now / then)
    return mean, math.sqrt(variance)


@pytest.mark.parametrize("stride", [30, 100])
def test_strided_ancestral_sampling_has_the_moments_of_its_linear_maps(stride: int) -> None:
    schedule = cosine()
    pairs = schedule.pairs(strided_timesteps(stride=stride))
    mean, std = ancestral_moments(schedule, pairs)

    x = ancestral(schedule, gaussian_predict(schedule, MEAN, STD), pairs=pairs)

    assert float(x.mean()) == pytest.approx(mean, abs=4 * std / SAMPLES**0.5)
    assert float(x.std()) == pytest.approx(std, rel=0.02)


@pytest.mark.parametrize("steps", [50, 1000])
def test_ddim_carries_a_gaussian_to_the_gaussian(steps: int) -> None:
    schedule = linear(1000)
    pairs = schedule.pairs(schedule.evenly(steps))
    predict = gaussian_predict(schedule, MEAN, STD)
    x = samplers.final(samplers.ddim(predict, schedule, start(), pairs))
    assert float(x.mean()) == pytest.approx(MEAN, abs=0.02)
    assert float(x.std()) == pytest.approx(STD, rel=0.1 if steps == 50 else 0.03)


@pytest.mark.parametrize("method", ["ancestral", "ddim"])
def test_a_mixture_of_two_points_keeps_its_shares(method: str) -> None:
    schedule = linear(1000)
    predict = mixture_predict(schedule, -1.0, 0.5, share_high=0.3)
    if method == "ancestral":
        x = ancestral(schedule, predict)
    else:
        x = samplers.final(samplers.ddim(predict, schedule, start(), schedule.pairs()))
    nearest = torch.where(x > -0.25, 0.5, -1.0)
    assert float((x - nearest).abs().mean()) < 0.01
    assert float((nearest == 0.5).double().mean()) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("schedule", [linear(300), cosine()], ids=["linear", "cosine"])
@pytest.mark.parametrize("stride", [1, 30])
def test_ddim_with_eta_one_is_ancestral_sampling(schedule: Schedule, stride: int) -> None:
    pairs = schedule.pairs(range(schedule.last, schedule.clean, -stride))
    predict, x = mixture_predict(schedule, -1.0, 0.5, 0.3), start(50)
    ours = samplers.ancestral(predict, schedule, x, pairs, bulk_noise(5))
    theirs = samplers.ddim(predict, schedule, x, pairs, bulk_noise(5), eta=1.0)
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, atol=1e-9)


def test_one_ancestral_step_is_algorithm_2() -> None:
    """x_{t-1} = (x_t - beta / sqrt(1 - A) eps) / sqrt(alpha) + sqrt(beta~) z."""
    schedule, t = linear(300), 120
    x, eps, z = torch.randn(3, 2, 1, 4, 4, dtype=torch.float64)
    beta = 1e-4 + (0.02 - 1e-4) * (t - 1) / 299
    now, then = float(schedule.alpha_bar(t)), float(schedule.alpha_bar(t - 1))
    mean = (x - beta / math.sqrt(1 - now) * eps) / math.sqrt(1 - beta)
    expected = mean + math.sqrt((1 - then) / (1 - now) * beta) * z

    steps = samplers.ancestral(lambda *_: eps, schedule, x, [(t, t - 1)], lambda _: z)

    assert torch.allclose(next(steps), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("t", "t_next", "low", "high"), [(690, 660, 0.385, 0.395), (30, 0, 0.0064, 0.0591)]
)
def test_the_learned_deviation_lies_between_the_two_bounds(
    t: int, t_next: int, low: float, high: float
) -> None:
    now, then = cosine().alpha_bar(t), cosine().alpha_bar(t_next)
    found = samplers.learned_variance(now, then, torch.tensor([0.0, 0.5, 1.0])).sqrt()
    assert float(found[0]) == pytest.approx(low, rel=5e-3)
    assert float(found[2]) == pytest.approx(high, rel=5e-3)
    assert float(found[1]) == pytest.approx(math.sqrt(found[0] * found[2]), rel=1e-5)
    assert float(found[0] ** 2) == pytest.approx(float(samplers.posterior_variance(now, then)))


def test_the_learned_variance_is_that_of_the_pair() -> None:
    schedule, x = cosine(), torch.zeros(1, 1, 2, 2)
    predict = lambda x, t: torch.cat([torch.zeros_like(x), torch.ones_like(x)], 1)  # noqa: E731
    steps = samplers.ancestral(predict, schedule, x, [(30, 0)], torch.ones_like)
    beta = 1 - float(schedule.alpha_bar(30)) / float(schedule.alpha_bar(0))
    assert torch.allclose(next(steps), torch.full_like(x, math.sqrt(beta)), rtol=1e-5)


def test_no_noise_reaches_the_clean_image() -> None:
    schedule, drawn = cosine(), []

    def noise(x: Tensor) -> Tensor:
        drawn.append(1)
        return torch.ones_like(x)

    x = torch.zeros(1, 1, 2, 2)
    *_, x = samplers.ancestral(lambda x, _: x, schedule, x, [(30, 0), (0, -1)], noise)
    assert len(drawn) == 1


def test_every_state_is_yielded_and_none_is_overwritten() -> None:
    schedule = linear(10)
    predict, x = gaussian_predict(schedule, MEAN, STD), start(4)
    states = list(samplers.ancestral(predict, schedule, x, schedule.pairs(), bulk_noise(3)))
    assert len(states) == 10
    assert len({float(s[0]) for s in states}) == 10
    assert torch.equal(x, start(4))


def test_projection_is_applied_at_every_new_state() -> None:
    schedule, seen = linear(4), []

    def project(x: Tensor, t: int) -> Tensor:
        seen.append(t)
        return x * 0 + t

    predict = gaussian_predict(schedule, MEAN, STD)
    for sampler in (
        samplers.ancestral(predict, schedule, start(2), schedule.pairs(), bulk_noise(), project),
        samplers.ddim(predict, schedule, start(2), schedule.pairs(), project=project),
    ):
        assert [float(x.mean()) for x in sampler] == [3, 2, 1, 0]
    assert seen == [3, 2, 1, 0] * 2


@pytest.mark.parametrize("method", ["ancestral", "ddim"])
def test_batch_size_does_not_change_an_image_and_seeds_do(method: str) -> None:
    schedule, shape = linear(20), (1, 2, 3)
    predict = mixture_predict(schedule, -1.0, 0.5, 0.3)

    def images(sources: list[torch.Generator]) -> Tensor:
        x, noise = pure_noise(shape, sources), independent(sources)
        if method == "ancestral":
            return samplers.final(samplers.ancestral(predict, schedule, x, schedule.pairs(), noise))
        return samplers.final(samplers.ddim(predict, schedule, x, schedule.pairs(), noise, eta=0.5))

    together = images(generators(4))
    alone = torch.cat([images([g]) for g in generators(4)])
    assert torch.allclose(together, alone, atol=1e-6)
    assert torch.equal(together, images(generators(4)))
    assert not torch.allclose(together, images(generators(4, seed=1)), atol=1e-2)


def test_ddim_without_its_noise_is_an_error() -> None:
    schedule = linear(3)
    predict = gaussian_predict(schedule, MEAN, STD)
    with pytest.raises(ValueError, match=r"eta = 0\.5 needs noise"):
        next(samplers.ddim(predict, schedule, start(1), schedule.pairs(), eta=0.5))


def gaussian_velocity(x: Tensor, s: float) -> Tensor:
    """E[data - noise | x_s] for x_s = (1 - s) noise + s data, data from N(MEAN, STD^2)."""
    variance = (1 - s) ** 2 + (s * STD) ** 2
    centred = x - s * MEAN
    return MEAN + (s * STD**2 - (1 - s)) / variance * centred


def test_flow_matching_carries_a_gaussian_to_the_gaussian() -> None:
    x = samplers.final(samplers.euler(gaussian_velocity, start(), 200))
    assert float(x.mean()) == pytest.approx(MEAN, abs=0.01)
    assert float(x.std()) == pytest.approx(STD, rel=0.02)


def test_flow_matching_to_one_point_is_a_straight_line() -> None:
    data = torch.full((3, 1, 1, 1), 0.25).double()
    x = start(3)
    states = list(samplers.euler(lambda x, s: (data - x) / (1 - s), x, 4))
    for k, state in enumerate(states, 1):
        assert torch.allclose(state, x + (data - x) * k / 4)


def test_gradients_are_not_kept() -> None:
    schedule, weight = linear(3), torch.ones(1, requires_grad=True, dtype=torch.float64)
    predict = lambda x, t: x * weight  # noqa: E731
    assert not samplers.final(
        samplers.ddim(predict, schedule, start(1), schedule.pairs())
    ).requires_grad
