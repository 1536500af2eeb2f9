"""The digit models and time: errors at single timesteps, films, and a contest of targets."""

from pathlib import Path
from typing import Any

import pytest
import torch
from fake_run import FakeRun, Killed
from small_world import conditional, judge, recorded, small_mnist, weights

from experiments.diffusion.data import as_images
from experiments.diffusion.forward import forward
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.schedule import eps_from_v, linear
from experiments.part_b.class_conditional import class_conditional_samples
from experiments.part_b.error_by_time import loss_at_each_time, loss_by_time
from experiments.part_b.flow import digit_flow
from experiments.part_b.models import by_epoch, time_model, training_curves
from experiments.part_b.targets import (
    digit_targets,
    eps_against_v,
    other_target,
    prediction_targets,
    short_trainings,
    targets_table,
)
from experiments.part_b.time_conditional import (
    sampling_animation,
    sampling_film,
    time_conditional_samples,
)


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Any:
    options = {"first": [1, 2], "times": 3, "images": 20}
    models = weights(time=True), conditional()
    result = loss_by_time(FakeRun(), small_mnist(), *models, **options)
    return recorded(result, tmp_path_factory.mktemp("errors"))


def test_errors_are_those_of_the_network_at_each_time(errors: dict[str, Any]) -> None:
    assert errors["t"] == [1, 2, 100, 200, 300]
    run, schedule = FakeRun(), linear(300)
    x0 = as_images(small_mnist()["test_images"][:20]) * 2 - 1
    eps = noise_like(x0, run.generator("eps"))
    model = time_model(weights(time=True), torch.device("cpu"))
    with torch.no_grad():
        x_t = forward(x0, 200, schedule, eps)
        v = model(x_t, torch.full((20,), 200 / 300))
    found = eps_from_v(x_t, v, schedule.alpha_bar(200))
    expected = float((found - eps).square().mean())
    error = errors["noise"]["time_conditional"][3]
    assert error["mean"] == pytest.approx(expected, rel=1e-4)
    assert error["low"] < error["mean"] < error["high"]


def test_the_last_step_of_the_schedule_keeps_a_rest_of_the_image(errors: dict[str, Any]) -> None:
    assert errors["alpha_bar"] == pytest.approx(0.048, abs=5e-4)
    assert errors["odds"][-1] == pytest.approx((1 - 0.048) / 0.048, rel=0.02)


def test_both_panels_show_the_same_errors(errors: dict[str, Any]) -> None:
    of_noise, of_image = loss_at_each_time(errors).panels.values()
    assert [line.name for line in of_noise.series] == ["told the time", "told time and class"]
    ratio = of_image.series[0].y / of_noise.series[0].y
    assert ratio == pytest.approx(errors["odds"])


def test_a_film_runs_from_noise_to_the_image() -> None:
    film = sampling_film(FakeRun(), weights(time=True), timesteps=12, frames=5)
    assert film["t"] == [12, 9, 6, 3, 0]
    assert film["frames"].shape == (5, 2, 10, 28, 28)
    state, expected = film["frames"][-1]
    assert torch.equal(state, expected)
    assert sampling_animation(film).labels == ["t = 12", "t = 9", "t = 6", "t = 3", "t = 0"]


CONTEST = {"hidden": 4, "train_images": 40, "batch_size": 20, "images": 20, "steps": 2, "epochs": 2}


def contest(run: FakeRun) -> dict[str, Any]:
    return prediction_targets(run, small_mnist(), judge(), **CONTEST)


def test_a_contest_killed_in_either_half_ends_the_same() -> None:
    whole = contest(FakeRun())
    assert list(whole) == ["eps", "v", "v_cosine"]
    run = FakeRun(kill_at=3)
    with pytest.raises(Killed):
        contest(run)
    run.kill_at = None
    again = contest(run)
    for target, result in whole.items():
        assert torch.equal(again[target]["shown"], result["shown"])
        assert again[target]["frechet"] == result["frechet"]
    parts = [f"{name} {part}" for name in whole for part in ("training", "samples")]
    assert sorted(run.checkpoints) == sorted(parts)
    assert eps_against_v(whole).row_labels == ["ε", "v", "v, cosine"]
    distances = [row[4] for row in short_trainings(whole).rows]
    assert distances == [result["frechet"] for result in whole.values()]


def test_the_learning_rate_makes_a_difference_where_the_target_does_not() -> None:
    whole = contest(FakeRun())
    assert not torch.equal(whole["v"]["shown"], whole["v_cosine"]["shown"])


def test_whole_trainings_are_compared_by_what_they_predict(tmp_path: Path) -> None:
    world = small_mnist(), conditional(), conditional(), conditional(), judge()
    options = {"images": 20, "steps": 2, "batch_size": 8}
    result = recorded(digit_targets(FakeRun(), *world, **options), tmp_path)
    assert [row[0] for row in targets_table(result).rows] == [
        "the velocity v",
        "the noise ε",
        "the direction x − n (flow)",
    ]
    by_v = digit_flow(FakeRun(), *world[:2], *world[3:], images=20, steps=[2])["scores"]
    for target, method in {"v": "diffusion", "flow": "flow"}.items():
        expected = by_v[method]["2"]["diversity"]
        assert result["scores"][target]["diversity"] == pytest.approx(expected, rel=1e-3)


def test_the_other_target_is_what_the_network_is_asked_for() -> None:
    asked = {"hidden": 4, "epochs": 1}
    eps, v = (
        other_target(FakeRun(), small_mnist(), predicts=target, **asked) for target in ("eps", "v")
    )
    assert not torch.equal(eps["loss"], v["loss"])


def trained(epochs: int, count: int = 40) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    samples = torch.randint(0, 256, (epochs, count, 1, 28, 28), generator=generator).byte()
    return {
        "loss": torch.linspace(1, 0.1, 6 * epochs),
        "rates": torch.full((6 * epochs,), 1e-3),
        "samples": samples,
    }


def test_forty_digits_after_the_first_the_middle_and_the_last_epoch() -> None:
    steps = class_conditional_samples(trained(epochs=6))
    assert steps.labels == ["epoch 1", "epoch 3", "epoch 6"]
    assert steps.frames.grid.rows.shape[:2] == (4, 10)


def test_of_many_epochs_the_first_some_early_ones_and_the_last_are_shown() -> None:
    by_time = time_conditional_samples(trained(epochs=20, count=20), {"read": [[0] * 20] * 20})
    assert by_time.labels == ["epoch 1", "epoch 5", "epoch 10", "epoch 20"]
    by_class = class_conditional_samples(trained(epochs=20))
    assert by_class.labels == ["epoch 1", "epoch 5", "epoch 20"]
    unread = {"read": [[-1, 0] * 10] * 3}
    few = time_conditional_samples(trained(epochs=3, count=20), unread)
    assert few.frames.grid.tile_labels[0][:3] == ["×", "", "×"]
    assert few.labels == ["epoch 1", "epoch 2", "epoch 3"]


def test_one_epoch_needs_no_slider_and_a_constant_rate_no_curve() -> None:
    result = trained(epochs=1)
    assert by_epoch(result["samples"], [1]).rows.shape[:2] == (4, 10)
    assert training_curves(result).series[0].name == "loss"


def test_the_rate_of_every_step_stands_under_its_loss() -> None:
    rates = torch.linspace(3e-3, 0, 24)
    loss, rate = training_curves({**trained(epochs=4), "rates": rates}).panels.values()
    assert len(loss.series[0].y) == 24
    assert rate.series[0].y == pytest.approx(rates.tolist())
