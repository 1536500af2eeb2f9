"""Part B of the report: what the shipped networks reach, and that the post says just that."""

import json
import re
import tomllib
from typing import Any

import pytest
import torch

import reportgen
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply, psnr
from experiments.diffusion.unet import UNet
from reportgen.engine.run import derive_seed
from tests.report.conftest import ROOT, Report
from tests.report.test_report import page


@pytest.fixture(scope="module")
def guidance(report: Report) -> Any:
    return report.value("digit_guidance")


def markup(report: Report, anchor: str) -> str:
    """The figure or table with this anchor, as HTML."""
    found = re.search(rf'(?s)<figure[^>]*id="{anchor}".*?</figure>', page(report))
    assert found
    return found[0]


def labels(report: Report, anchor: str) -> str:
    """The figure or table with this anchor, as text without tags."""
    text = re.sub(r"<[^>]+>", " ", markup(report, anchor))
    return re.sub(r"\s+", " ", text.replace("&nbsp;", " ").replace("\u00a0", " "))


def records() -> dict[str, Any]:
    """The shipped records by the name of their node."""
    files = (ROOT / "experiments/bundle/records").glob("*/*.json")
    return {file.parent.name: json.loads(file.read_bytes()) for file in files}


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


def test_guided_samples_are_what_was_asked_for(guidance: Any) -> None:
    scores, many = guidance["scores"], guidance["many"]
    assert (many["gamma"], many["images"]) == (2.5, 10_000)
    assert many["accuracy"] >= 0.993
    assert many["frechet"] <= 1
    assert scores["2"]["frechet"] <= 0.6
    assert all(0.095 < share < 0.105 for share in many["shares"])


def test_samples_from_their_class_are_nearer_or_more_often_right(
    report: Report, guidance: Any
) -> None:
    found = report.value("class_starts")
    assert (found["gamma"], found["images"]) == (1.9, 10_000)
    assert found["accuracy_interval"][0] > guidance["scores"]["2"]["accuracy"]
    assert found["frechet"] < 0.65 < guidance["many"]["frechet"] - 0.2
    assert "γ = 1.9, from its class 10,000" in labels(report, "table-b-3d")


def test_the_network_trained_for_long_meets_both_targets_at_one_scale(report: Report) -> None:
    found = report.value("recipes.scores.trained_longer")
    assert (found["epochs"], report.value("recipes.images")) == (20, 10_000)
    assert found["accuracy"] >= 0.993
    assert found["frechet"] <= 0.6
    assert found["below"] <= 0.02
    row = f"20 epochs, cosine 0.003 {100 * found['accuracy']:.1f}"
    assert row in labels(report, "table-b-3-recipes")


def test_the_table_of_guidance_has_a_row_for_every_scale(report: Report, guidance: Any) -> None:
    text = labels(report, "table-b-3d")
    rows = [text.index(f"γ = {gamma:g} 2,000") for gamma in guidance["gammas"]]
    assert rows == sorted(rows)
    assert "γ = 2.5, more 10,000" in text
    for score in guidance["scores"].values():
        assert f"{score['frechet']:.1f}" in text


def test_the_first_state_holds_what_the_schedule_leaves(report: Report) -> None:
    found = report.value("first_state")
    assert found["mean"]["frechet"] < found["noise"]["frechet"]
    assert found["noise"]["shares"][1] < found["mean"]["shares"][1] / 2


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
    epochs = report.value("trained_longer.epochs")
    assert f"epoch {epochs}" in text
    assert "epoch 1" in text
    shape = report.folder.run("value", "trained_longer.samples").out
    assert f"{epochs} × 40 × 1 × 28 × 28" in shape


def test_v_is_learnt_faster_than_eps(report: Report) -> None:
    targets = report.value("prediction_targets")
    assert targets["v"]["accuracy"] > targets["eps"]["accuracy"] + 0.1
    text = labels(report, "table-b-2-target-table")
    assert f"v as specified {100 * targets['v']['accuracy']:.1f}" in text


def test_alpha_bar_of_the_last_step_is_told(report: Report) -> None:
    assert report.value("loss_by_time.alpha_bar") == pytest.approx(0.048, abs=5e-4)
    assert "0.048" in page(report)


@pytest.mark.parametrize(
    "name", ["time_conditional", "class_conditional", "trained_longer", "flow_matching"]
)
def test_trainings_took_the_steps_of_their_epochs(report: Report, name: str) -> None:
    steps = 469 * report.value(f"{name}.epochs")
    assert f"{steps}" in report.folder.run("value", f"{name}.loss").out


def test_noise_is_shown_in_seven_amounts(report: Report) -> None:
    tiles = re.search(r'alt="[^"]*5 rows and 7 columns [^"]*"', markup(report, "fig-b-1a"))
    assert tiles
    amounts = [float(sigma) for sigma in re.findall(r"σ = ([\d.]+)", tiles[0])]
    assert amounts == [0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0]


def test_the_axis_of_the_loss_counts_all_steps(report: Report) -> None:
    assert "step, 9,375 in all" in markup(report, "fig-b-1b")


def test_every_node_has_a_seed_of_its_own_from_the_one_of_the_project() -> None:
    seeds = {name: record["seed"] for name, record in records().items()}
    assert seeds == {name: derive_seed(180, name) for name in seeds}
    assert len(set(seeds.values())) == len(seeds)


def test_half_precision_costs_the_shipped_denoiser_nothing(report: Report) -> None:
    denoiser = reportgen.load("denoiser", start=report.root)
    weights, x = denoiser["weights"], denoiser["inputs"]
    assert weights["enter.0.0.weight"].dtype == torch.float16
    shipped = ready(UNet(report.value("denoiser.hidden")), dict(weights), torch.device("cpu"))
    trained = denoiser["evaluations"][-1]["outputs"]  # by the weights in full precision
    assert psnr(apply(shipped, denoiser["noisy"]), x) == pytest.approx(psnr(trained, x), abs=0.01)


def test_times_are_of_the_machine_that_the_post_names() -> None:
    found = records()
    for name in ("digit_samplers", "class_conditional", "time_conditional", "flow_matching"):
        assert found[name]["device"] == "CPU, 1 thread"
    assert found["denoiser"]["device"] == "CPU, 2 threads"


def test_the_size_of_the_paper_profile_is_the_one_whose_cost_is_told(report: Report) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["reportgen"]
    paper = settings["profiles"]["paper"]["class_conditional"]
    assert paper["hidden"] == report.value("denoiser.hidden")
    assert f"{paper['epochs']} epochs would" in page(report)
    assert paper["predicts"] == "eps"


def test_the_whole_test_set_is_as_good_as_promised(report: Report) -> None:
    scores = report.value("denoiser_whole_test_set.scores")
    assert report.value("denoiser_whole_test_set.images") == 10_000
    assert scores["0.5"]["psnr"] >= 21
    assert scores["0.5"]["ssim"] >= 0.89
