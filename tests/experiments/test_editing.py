"""Editing: what is kept is kept exactly, and what is new comes from the model."""

import pytest
import torch
from exact import bulk_noise, gaussian_predict, generators, mixture_predict
from torch import Tensor

from experiments.diffusion import editing
from experiments.diffusion.forward import forward, independent
from experiments.diffusion.samplers import ancestral, final
from experiments.diffusion.schedule import cosine, strided_timesteps
from reportgen import ReportgenError

SCHEDULE, TIMESTEPS = cosine(), strided_timesteps()


def image(n: int = 2, size: int = 8) -> Tensor:
    return 2 * torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(3)) - 1


@pytest.mark.parametrize("t", [0, 250, 500, 750])
def test_the_one_step_estimate_inverts_the_forward_process(t: int) -> None:
    x0, eps = image().double(), torch.randn(2, 1, 8, 8, dtype=torch.float64)
    x_t = forward(x0, t, SCHEDULE, eps)
    estimate = editing.one_step(lambda *_: eps, SCHEDULE, x_t, t)
    assert torch.allclose(estimate, x0, atol=1e-9)


def test_the_one_step_estimate_of_a_gaussian_is_its_posterior_mean() -> None:
    """x0 ~ N(m, s^2), x_t = a x0 + n eps: E[x0 | x_t] by Bayes, written for one number."""
    t, mean, std = 690, 0.6, 0.35
    a2 = float(SCHEDULE.alpha_bar(t))
    x_t = torch.linspace(-3, 3, 7).double().view(7, 1, 1, 1)
    precision = 1 / std**2 + a2 / (1 - a2)
    expected = (mean / std**2 + a2**0.5 * x_t / (1 - a2)) / precision
    predict = gaussian_predict(SCHEDULE, mean, std)
    assert torch.allclose(editing.one_step(predict, SCHEDULE, x_t, t), expected)


def test_sdedit_is_sampling_from_the_noisy_image() -> None:
    predict = mixture_predict(SCHEDULE, -1.0, 1.0, 0.5)
    edited = editing.sdedit(predict, SCHEDULE, image(), TIMESTEPS, 10, independent(generators(2)))
    noise = independent(generators(2))
    x = forward(image(), 690, SCHEDULE, noise(image()))
    plain = ancestral(predict, SCHEDULE, x, SCHEDULE.pairs(TIMESTEPS[10:]), noise)
    for a, b in zip(edited, plain, strict=True):
        assert torch.equal(a, b)


def test_a_later_start_stays_nearer_to_the_image() -> None:
    predict = mixture_predict(SCHEDULE, -1.0, 1.0, 0.5)
    x = image(1, 40).sign() * 1.0

    def kept(i_start: int) -> float:
        states = editing.sdedit(predict, SCHEDULE, x, TIMESTEPS, i_start, bulk_noise(1))
        return float((final(states).sign() == x).double().mean())

    shares = [kept(i) for i in (1, 10, 20, 30)]
    assert shares == sorted(shares)
    assert abs(shares[0] - 0.5) < 0.05
    assert shares[-1] == 1.0


@pytest.mark.parametrize("i_start", [-1, 34])
def test_a_start_outside_the_timesteps_is_refused(i_start: int) -> None:
    with pytest.raises(ReportgenError, match=f"no step '{i_start}'") as caught:
        editing.sdedit(lambda x, t: x, SCHEDULE, image(), TIMESTEPS, i_start, bulk_noise())
    assert "0 to 33" in str(caught.value)


def test_inpainting_keeps_the_known_exactly_and_samples_the_rest() -> None:
    mask = torch.zeros(40, 40)
    mask[:, 20:] = 1
    x, predict = image(1, 40), mixture_predict(SCHEDULE, -1.0, 0.5, 0.3)

    *_, result = editing.inpaint(predict, SCHEDULE, x, mask, TIMESTEPS, bulk_noise(2))

    assert torch.equal(result[..., :20], x[..., :20])
    new = result[..., 20:]
    assert float(torch.minimum((new + 1).abs(), (new - 0.5).abs()).max()) < 0.05
    assert 0.2 < float((new > -0.25).double().mean()) < 0.4


def test_the_known_region_has_the_noise_of_its_step() -> None:
    mask = torch.zeros(60, 60)
    flat = torch.full((1, 1, 60, 60), 0.5)
    predict = gaussian_predict(SCHEDULE, 0.0, 1.0)
    states = editing.inpaint(predict, SCHEDULE, flat, mask, TIMESTEPS, bulk_noise(2))
    for t, state in zip([*TIMESTEPS[1:], SCHEDULE.clean], states, strict=True):
        a = float(SCHEDULE.alpha_bar(t))
        assert float(state.mean()) == pytest.approx(0.5 * a**0.5, abs=0.07)
        assert float(state.std()) == pytest.approx((1 - a) ** 0.5, rel=0.07, abs=1e-6)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.zeros(8, 9), "The mask is 8 x 9 pixels and the image 8 x 8"),
        (torch.full((8, 8), 0.5), "The mask holds '0.5'"),
        (torch.full((8, 8), 255), "The mask holds '255'"),
        (torch.full((8, 8), float("nan")), "The mask holds 'nan'"),
    ],
)
def test_a_mask_that_is_none_is_refused(mask: Tensor, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        editing.inpaint(lambda x, t: x, SCHEDULE, image(), mask, TIMESTEPS, bulk_noise())
