"""The training loop: it learns, it averages, and an interruption leaves no trace."""

import math

import pytest
import torch
from fake_run import FakeRun, Killed
from torch import Generator, Tensor, nn

from experiments.diffusion.classifier import Classifier, classify, judge
from experiments.diffusion.metrics import accuracy
from experiments.diffusion.objectives import denoise, flow, one_hot, predict_eps, predict_v
from experiments.diffusion.schedule import linear
from experiments.diffusion.train import cosine, falls_by_epoch, train
from experiments.diffusion.unet import UNet

DIGITS = 40


def drawings() -> tuple[Tensor, Tensor]:
    """Bars of two kinds, a stand-in for digits."""
    images = torch.zeros(DIGITS, 1, 28, 28)
    for i in range(DIGITS):
        at = 6 + i % 16
        if i % 2:
            images[i, 0, at : at + 3, 4:24] = 1
        else:
            images[i, 0, 4:24, at : at + 3] = 1
    return images, torch.arange(DIGITS) % 2


def small(**conditions) -> UNet:
    torch.manual_seed(0)
    return UNet(4, **conditions)


def trained(run: FakeRun, model: nn.Module, **options) -> tuple[nn.Module, dict]:
    images, labels = drawings()
    settings = {"objective": denoise(0.5), "epochs": 2, "batch_size": 16, "lr": 1e-3} | options
    history = train(run, model, images, labels, **settings)
    return model, history


def test_steps_logs_and_evaluations() -> None:
    run, evaluations = FakeRun(), iter(range(10))
    _, history = trained(run, small(), evaluate=lambda: {"n": next(evaluations)})
    assert len(history["loss"]) == math.ceil(DIGITS / 16) * 2
    assert history["evaluations"] == [{"n": 0}, {"n": 1}]
    assert [entry["step"] for entry in run.logged] == [3, 6]
    assert run.logged[0]["loss"] == pytest.approx(sum(history["loss"][:3]) / 3)
    assert history["seconds"] > 0


def test_the_device_is_waited_for_once_in_a_hundred_steps_and_at_the_end_of_an_epoch() -> None:
    def objective(model: nn.Module, x: Tensor, c: Tensor, generator: Generator) -> Tensor:
        return model.weight.expand(len(x))

    run, images = FakeRun(), torch.zeros(230, 1, 1, 1)
    settings = {"objective": objective, "epochs": 2, "batch_size": 1, "lr": 1e-3}
    history = train(run, Counter(), images, torch.zeros(230), **settings)
    assert [entry["step"] for entry in run.logged] == [100, 200, 230, 330, 430, 460]
    assert len(history["loss"]) == 460


@pytest.mark.parametrize(
    ("objective", "conditions"),
    [
        (denoise(0.5), {}),
        (predict_eps(linear(300)), {"time": True}),
        (predict_v(linear(300), one_hot(10)), {"time": True, "classes": 10}),
        (flow(one_hot(10)), {"time": True, "classes": 10}),
    ],
    ids=["denoise", "eps", "v", "flow"],
)
def test_the_loss_falls(objective, conditions: dict) -> None:
    _, history = trained(
        FakeRun(), small(**conditions), objective=objective, epochs=20, batch_size=20, lr=5e-3
    )
    assert sum(history["loss"][-5:]) < 0.7 * sum(history["loss"][:5])


def test_one_batch_is_learnt_by_heart() -> None:
    images, labels = drawings()
    model = small()
    history = train(
        FakeRun(),
        model,
        images[:4],
        labels[:4],
        objective=denoise(0.1),
        epochs=150,
        batch_size=4,
        lr=1e-2,
    )
    assert history["loss"][-1] < history["loss"][0] / 20


