"""The tests of the digit models: what is compared shares its noise, and numbers add up."""

from pathlib import Path
from typing import Any

import pytest
import torch
from fake_run import FakeRun
from small_world import conditional, judge, recorded, small_mnist

from experiments.diffusion.metrics import nearest
from experiments.diffusion.predictors import from_v
from experiments.diffusion.samplers import ddim, final
from experiments.diffusion.schedule import linear
from experiments.part_b.copies import digit_neighbours, nearest_neighbours, neighbour_distances
from experiments.part_b.digits import as_bytes, classes, starts
from experiments.part_b.fewer_steps import digit_samplers, samplers_grid, samplers_table
from experiments.part_b.flow import digit_flow, flow_grid, flow_table
from experiments.part_b.guidance import (
    digit_guidance,
    guidance_by_digit,
    guidance_classes,
    guidance_table,
)
from experiments.part_b.models import beginning, conditional_model

GAMMAS, COUNTS = [0.0, 1.0, 3.0, 10.0], [10, 20, 30, 10]
CPU = torch.device("cpu")


def guidance(**options: Any) -> dict[str, Any]:
    settings = {"gammas": GAMMAS, "images": COUNTS, "steps": 3, "batch_size": 8} | options
    return digit_guidance(FakeRun(), small_mnist(), conditional(), judge(), **settings)


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return recorded(guidance(), tmp_path_factory.mktemp("guided"))


def test_each_scale_is_scored_over_its_own_number(guided: dict[str, Any]) -> None:
    assert [guided["scores"][f"{gamma:g}"]["images"] for gamma in GAMMAS] == COUNTS
    assert sorted(guided["floor"]) == ["10", "20", "30"]
    assert guided["shown"].shape == (4, 10, 1, 28, 28)
    assert guided["best"] in guided["scores"]


def test_neither_batches_nor_other_scales_change_a_sample(guided: dict[str, Any]) -> None:
    alone = guidance(gammas=[3.0], images=[10], batch_size=10)
    difference = alone["shown"][0].int() - guided["shown"][2].int()
    assert difference.abs().max() <= 1  # rounding


def test_scale_one_is_plain_conditional_sampling(guided: dict[str, Any]) -> None:
    schedule, model = linear(300), conditional_model(conditional(), CPU)
    predict = from_v(model, schedule, torch.eye(10))
    x = beginning(conditional()["mean"], schedule, starts(FakeRun(), 10))
    plain = as_bytes(final(ddim(predict, schedule, x, schedule.pairs(schedule.evenly(3)))))
    assert (plain.int() - guided["shown"][1].int()).abs().max() <= 1


def test_the_figures_of_guidance_say_what_was_drawn(guided: dict[str, Any]) -> None:
    sweep = guidance_by_digit(guided)
    assert sweep.row_labels == ["γ = 0", "γ = 1", "γ = 3", "γ = 10"]
    assert sweep.column_labels == [str(digit) for digit in range(10)]
    table = guidance_table(guided)
    assert [row[0] for row in table.rows] == [*sweep.row_labels, "test images"]
    distances = [guided["scores"][f"{gamma:g}"]["frechet"] for gamma in GAMMAS]
    assert [row[4] for row in table.rows[:4]] == distances
    low, high = guided["scores"]["3"]["accuracy_interval"]
    assert table.rows[2][3] == f"{100 * low:.1f} to {100 * high:.1f}"
    shares = guidance_classes(guided)
    assert [row[0] for row in shares.rows] == [row[0] for row in table.rows]
    assert all(sum(row[1:]) == pytest.approx(100) for row in shares.rows)


def samplers(batch_size: int = 20) -> dict[str, Any]:
    options = {"timesteps": 12, "steps": [6, 3], "images": 20, "batch_size": batch_size}
    return digit_samplers(FakeRun(), small_mnist(), conditional(), judge(), **options)


def test_samplers_are_named_timed_and_scored(tmp_path: Path) -> None:
    result = recorded(samplers(), tmp_path)
    assert result["names"] == ["DDPM 12", "DDIM 6", "DDIM 3"]
    assert all(score["seconds"] > 0 for score in result["scores"].values())
    assert samplers_grid(result).row_labels == ["DDPM 12", "DDIM 6", "DDIM 3"]
    table = samplers_table(result)
    assert [row[0] for row in table.rows] == result["names"]
    assert min(row[2] for row in table.rows) == 1


def test_ancestral_noise_belongs_to_the_sample_and_not_to_the_batch() -> None:
    whole, parts = samplers()["shown"][0], samplers(batch_size=7)["shown"][0]
    assert (whole.int() - parts.int()).abs().max() <= 1


def test_flow_and_diffusion_take_as_many_steps(tmp_path: Path) -> None:
    options = {"steps": [2, 4], "images": 20}
    result = digit_flow(FakeRun(), small_mnist(), conditional(), conditional(), judge(), **options)
    assert {m: list(s) for m, s in result["scores"].items()} == {
        "diffusion": ["2", "4"],
        "flow": ["2", "4"],
    }
    result = recorded(result, tmp_path)
    assert flow_grid(result).row_labels == [
        f"{method}, {count} steps" for method in ("diffusion", "flow") for count in (2, 4)
    ]
    assert len(flow_table(result).rows) == 4


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Any:
    options = {"images": 30, "steps": 3, "neighbours": 2}
    result = digit_neighbours(FakeRun(), small_mnist(), conditional(), **options)
    return recorded(result, tmp_path_factory.mktemp("neighbours"))


def test_neighbours_are_the_nearest_training_images(neighbours: dict[str, Any]) -> None:
    train = torch.from_numpy(small_mnist()["train_images"])[:, None].float() / 255
    samples = neighbours["samples"].float() / 255
    distances, indices = nearest(samples, train, k=2)
    assert torch.allclose(neighbours["shown_distances"], distances, atol=1e-4)
    shown = neighbours["neighbours"].float() / 255
    assert torch.equal(shown, train[indices].squeeze(2))


def test_a_training_image_is_not_its_own_neighbour(neighbours: dict[str, Any]) -> None:
    between = neighbours["distances"]["train"]
    assert len(between) == 30
    assert between.min() > 1
    assert neighbours["limit"] == pytest.approx(float(between.quantile(0.01)))


def test_labels_of_neighbours_are_their_distances(neighbours: dict[str, Any]) -> None:
    grid = nearest_neighbours(neighbours)
    assert grid.row_labels == ["sample", "nearest 1", "nearest 2"]
    assert grid.tile_labels[1] == [f"{d:.1f}" for d in neighbours["shown_distances"][:, 0].tolist()]
    for line in neighbour_distances(neighbours).series:
        assert sum(line.y) == pytest.approx(100)


def test_ten_digits_are_asked_for_in_turn() -> None:
    assert classes(slice(8, 13)).tolist() == [8, 9, 0, 1, 2]
    assert classes(slice(12)).tolist() == [*range(10), 0, 1]
