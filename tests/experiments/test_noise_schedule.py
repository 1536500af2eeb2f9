"""Schedules: the published values, both ways of counting, and the algebra of x0, eps and v."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.diffusion import schedule as s
from reportgen import ReportgenError


@pytest.mark.parametrize(
    ("t", "expected"),
    [
        (0, 0.999959),
        (30, 0.9965),
        (250, 0.8459),
        (500, 0.4923),
        (690, 0.2145),
        (750, 0.1432),
        (990, 1.97e-4),
        (999, 2.43e-9),
    ],
)
def test_cosine_has_the_levels_of_deepfloyd(t: int, expected: float) -> None:
    assert float(s.cosine().alpha_bar(t)) == pytest.approx(expected, rel=2e-3)


def test_linear_leaves_a_fifth_of_the_amplitude_after_300_steps() -> None:
    assert float(s.linear(300).alpha_bar(300)) == pytest.approx(0.048, abs=2e-4)


def test_linear_equals_a_plain_product() -> None:
    schedule, product = s.linear(300), 1.0
    for t in range(1, 301):
        product *= 1 - (1e-4 + (0.02 - 1e-4) * (t - 1) / 299)
        assert float(schedule.alpha_bar(t)) == pytest.approx(product, rel=1e-12)


@pytest.mark.parametrize(
    ("schedule", "first", "last", "clean"), [(s.linear(300), 1, 300, 0), (s.cosine(), 0, 999, -1)]
)
def test_counting(schedule: s.Schedule, first: int, last: int, clean: int) -> None:
    assert (schedule.first, schedule.last, schedule.clean) == (first, last, clean)
    assert schedule.alpha_bar(clean) == 1
    assert float(schedule.alpha_bar(first)) == pytest.approx(1 - float(schedule.betas[0]))
    levels = schedule.alpha_bar(torch.arange(clean, last + 1))
    assert (levels.diff() < 0).all()
    assert torch.equal(levels[1:], schedule.alpha_bar(torch.arange(first, last + 1)))


@pytest.mark.parametrize("t", [-2, 1000, torch.tensor([5, 1000])])
def test_a_timestep_out_of_range_is_refused(t: int | torch.Tensor) -> None:
    with pytest.raises(ReportgenError, match="There is no timestep") as caught:
        s.cosine().alpha_bar(t)
    assert "from 0 to 999" in str(caught.value)


def test_snr() -> None:
    schedule = s.linear(300)
    a = float(schedule.alpha_bar(120))
    assert float(schedule.snr(120)) == pytest.approx(a / (1 - a))
    assert schedule.snr(0) == float("inf")


def test_strided_timesteps() -> None:
    timesteps = s.strided_timesteps()
    assert timesteps[:3] == [990, 960, 930]
    assert timesteps[-2:] == [30, 0]
    assert timesteps[10] == 690
    assert [timesteps[i] for i in (1, 3, 5, 7, 10, 20)] == [960, 900, 840, 780, 690, 390]
    assert len(timesteps) == 34


def test_pairs_end_at_the_clean_image() -> None:
    assert s.cosine().pairs([60, 30, 0]) == [(60, 30), (30, 0), (0, -1)]
    assert s.linear(3).pairs() == [(3, 2), (2, 1), (1, 0)]


def test_pairs_must_fall() -> None:
    with pytest.raises(ReportgenError, match=r"must fall.*\[30, 60\]"):
        s.cosine().pairs([30, 60])


def test_evenly_spaced_timesteps() -> None:
    assert s.linear(300).evenly(10) == list(range(300, 0, -30))
    assert s.linear(300).evenly(300) == list(range(300, 0, -1))
    assert s.cosine().evenly(2) == [999, 499]
    with pytest.raises(ReportgenError, match="'301'"):
        s.linear(300).evenly(301)


@settings(max_examples=30)
@given(t=st.integers(0, 998), seed=st.integers(0, 99))
def test_conversions_go_round_and_come_back(t: int, seed: int) -> None:
    x0, eps = torch.randn(2, 3, 1, 4, 4, dtype=torch.float64, generator=_generator(seed))
    a = s.cosine().alpha_bar(t)
    x_t = a.sqrt() * x0 + (1 - a).sqrt() * eps
    v = s.v_from_eps(x0, eps, a)

    assert torch.allclose(s.x0_from_eps(x_t, eps, a), x0, atol=1e-5)
    assert torch.allclose(s.eps_from_x0(x_t, x0, a), eps, atol=1e-5)
    assert torch.allclose(s.x0_from_v(x_t, v, a), x0, atol=1e-5)
    assert torch.allclose(s.eps_from_v(x_t, v, a), eps, atol=1e-5)


def test_scales_take_the_roots_before_they_round() -> None:
    a = s.cosine().alpha_bar(torch.tensor([0, 999]))
    signal, noise = s.scales(a, torch.zeros(2, 3, 4, 4))
    assert signal.shape == noise.shape == (2, 1, 1, 1)
    assert noise.dtype == torch.float32
    assert float(noise[0]) == pytest.approx(float((1 - a[0]).sqrt()), rel=1e-6)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
