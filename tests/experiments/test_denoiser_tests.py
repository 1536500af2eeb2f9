"""The denoiser against its rivals, and what a network says to noise alone."""

from typing import Any

import pytest
import torch
from fake_run import FakeRun
from small_world import recorded, small_mnist, weights

from experiments.diffusion.data import as_images
from experiments.diffusion.metrics import psnr
from experiments.part_b.levels import denoiser_whole_test_set
from experiments.part_b.noise_alone import noise_alone, pure_noise
from experiments.part_b.rivals import (
    RIVALS,
    denoiser_against_rivals,
    denoiser_rivals,
    denoiser_rivals_table,
)

SIGMAS = [0.2, 0.5, 1.0]


@pytest.fixture(scope="module")
def rivals(tmp_path_factory: pytest.TempPathFactory) -> Any:
    options = {"sigmas": SIGMAS, "images": 30, "tuning_images": 10}
    result = denoiser_rivals(FakeRun(), small_mnist(), weights(), **options)
    return recorded(result, tmp_path_factory.mktemp("rivals"))


def test_every_rival_is_scored_at_every_level(rivals: dict[str, Any]) -> None:
    assert set(rivals["scores"]) == set(RIVALS)
    for levels in rivals["scores"].values():
        assert list(levels) == ["0.2", "0.5", "1.0"]
        for score in levels.values():
            low, high = score["psnr_interval"]
            assert low <= score["psnr"] <= high


def test_the_black_image_does_not_care_for_noise(rivals: dict[str, Any]) -> None:
    x = as_images(small_mnist()["test_images"][:30])
    scores = rivals["scores"]["black"].values()
    assert {score["psnr"] for score in scores} == {psnr(torch.zeros_like(x), x)}


def test_filters_beat_the_noise_and_widen_with_it(rivals: dict[str, Any]) -> None:
    scores, settings = rivals["scores"], rivals["settings"]
    for name in ("wiener", "gaussian", "variation"):
        assert scores[name]["1.0"]["psnr"] > scores["noisy"]["1.0"]["psnr"]
    for setting in settings.values():
        assert setting["0.2"] < setting["1.0"]


def test_figure_and_table_show_the_same(rivals: dict[str, Any]) -> None:
    curves = denoiser_against_rivals(rivals).panels
    table = denoiser_rivals_table(rivals)
    lines = {line.name: line for line in next(iter(curves.values())).series}
    for row in table.rows:
        assert row[1:4] == list(lines[row[0]].y)
        assert list(lines[row[0]].x) == SIGMAS


def test_the_whole_test_set_is_scored_as_the_rivals_are(rivals: dict[str, Any]) -> None:
    options = {"sigmas": SIGMAS, "images": 30}
    whole = denoiser_whole_test_set(FakeRun(), small_mnist(), weights(), **options)
    for sigma, score in rivals["scores"]["unet"].items():
        for measure in ("psnr", "ssim"):
            assert whole["scores"][sigma][measure] == pytest.approx(score[measure])


def test_a_network_that_sees_noise_alone_says_the_mean() -> None:
    options = {"hidden": 4, "images": 120, "batch_size": 4, "lr": 1e-2, "shown": 4}
    result = noise_alone(FakeRun(), small_mnist(), weights(), **options)
    train = as_images(small_mnist()["train_images"])
    assert torch.allclose(result["mean"], train.mean(0, keepdim=True))
    assert result["distance"] < 0.75 * result["pixel_spread"]
    assert result["spread"] < result["pixel_spread"]
    grid = pure_noise(result)
    assert grid.rows.shape[:2] == (4, 4)
    assert (grid.rows[2] == grid.rows[2, 0]).all()
