"""Part B of the report: what the shipped networks reach, and that the post says just that."""

import re
from typing import Any

import pytest

from tests.report.conftest import Report
from tests.report.test_report import page


@pytest.fixture(scope="module")
def guidance(report: Report) -> Any:
    return report.value("digit_guidance")


def labels(report: Report, anchor: str) -> str:
    """The figure or table with this anchor, as text without tags."""
    found = re.search(rf'(?s)<figure[^>]*id="{anchor}".*?</figure>', page(report))
    assert found
    text = re.sub(r"<[^>]+>", " ", found[0])
    return re.sub(r"\s+", " ", text.replace("&nbsp;", " ").replace("\u00a0", " "))


def test_the_denoiser_beats_what_memory_and_filters_can_do(report: Report) -> None:
    scores = report.value("denoiser_rivals.scores")
    at = {name: levels["0.5"] for name, levels in scores.items()}
    assert at["unet"]["psnr"] >= 21
    assert at["unet"]["ssim"] >= 0.89
    for rival in ("wiener", "posterior", "variation", "gaussian"):
        assert at["unet"]["psnr_interval"][0] > at[rival]["psnr_interval"][1]
    assert at["posterior"]["psnr"] == pytest.approx(16.0, abs=0.1)
    assert at["wiener"]["psnr"] == pytest.approx(17.5, abs=0.1)


def test_the_post_says_where_the_denoiser_loses(report: Report) -> None:
    scores = report.value("denoiser_rivals.scores")
    assert scores["unet"]["1.0"]["psnr"] < scores["wiener"]["1.0"]["psnr"]
    for value in (scores["unet"]["1.0"]["psnr"], scores["wiener"]["1.0"]["psnr"]):
        assert f"{value:.1f}\u00a0dB" in page(report).replace("&nbsp;", "\u00a0")


def test_a_network_that_sees_noise_alone_answers_with_the_mean(report: Report) -> None:
    noise_alone = report.value("noise_alone")
    assert noise_alone["distance"] < noise_alone["pixel_spread"] / 10


def test_the_judge_is_good_and_independent(report: Report) -> None:
    assert report.value("digit_judge.test_accuracy") >= 0.99


def test_guided_samples_are_what_was_asked_for(report: Report, guidance: Any) -> None:
    scores = guidance["scores"]
    gamma = f"{report.value('class_conditional.gamma'):g}"
    assert all(score["images"] >= 2000 for score in scores.values())
    assert scores[gamma]["images"] == 10_000
    assert scores[gamma]["accuracy"] >= 0.98
    assert min(score["frechet"] for score in scores.values()) <= 3
    assert max(guidance["floor"].values()) < 1
    assert all(0.09 < share < 0.11 for share in scores[gamma]["shares"])


def test_the_table_of_guidance_has_a_row_for_every_scale(report: Report, guidance: Any) -> None:
    text = labels(report, "table-b-3d")
    rows = [text.index(f"γ = {gamma:g} {10_000 if gamma == 5 else 2_000:,}") for gamma in
            guidance["gammas"]]  # fmt: skip
    assert rows == sorted(rows)
    for score in guidance["scores"].values():
        assert f"{score['frechet']:.2f}" in text


def test_samplers_stand_in_their_order(report: Report) -> None:
    names = report.value("digit_samplers.names")
    assert names == ["DDPM 300", "DDIM 50", "DDIM 20", "DDIM 10"]
    for anchor in ("fig-b-3e", "table-b-3e-table"):
        text = labels(report, anchor)
        places = [text.index(name) for name in names]
        assert places == sorted(places)


def test_the_model_does_not_copy(report: Report) -> None:
    neighbours = report.value("digit_neighbours")
    assert neighbours["below"]["samples"] <= 0.01
    assert neighbours["smallest"] > 1


def test_forty_digits_after_each_shown_epoch(report: Report) -> None:
    text = labels(report, "fig-b-3b")
    epochs = report.value("class_conditional.epochs")
    assert f"epoch {epochs}" in text
    assert "epoch 1" in text
    shape = report.folder.run("value", "class_conditional.samples").out
    assert f"{epochs} × 40 × 1 × 28 × 28" in shape


def test_v_is_learnt_faster_than_eps(report: Report) -> None:
    targets = report.value("prediction_targets")
    assert targets["v"]["accuracy"] > targets["eps"]["accuracy"] + 0.1
    text = labels(report, "fig-b-2-target")
    assert f"v, {100 * targets['v']['accuracy']:.1f} % right" in text


def test_alpha_bar_of_the_last_step_is_told(report: Report) -> None:
    assert report.value("loss_by_time.alpha_bar") == pytest.approx(0.048, abs=5e-4)
    assert "0.048" in page(report)


@pytest.mark.parametrize("name", ["time_conditional", "class_conditional", "flow_matching"])
def test_trainings_took_the_steps_of_their_epochs(report: Report, name: str) -> None:
    steps = 469 * report.value(f"{name}.epochs")
    assert f"{steps}" in report.folder.run("value", f"{name}.loss").out
