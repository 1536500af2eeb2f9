"""The numbers of Part A: shares of what was asked for, on small networks of the real classes."""

from typing import Any

import pytest
import torch
from fake_run import FakeRun
from little import scenes_judge, scenes_model

from experiments.diffusion.hybrids import low_pass
from experiments.part_a import (
    composition,
    edit_trials,
    guidance,
    hybrids,
    painting,
    quality,
    sampling,
    translation,
)
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import from_bytes, to_bytes
from experiments.world.judge import load_judge, read, shares, subjects, with_subject
from experiments.world.scenes import HELD_OUT, SLOTS, pictures
from reportgen.engine.run import derive_seed
from reportgen.engine.session import Session
from reportgen.project import find_project

MODEL, JUDGE = scenes_model(), scenes_judge()
EVERY = {"subject", "time", "place", "colour", "all"}


def test_shares_count_each_slot_and_all_four() -> None:
    asked = torch.tensor([[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3], [4, 1, 4, 4]])
    found = torch.tensor([[1, 1, 1, 1], [2, 2, 2, 1], [3, 3, 3, 3], [1, 1, 4, 1]])
    assert shares(found, asked) == {
        "subject": 0.75,
        "time": 1.0,
        "place": 1.0,
        "colour": 0.5,
        "all": 0.5,
    }


def test_readings_are_words_of_the_world() -> None:
    images, _ = pictures(1, 3)
    words = read(load_judge(JUDGE["weights"]), images)
    assert words.shape == (3, 4)
    assert set(subjects(words)) <= set(SLOTS["subject"])
    changed = with_subject(words, torch.tensor([1, 2, 3]))
    assert subjects(changed) == list(SLOTS["subject"][:3])
    assert torch.equal(changed[:, 1:], words[:, 1:])


@pytest.mark.parametrize("held_out", [False, True])
def test_random_words_are_those_of_the_pictures(held_out: bool) -> None:
    words = painting.random_words(7, 20, held_out=held_out)
    assert torch.equal(words, pictures(7, 20, held_out=held_out)[1])
    names = [[slot[i - 1] for slot, i in zip(SLOTS.values(), row, strict=True)] for row in words]
    assert all(((s, p, c) in HELD_OUT) == held_out for s, _, p, c in names)


def test_an_image_does_not_depend_on_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    model, words = ScenesBackend(MODEL["weights"]), painting.random_words(1, 3)

    def painted() -> torch.Tensor:
        return painting.painted(FakeRun(), model, words, 2.0, "samples")

    together = painted()
    monkeypatch.setattr(painting, "BATCH", 2)
    assert int((painted().int() - together.int()).abs().max()) <= 1


def test_agreement_has_a_floor_beside_it() -> None:
    found = composition.prompt_agreement(FakeRun(), MODEL, JUDGE, samples=2)
    for kind in ("painted", "drawn"):
        assert set(found[kind]) == {"seen", "left_out"}
        assert all(set(found[kind][world]) == EVERY for world in found[kind])


def test_the_sweep_measures_each_scale() -> None:
    found = guidance.guidance_sweep(FakeRun(), MODEL, JUDGE, gammas=[0, 2], prompts=2, instances=2)
    assert found["gammas"] == [0, 2]
    assert [set(shares) for shares in found["agreement"]] == [EVERY] * 2
    assert all(diversity > 0 for diversity in found["diversity"])


def test_scenes_drawn_again_differ_but_are_of_the_same_words() -> None:
    first, second, other = guidance.redrawn(5, 2, 2)[[0, 1, 2]]
    assert not torch.equal(first, second)
    near = (first.float() - second.float()).square().mean()
    assert float(near) < float((first.float() - other.float()).square().mean())


def test_subjects_painted_without_a_prompt_are_counted() -> None:
    found = sampling.free_subjects(FakeRun(), MODEL, JUDGE, samples=4)
    assert list(found["subjects"]) == list(SLOTS["subject"])
    assert sum(found["subjects"].values()) == pytest.approx(1)
    assert found["most"] == max(found["subjects"].values())
    assert found["least"] == min(found["subjects"].values())


def test_pictures_are_measured_at_each_scale_beside_drawn_ones() -> None:
    found = quality.picture_quality(FakeRun(), MODEL, JUDGE, gammas=[0, 2], samples=4, drawn=80)
    assert found["gammas"] == [0, 2]
    assert found["best"] == min(found["scores"], key=lambda g: found["scores"][g]["frechet"])
    assert found["floor"]["least"] <= found["floor"]["mean"] <= found["floor"]["most"]
    for score in found["scores"].values():
        for measure in ("frechet", "all", "neither"):
            low, high = score[f"{measure}_interval"]
            assert low <= score[measure] <= high
        assert score["frechet"] > found["floor"]["most"]  # of a model that nobody trained


