"""The tests of the digit models: what is compared shares its noise, and numbers add up."""

from pathlib import Path
from typing import Any

import pytest
import torch
from fake_run import FakeRun
from small_world import conditional, judge, recorded, small_mnist

from experiments.diffusion.data import as_images
from experiments.diffusion.metrics import nearest
from experiments.diffusion.predictors import from_v
from experiments.diffusion.samplers import ddim, final
from experiments.diffusion.schedule import linear
from experiments.part_b.copies import digit_neighbours, nearest_neighbours, neighbour_distances
from experiments.part_b.digits import as_bytes, classes, starts
from experiments.part_b.fewer_steps import digit_samplers, samplers_grid, samplers_table
from experiments.part_b.flow import digit_flow, flow_grid, flow_table
from experiments.part_b.guidance import (
    class_starts,
    digit_guidance,
    guidance_by_digit,
    guidance_classes,
    guidance_table,
)
from experiments.part_b.models import beginning, class_states, conditional_model
from experiments.part_b.recipes import digits_by_recipe, recipes, recipes_table

GAMMAS = [0.0, 1.0, 3.0, 10.0]
CPU = torch.device("cpu")


def guidance(**options: Any) -> dict[str, Any]:
    settings = {"gammas": GAMMAS, "images": 20, "gamma": 3.0, "many": 50, "steps": 3} | options
    return digit_guidance(
        FakeRun(), small_mnist(), conditional(), judge(), **{"batch_size": 8} | settings
    )


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return recorded(guidance(), tmp_path_factory.mktemp("guided"))


def test_all_scales_are_scored_over_as_many_and_one_over_more(guided: dict[str, Any]) -> None:
    assert [guided["scores"][f"{gamma:g}"]["images"] for gamma in GAMMAS] == [20] * 4
    assert (guided["many"]["gamma"], guided["many"]["images"]) == (3.0, 50)
    assert guided["many"]["frechet"] < guided["scores"]["3"]["frechet"]
    assert guided["shown"].shape == (4, 10, 1, 28, 28)
    assert guided["best"] in guided["scores"]


def test_neither_batches_nor_other_scales_change_a_sample(guided: dict[str, Any]) -> None:
    alone = guidance(gammas=[3.0], images=10, many=20, batch_size=10)
    difference = alone["shown"][0].int() - guided["shown"][2].int()
    assert difference.abs().max() <= 1  # rounding


def test_scale_one_is_plain_conditional_sampling(guided: dict[str, Any]) -> None:
    schedule, model = linear(300), conditional_model(conditional(), CPU)
    predict = from_v(model, schedule, torch.eye(10))
    x = beginning(conditional()["mean"], schedule, starts(FakeRun(), 10))
    plain = as_bytes(final(ddim(predict, schedule, x, schedule.pairs(schedule.evenly(3)))))
    assert (plain.int() - guided["shown"][1].int()).abs().max() <= 1


def test_states_of_a_class_have_its_mean_under_the_noise_of_all_starts() -> None:
    mnist, schedule, run = small_mnist(), linear(300), FakeRun()
    alpha_bar = float(schedule.alpha_bar(300))
    noise = (1 - alpha_bar) ** 0.5 * starts(run, 500)
    under = (class_states(run, mnist, schedule, 500) - noise) / alpha_bar**0.5
    for digit in (0, 7):
        images = as_images(mnist["train_images"][mnist["train_labels"] == digit]) * 2 - 1
        drawn, mean = under[digit::10].mean(0), images.mean(0)
        assert (drawn - mean).abs().max() < 5 * images.std(0).max() / 50**0.5


def test_the_figures_of_guidance_say_what_was_drawn(guided: dict[str, Any]) -> None:
    other = class_starts(
        FakeRun(), small_mnist(), conditional(), judge(), images=20, steps=3, batch_size=8
    )
    sweep = guidance_by_digit(guided, other)
    scales = ["γ = 0", "γ = 1", "γ = 3", "γ = 10"]
    assert sweep.row_labels == [*scales, "γ = 1.9, from its class"]
    assert sweep.column_labels == [str(digit) for digit in range(10)]
    table = guidance_table(guided, other)
    more = ["γ = 3, more", "γ = 1.9, from its class", "test images"]
    assert [row[0] for row in table.rows] == [*scales, *more]
    distances = [guided["scores"][f"{gamma:g}"]["frechet"] for gamma in GAMMAS]
    assert [row[4] for row in table.rows[:4]] == distances
    low, high = guided["scores"]["3"]["accuracy_interval"]
    assert table.rows[2][3] == f"{100 * low:.1f} to {100 * high:.1f}"
    shares = guidance_classes(guided)
    assert [row[0] for row in shares.rows] == [*scales, "test images"]
    assert all(sum(row[1:]) == pytest.approx(100) for row in shares.rows)


def test_recipes_differ_in_nothing_but_the_training(tmp_path: Path) -> None:
    def trained(epochs: int, last: float) -> dict[str, Any]:
        return {
            **conditional(),
            "samples": torch.zeros(epochs),
            "rates": torch.tensor([1e-3, last]),
        }

    world, options = (FakeRun(), small_mnist()), {"images": 20, "steps": 3, "batch_size": 8}
    networks = trained(1, 1e-4), trained(1, 0.0), trained(2, 0.0)
    result = recorded(recipes(*world, *networks, judge(), {"limit": 0.0}, **options), tmp_path)
    table, grid = recipes_table(result), digits_by_recipe(result)
    named = ["1 epoch, as specified", "1 epoch, cosine", "2 epochs, cosine"]
    assert [row[0] for row in table.rows] == grid.row_labels == named
    assert [row[2:] for row in table.rows] == [table.rows[0][2:]] * 3  # the same weights
    alone = class_starts(*world, conditional(), judge(), gamma=1.75, **options)
    for score in result["scores"].values():
        assert score["frechet"] == pytest.approx(alone["frechet"])
        assert (score["below"], score["smallest"] > 0) == (0, True)


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
    networks = [conditional() for _ in range(3)]
    result = digit_flow(FakeRun(), small_mnist(), *networks, judge(), **options)
    assert {m: list(s) for m, s in result["scores"].items()} == {
        "v": ["2", "4"],
        "eps": ["2", "4"],
        "flow": ["2", "4"],
    }
    result = recorded(result, tmp_path)
    methods = ("diffusion, v", "diffusion, ε", "flow")
    rows = [f"{method}, {count} steps" for method in methods for count in (2, 4)]
    assert flow_grid(result).row_labels == rows
    assert sorted(row[0] for row in flow_table(result).rows) == sorted(rows)


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
