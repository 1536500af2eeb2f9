"""Objectives: each is zero for the right answer, computed here in another way."""

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn

from experiments.diffusion import objectives, predictors
from experiments.diffusion.schedule import cosine, linear

X = 2 * torch.rand(64, 1, 6, 6, generator=Generator().manual_seed(0)) - 1
LABELS = torch.arange(64) % 10


def generator() -> Generator:
    return Generator().manual_seed(5)


class Oracle(nn.Module):
    """Knows the image behind every noisy one, and keeps what it was asked."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, x: Tensor, t: Tensor | None = None, c: Tensor | None = None) -> Tensor:
        self.asked = (x, t, c)
        return self.answer(x, t)


def signal(t: Tensor) -> Tensor:
    """sqrt(alpha_bar) of the linear schedule of 300 steps, from the definition."""
    products = np.cumprod(1 - np.linspace(1e-4, 0.02, 300))
    steps = (t * 300).round().long().numpy()
    return torch.from_numpy(np.sqrt(products[steps - 1])).float()[:, None, None, None]


def test_the_right_noise_costs_nothing() -> None:
    oracle = Oracle(lambda x, t: (x - signal(t) * X) / (1 - signal(t) ** 2).sqrt())
    loss = objectives.predict_eps(linear(300))(oracle, X, LABELS, generator())
    assert loss.shape == (64,)
    assert float(loss.max()) < 1e-4


def test_the_right_velocity_costs_nothing() -> None:
    def answer(x: Tensor, t: Tensor) -> Tensor:
        noise = (1 - signal(t) ** 2).sqrt()
        return signal(t) * (x - signal(t) * X) / noise - noise * X

    loss = objectives.predict_v(linear(300))(Oracle(answer), X, LABELS, generator())
    assert float(loss.max()) < 1e-4


def test_the_right_flow_costs_nothing() -> None:
    oracle = Oracle(lambda x, s: (X - x) / (1 - s)[:, None, None, None])
    assert float(objectives.flow()(oracle, X, LABELS, generator()).max()) < 1e-3


def test_denoising_asks_for_the_clean_image() -> None:
    oracle = Oracle(lambda x, _: X)
    assert float(objectives.denoise(0.5)(oracle, X, LABELS, generator()).max()) == 0
    assert float((oracle.asked[0] - X).std()) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    "objective", [objectives.predict_eps(linear(300)), objectives.predict_v(linear(300))]
)
def test_a_zero_answer_costs_the_targets_mean_square(objective: objectives.Objective) -> None:
    loss = objective(Oracle(lambda x, t: 0 * x), X, LABELS, generator())
    assert 0.3 < float(loss.mean()) < 1.1


@pytest.mark.parametrize("schedule", [linear(7), cosine(7)], ids=["linear", "cosine"])
def test_every_timestep_is_drawn_and_no_other(schedule) -> None:
    t = objectives.random_timesteps(schedule, 7000, generator())
    counts = torch.bincount(t - schedule.first, minlength=7)
    assert len(counts) == 7
    assert 850 < int(counts.min()) <= int(counts.max()) < 1150


def test_the_network_is_told_t_over_T() -> None:  # noqa: N802
    oracle = Oracle(lambda x, t: x)
    objectives.predict_eps(linear(300))(oracle, X, LABELS, generator())
    t = objectives.random_timesteps(linear(300), 64, generator())
    assert torch.allclose(oracle.asked[1], t / 300)
    assert oracle.asked[2] is None


def test_classes_are_left_out_for_a_tenth_of_the_images() -> None:
    labels = torch.arange(20_000) % 10
    c = objectives.one_hot(10, drop=0.1)(labels, generator())
    told = c.sum(1) == 1
    assert torch.equal(c[told].argmax(1), labels[told])
    assert float(c[~told].abs().max()) == 0
    assert float(told.double().mean()) == pytest.approx(0.9, abs=0.01)


def test_the_same_generator_gives_the_same_loss() -> None:
    model = Oracle(lambda x, t: 0 * x)
    objective = objectives.predict_eps(linear(300), objectives.one_hot(10))
    first = objective(model, X, LABELS, generator())
    assert torch.equal(first, objective(model, X, LABELS, generator()))
    assert not torch.equal(first, objective(model, X, LABELS, Generator().manual_seed(6)))


def test_adapters_turn_each_prediction_into_what_samplers_take() -> None:
    schedule, t = linear(300), 120
    a = schedule.alpha_bar(t).float()
    eps = torch.randn(X.shape, generator=generator())
    x_t = a.sqrt() * X + (1 - a).sqrt() * eps
    v = a.sqrt() * eps - (1 - a).sqrt() * X
    c = torch.eye(10)[LABELS]

    for adapter, answer in ((predictors.from_eps, eps), (predictors.from_v, v)):
        oracle = Oracle(lambda x, t, answer=answer: answer)
        found = adapter(oracle, schedule, c)(x_t, t)
        assert torch.allclose(found, eps, atol=1e-5)
        assert torch.allclose(oracle.asked[1], torch.full((64,), 0.4))
        assert oracle.asked[2] is c


def test_the_adapter_of_a_flow_passes_its_time_on() -> None:
    oracle = Oracle(lambda x, s: x * s[:, None, None, None])
    found = predictors.from_flow(oracle)(X, 0.25)
    assert torch.allclose(found, X / 4)
