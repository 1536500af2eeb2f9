"""The control experiments agree with the experiments that they control."""

from typing import Any

import pytest
import torch
from fake_run import FakeRun
from small_world import conditional, judge, small_mnist, weights

from experiments.diffusion import classifier
from experiments.diffusion.forward import forward
from experiments.diffusion.metrics import frechet_distance
from experiments.diffusion.predictors import from_v
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.part_b import digits
from experiments.part_b.copies import copies_by_scale, digit_neighbours
from experiments.part_b.digits import digit_referee, starts
from experiments.part_b.fewer_steps import digit_samplers, fresh_noise
from experiments.part_b.first_state import first_state
from experiments.part_b.guidance import missing_class
from experiments.part_b.models import few_steps, time_model

CPU = torch.device("cpu")


def close(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether scores are the same, but for pixels that batches round another way."""
    return all(found[key] == pytest.approx(expected[key], rel=0.02) for key in found)


def test_first_states_differ_by_what_is_left_of_the_image() -> None:
    time, run = weights(time=True), FakeRun()
    result = first_state(run, small_mnist(), time, judge(), images=20, steps=3, batch_size=8)
    test, schedule = digits.test_pixels(small_mnist())[:20], linear(300)
    assert result["real"]["brightness"] == pytest.approx(float(as_unit(test).mean()))
    predict, eps = from_v(time_model(time, CPU), schedule), starts(run, 20)
    noisy = forward(as_unit(test) * 2 - 1, 300, schedule, eps)
    mean = float(schedule.alpha_bar(300)) ** 0.5 * time["mean"]
    rest = float(1 - schedule.alpha_bar(300)) ** 0.5 * eps
    for name, start in {"noise": eps, "mean": mean + rest, "seen": noisy}.items():
        by_hand = few_steps(predict, schedule, start, 3)
        expected = float(as_unit(by_hand).mean())
        assert result[name]["brightness"] == pytest.approx(expected, rel=1e-3)
    assert result["noise"]["brightness"] != pytest.approx(result["seen"]["brightness"], rel=1e-3)


def test_fresh_noise_leads_from_ddim_to_ancestral_sampling() -> None:
    world = FakeRun(), small_mnist(), conditional(), judge()
    scores = digit_samplers(*world, timesteps=12, steps=[4], images=20)["scores"]
    for eta, steps, name in ((0.0, 4, "DDIM 4"), (1.0, 12, "DDPM 12")):
        options = {"timesteps": 12, "steps": [steps], "images": 20, "eta": eta, "batch_size": 8}
        world = FakeRun(), small_mnist(), conditional(), judge()
        found = fresh_noise(*world, **options)["scores"][str(steps)]
        assert close(found, {key: scores[name][key] for key in found})


def test_each_class_is_missing_once() -> None:
    mnist = small_mnist(test=200)
    result = missing_class(FakeRun(), mnist, judge(), images=50)
    referee = digit_referee(mnist, judge(), CPU)
    labels = torch.from_numpy(mnist["test_labels"])
    pixels = digits.test_pixels(mnist)[labels != 3][:50]
    _, features = classifier.judge(referee.judge, as_unit(pixels))
    assert result["without"][3] == pytest.approx(frechet_distance(features, referee.real), rel=1e-4)
    assert len(result["without"]) == 10
    assert result["whole"] < min(result["without"])


def test_copies_are_looked_for_as_at_the_scale_of_the_report() -> None:
    options = {"images": 30, "steps": 3}
    known = digit_neighbours(FakeRun(), small_mnist(), conditional(), gamma=5.0, **options)
    found = copies_by_scale(
        FakeRun(), small_mnist(), conditional(), known, gammas=[5.0, 1.0], **options
    )
    distances = known["distances"]["samples"]
    assert found["5"]["smallest"] == pytest.approx(known["smallest"], rel=1e-3)
    assert found["5"]["mean"] == pytest.approx(float(distances.mean()), rel=1e-3)
    assert found["5"]["below"] == known["below"]["samples"]
    assert found["means"]["samples"] == pytest.approx(float(distances.mean()))
    assert found["1"] != found["5"]