class Watched(nn.Module):
    """One weight whose gradient is 1: Adam moves it by the learning rate."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))


def test_a_step_moves_by_the_rate_of_its_middle() -> None:
    seen = []

    def objective(model: nn.Module, x: Tensor, c: Tensor, generator: Generator) -> Tensor:
        seen.append(model.weight.item())
        return model.weight.expand(len(x))

    options = {"objective": objective, "epochs": 4, "lr": 1e-2}
    _, history = trained(FakeRun(), Watched(), rate=lambda done: 1 - done / 2, **options)
    expected = [1e-2 * (1 - (step + 0.5) / 24) for step in range(12)]
    assert history["rates"] == pytest.approx(expected)
    moved = -torch.tensor(seen).diff()
    assert torch.allclose(moved, torch.tensor(expected[:-1]), rtol=1e-3)


@pytest.mark.parametrize(
    ("epochs", "steps", "lr", "last"),
    [(5, 9375, 1e-4, 1e-4), (4, 1876, 3e-3, 1e-4), (10, 31_250, 1e-3, 1e-4), (2, 938, 1e-3, 1e-4)],
)
def test_a_rate_that_falls_by_epoch_is_bit_for_bit_the_factor_after_each(
    epochs: int, steps: int, lr: float, last: float
) -> None:
    rate, steps_per_epoch = falls_by_epoch(epochs, last / lr), steps // epochs
    for step in range(steps):
        epoch = step // steps_per_epoch
        assert lr * rate((step + 0.5) / steps) == lr * (last / lr) ** (epoch / epochs)


def test_the_cosine_warms_up_and_ends_at_nothing() -> None:
    assert cosine(0) == 0
    assert cosine(0.015) == pytest.approx(0.5, rel=0.01)
    assert cosine(0.5) == pytest.approx(0.5)
    assert cosine(1) == pytest.approx(0)
    falling = [cosine(0.03 + 0.97 * i / 50) for i in range(51)]
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize("kill_at", [3, 4, 6, 7])
def test_a_killed_training_ends_as_one_never_stopped(kill_at: int) -> None:
    options = {"epochs": 3, "ema": 0.9, "rate": cosine, "evaluate": lambda: {"done": 1.0}}
    whole, expected = trained(FakeRun(), small(), **options)

    run = FakeRun(kill_at=kill_at)
    with pytest.raises(Killed):
        trained(run, small(), **options)
    run.kill_at = None
    torch.manual_seed(99)  # other fresh weights, which the checkpoint replaces
    resumed, history = trained(run, UNet(4), **options)

    assert history["loss"] == expected["loss"]
    assert history["evaluations"] == expected["evaluations"]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_two_runs_agree_and_two_seeds_do_not() -> None:
    first, second = (trained(FakeRun(), small())[1]["loss"] for _ in range(2))
    assert first == second
    assert first != trained(FakeRun(seed=181), small())[1]["loss"]


class Counter(nn.Module):
    """A weight that the objective below moves by a known amount: lr a step."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))


def test_the_average_follows_its_recursion() -> None:
    model, seen = Counter(), []

    def objective(model: nn.Module, x: Tensor, c: Tensor, generator: Generator) -> Tensor:
        seen.append(model.weight.item())
        return -model.weight.expand(len(x))

    trained(FakeRun(), model, objective=objective, epochs=5, lr=0.1, ema=0.8)

    average, weights = 0.0, [*seen[1:], seen[-1] + 0.1]
    for step, weight in enumerate(weights, 1):
        decay = min(0.8, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * weight
    assert model.weight.item() == pytest.approx(average, rel=1e-4)


def test_evaluation_sees_the_average_and_training_goes_on_from_the_weights() -> None:
    seen = []
    model = Counter()

    def objective(model: nn.Module, x: Tensor, c: Tensor, generator: Generator) -> Tensor:
        return -model.weight.expand(len(x))

    def evaluate() -> dict:
        seen.append((model.weight.item(), model.training))
        return {}

    trained(FakeRun(), model, objective=objective, epochs=3, lr=0.1, ema=0.8, evaluate=evaluate)
    assert all(not training for _, training in seen)
    assert seen[-1][0] == pytest.approx(model.weight.item())
    assert 0 < seen[0][0] < 0.3  # after three steps of 0.1 the average lags behind

    plain = Counter()
    trained(FakeRun(), plain, objective=objective, epochs=3, lr=0.1)
    assert plain.weight.item() == pytest.approx(0.9, rel=1e-4)


def test_a_rank_takes_its_share_of_every_batch() -> None:
    sizes = {0: [], 1: []}
    for rank, seen in sizes.items():

        def objective(model, x, c, generator, seen=seen):
            seen.append(x.flatten(1).argmax(1).tolist())
            return model.weight.expand(len(x))

        trained(FakeRun(), Counter(), objective=objective, epochs=1, rank=rank, world_size=2)
    assert [len(a) + len(b) for a, b in zip(sizes[0], sizes[1], strict=True)] == [16, 16, 8]


def test_the_classifier_learns_and_its_features_are_what_it_decides_by() -> None:
    images, labels = drawings()
    torch.manual_seed(0)
    model = Classifier(classes=2)
    train(FakeRun(), model, images, labels, objective=classify(), epochs=15, batch_size=20, lr=3e-3)
    logits, features = judge(model, images, batch_size=7)
    assert accuracy(logits, labels) == 1.0
    assert features.shape == (DIGITS, 64)
    assert torch.allclose(model.decide(features), model(images), atol=1e-4)
    assert torch.allclose(logits, model(images), atol=1e-4)


def test_the_classifier_takes_colour_and_other_sizes() -> None:
    model = Classifier(classes=19, channels=3, size=32, width=48).eval()
    assert model(torch.rand(2, 3, 32, 32)).shape == (2, 19)
    assert model.features(torch.rand(2, 3, 32, 32)).shape == (2, 48)
