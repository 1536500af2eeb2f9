"""Part A of the report: what the shipped model does, and that the post says just that."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import reportgen
from experiments.diffusion.hybrids import low_pass
from experiments.part_a.painting import from_bytes, to_bytes
from experiments.world.judge import load_judge, read, subjects
from experiments.world.scenes import parse
from tests.report.conftest import ROOT, Report
from tests.report.test_part_b import labels, markup
from tests.report.test_report import page

STARTS = [960, 900, 840, 780, 690, 390]


def text(report: Report) -> str:
    """The page without tags, with plain blanks."""
    bare = re.sub(r"<[^>]+>", "", page(report))
    return re.sub(r"\s+", " ", bare.replace("&nbsp;", " ").replace("\u00a0", " "))


def loaded(report: Report, name: str) -> Any:
    return reportgen.load(name, start=report.root)


def test_guided_samples_are_what_was_asked_for(report: Report) -> None:
    sweep = report.value("guidance_sweep")
    assert sweep["gammas"] == [0.0, 1.0, 2.0, 4.0, 7.0, 10.0]
    at_four = sweep["agreement"][sweep["gammas"].index(4.0)]
    assert at_four["subject"] >= 0.95
    assert at_four["all"] >= 0.9
    assert sweep["agreement"][0]["all"] < 0.05


def test_what_was_left_out_of_the_training_is_painted_as_well(report: Report) -> None:
    found = report.value("prompt_agreement")
    assert report.value("prompt_agreement.samples") == 1000
    assert min(found["drawn"]["seen"].values()) >= 0.95
    for slot, share in found["painted"]["seen"].items():
        assert found["painted"]["left_out"][slot] >= share - 0.1
    for world in ("seen", "left_out"):
        share = f"{100 * found['painted'][world]['subject']:.1f}"
        assert f"{share} % of the" in text(report)
        assert share in labels(report, "table-a-6d")


def test_every_subject_is_painted_without_a_prompt(report: Report) -> None:
    found = report.value("free_subjects.subjects")
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) > 0


def test_samples_are_no_copies(report: Report) -> None:
    nearest = report.value("nearest_scenes")
    assert nearest["least"]["samples"] > nearest["least"]["drawn"]


def test_illusions_are_read_as_intended_as_often_as_the_post_says(report: Report) -> None:
    found = report.value("illusion_trials")
    assert report.value("illusion_trials.seeds") == 50
    for kind in ("anagrams", "hybrids"):
        assert found["mean"][kind] >= 0.8
        assert f"{100 * found['mean'][kind]:.0f} %" in text(report)
    rates = ", ".join(f"{100 * rate:.0f} %" for rate in found["hybrids"])
    assert rates in text(report)


def test_the_hybrids_are_of_pairs_that_work_best_among_all(report: Report) -> None:
    found = report.value("hybrid_search")
    rate = dict(zip(map(tuple, found["pairs"]), found["rates"], strict=True))
    assert len(rate) == 8 * 7
    shown = [tuple(map(subject_of, pair)) for pair in report.value("hybrid_pairs.prompts")]
    best = sorted(rate.values())[-6]
    assert all(rate[pair] >= best for pair in shown)
    told = f"Of all {len(rate)} pairs of subjects {found['never']} never worked in 8 samples each"
    assert told in text(report)


def subject_of(prompt: str) -> str:
    return parse(prompt).subject


@pytest.mark.parametrize("name", ["anagram_pairs", "hybrid_pairs"])
def test_illusions_that_are_shown_are_read_as_they_are_labelled(name: str, report: Report) -> None:
    found, judge = loaded(report, name), load_judge(loaded(report, "scenes_judge")["weights"])
    images = torch.as_tensor(found["images"])
    if name == "anagram_pairs":
        looks = [images[:, 0], images[:, 1]]
        assert torch.equal(looks[1], looks[0].rot90(2, (-2, -1)))
    else:
        blurred = to_bytes(low_pass(from_bytes(images), report.value("hybrid_pairs.sigma")))
        assert torch.equal(blurred, torch.as_tensor(found["blurred"]))
        looks = [blurred, images]
    shown = labels(report, "fig-a-8" if name == "anagram_pairs" else "fig-a-9")
    for k, look in enumerate(looks):
        read_as = subjects(read(judge, look))
        assert read_as == [readings[k] for readings in found["readings"]]
        for subject, prompts in zip(read_as, found["prompts"], strict=True):
            assert subject in prompts[k] or f"read as {subject}" in shown


def test_walks_start_where_their_labels_say(report: Report) -> None:
    steps = re.findall(r"<i>t</i> = (\d+)</p>", plain(markup(report, "fig-a-4a")))
    assert [int(t) for t in steps] == [690, 540, 390, 240, 90, 0]
    for anchor, frame in (("a-7a", "</span>"), ("a-7b", "</span>"), ("a-7d", "</p>")):
        found = re.findall(rf"<i>t</i> = (\d+){frame}", plain(markup(report, f"fig-{anchor}")))
        assert [int(t) for t in found] == STARTS


def plain(html: str) -> str:
    return html.replace("&nbsp;", " ").replace("\u00a0", " ")


def test_amounts_of_noise_are_told_under_the_first_strip(report: Report) -> None:
    shown = labels(report, "fig-a-1")
    for t, alpha_bar in report.value("forward_process.alpha_bar").items():
        assert f"t = {t}, ᾱ = {alpha_bar:.3f}" in shown


def test_methods_are_shown_with_their_scores(report: Report) -> None:
    shown, scores = labels(report, "fig-a-4b"), report.value("iterative_denoising.psnr")
    assert set(scores) == {"noisy", "blurred", "one step", "iterative"}
    for method, score in scores.items():
        assert f"{method}, {score:.1f} dB" in shown


def test_inpainting_kept_every_value_outside_its_masks(report: Report) -> None:
    found, originals = loaded(report, "inpaintings"), loaded(report, "originals")["images"]
    images, originals = torch.as_tensor(found["images"]), torch.as_tensor(originals)
    kept = ~torch.as_tensor(found["masks"])[:, None].expand_as(images)
    assert torch.equal(images[kept], originals[kept])
    assert not torch.equal(images[~kept], originals[~kept])


@pytest.mark.parametrize(("anchor", "frames"), [("a-4a", [6]), ("a-7d", [7]), ("a-9b", [6, 6])])
def test_processes_have_a_slider_over_their_frames(
    anchor: str, frames: list[int], report: Report
) -> None:
    html = markup(report, f"fig-{anchor}")
    found = re.findall(r'(?s)<div class="steps".*?</ol>', html)
    assert [steps.count("<li") for steps in found] == frames
    for steps, count in zip(found, frames, strict=True):
        assert len(set(re.findall(r'<img[^>]* src="([^"]+)"', steps))) == count


def test_before_and_after_are_compared_and_the_walk_is_a_film(report: Report) -> None:
    assert 'class="compare"' in markup(report, "fig-a-7c")
    assert "data-film" in markup(report, "fig-a-5")
    frames = len(report.value("free_samples.timesteps")) + 1
    film = loaded(report, "free_samples")["film"]
    assert len(film) == frames


def test_a_readers_photograph_is_noised_painted_anew_and_said_to_be_foreign(
    report: Report, tmp_path: Path
) -> None:
    Image.new("RGB", (90, 60), (10, 200, 30)).save(report.root / "cat.png")
    settings = ("--set", "photo.path=cat.png", "--set", "translations.i_starts=[20]")
    done = report.folder.run("figure", "A.1", "A.7a", *settings, "-o", str(tmp_path))
    assert done.code == 0, done
    assert [Path(line).name for line in done.out.splitlines()] == ["a-1-full.png", "a-7a-full.png"]
    told = "'cat.png' lies outside the world that the model knows."
    assert done.err.count(told) == 2
    with Image.open(tmp_path / "a-1-1.png") as first:
        assert first.convert("RGB").getcolors() == [(32 * 32, (10, 200, 30))]
    assert told not in text(report)


def test_a_readers_photograph_that_is_none_is_refused_in_one_sentence(report: Report) -> None:
    done = report.folder.run("figure", "A.1", "--set", "photo.path=dog.png")
    assert done.code == 1
    assert "There is no picture" in done.err
    assert "dog.png" in done.err


def test_the_sketch_of_the_documentation_is_painted(report: Report, tmp_path: Path) -> None:
    (sketch,) = re.findall(r"(?s)```json\n(.*?)```", (ROOT / "docs/report.md").read_text("utf-8"))
    (report.root / "mine.json").write_text(sketch, encoding="utf-8")
    settings = ("--set", "sketch.path=mine.json", "--set", "sketch_translations.i_starts=[20]")
    done = report.folder.run("figure", "A.7b", *settings, "-o", str(tmp_path))
    assert done.code == 0, done
    (name,) = [s["name"] for s in json.loads(sketch)["sketches"]]
    shown = report.folder.run("value", "sketch.names", "--set", "sketch.path=mine.json")
    assert json.loads(shown.out) == [name]
    with Image.open(tmp_path / "a-7b.png") as sheet:
        assert sheet.width > 2 * 32