def test_sketches_are_read_from_every_start_and_only_where_the_judge_can() -> None:
    images, _ = pictures(3, 4)
    columns, names = images.view(2, 2, *images.shape[1:]), ["a boat", "a tree"]
    found = translation.sketches_as_read({"names": names}, {"images": columns}, JUDGE)
    expected = subjects(read(load_judge(JUDGE["weights"]), images))
    assert found == {"a boat": expected[0::2], "a tree": expected[1::2]}
    large = {"images": torch.zeros(2, 2, 3, 64, 64, dtype=torch.uint8)}
    assert translation.sketches_as_read({"names": names}, large, JUDGE) == {n: [] for n in names}


def test_a_picture_from_further_away_is_smaller_amid_grey() -> None:
    x = torch.ones(2, 3, 8, 8)
    near, far = hybrids.from_further(x, 1.0), hybrids.from_further(x, 0.5)
    assert torch.equal(near, torch.ones(2, 3, 24, 24))
    assert torch.equal(far[..., 6:18, 6:18], torch.ones(2, 3, 12, 12))
    assert float(far.sum()) == 2 * 3 * 12 * 12
    assert hybrids.from_further(x, 0.4).shape == near.shape


def test_every_ordered_pair_of_subjects_is_tried_as_a_hybrid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hybrids, "SUBJECTS", list(SLOTS["subject"][:3]))
    found = hybrids.hybrid_search(FakeRun(), MODEL, JUDGE, tries=2)
    assert len({tuple(pair) for pair in found["pairs"]}) == len(found["rates"]) == 6
    assert all(far != near for far, near in found["pairs"])
    assert set(found["rates"]) <= {0.0, 0.5, 1.0}
    assert found["never"] == sum(rate == 0 for rate in found["rates"])


def test_the_judge_is_asked_about_blurred_scenes() -> None:
    found = hybrids.blurred_scenes(FakeRun(), JUDGE, samples=6, sigma=4.0)
    images, words = pictures(FakeRun().seed, 6)
    blurred = to_bytes(low_pass(from_bytes(images), 4.0))
    assert found == shares(read(load_judge(JUDGE["weights"]), blurred), words)


def test_the_nearest_training_scene_is_found_among_those_of_the_training() -> None:
    """Of fresh scenes by hand: each against all; and the seed is the one that training has."""
    found = composition.nearest_scenes(
        FakeRun(), MODEL, samples=2, shown=1, training_scenes=30, project_seed=180
    )
    training = pictures(derive_seed(180, "scenes_model"), 30)[0].float().flatten(1) / 255
    fresh = pictures(180, 2)[0].float().flatten(1) / 255
    expected = torch.cdist(fresh, training).min(1).values
    assert torch.allclose(found["distance"]["drawn"], expected, atol=1e-3)
    assert found["median"]["drawn"] == pytest.approx(float(expected.median()), abs=1e-3)
    distance = (found["samples"][0].float() - found["scenes"][0].float()).norm() / 255
    assert float(found["distance"]["samples"][0]) == pytest.approx(float(distance), rel=1e-3)
    session = Session(find_project())
    assert session.seed(session.graph.nodes["scenes_model"]) == derive_seed(180, "scenes_model")


def test_edits_ask_for_another_subject_and_for_nothing_else() -> None:
    found: dict[str, Any] = edit_trials.edit_trials(FakeRun(), MODEL, JUDGE, seeds=2, i_starts=[3])
    assert found["timesteps"] == [900]
    assert set(found["inpainted"]) == set(found["translated"][0]) == EVERY
    scene = edit_trials.random_scene(edit_trials.randomness(1, 1))
    other = edit_trials.another_subject(scene, edit_trials.Random(1))
    assert other.subject != scene.subject
    assert (other.time, other.place, other.colour) == (scene.time, scene.place, scene.colour)


def test_illusions_are_counted_pair_by_pair() -> None:
    found = hybrids.illusion_trials(
        FakeRun(),
        MODEL,
        JUDGE,
        seeds=2,
        anagrams=[["half turn", "a tree", "a house"], ["upside down", "a tree", "a rocket"]],
        hybrids=[["a tree", "a house"]],
    )
    assert (len(found["anagrams"]), len(found["hybrids"])) == (2, 1)
    assert found["mean"]["anagrams"] == pytest.approx(sum(found["anagrams"]) / 2)
