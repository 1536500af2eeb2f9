"""The little world: its words, its pictures, and what no training picture shows."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import astuple
from random import Random

import numpy as np
import pytest
import torch
from fake_run import ROOT
from hypothesis import given
from hypothesis import strategies as st

from experiments.world import drawing, pen, scenes
from reportgen import ReportgenError

ANY_SCENE = st.builds(scenes.Scene, *(st.sampled_from(["", *w]) for w in scenes.SLOTS.values()))


def test_a_scene_is_said_as_a_sentence() -> None:
    scene = scenes.Scene("lighthouse", "dusk", "sea", "red")
    assert scene.prompt == "a red lighthouse by the sea at dusk"
    assert scene.words == (1, 2, 2, 1)
    assert scenes.Scene(time="night").prompt == "at night"
    assert scenes.Scene("tree", place="snow").prompt == "a tree in the snow"
    assert scenes.Scene().prompt == ""
    assert scenes.Scene().words == (0, 0, 0, 0)


@given(ANY_SCENE)
def test_a_prompt_is_read_back_as_its_scene(scene: scenes.Scene) -> None:
    assert scenes.parse(scene.prompt) == scene


def test_word_order_case_and_commas_do_not_matter() -> None:
    expected = scenes.parse("a red lighthouse by the sea at dusk")
    assert scenes.parse("Dusk, the sea, lighthouse, RED.") == expected


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("a red lighthose at dusk", r"(?s)'lighthose'.*Did you mean 'lighthouse'\?"),
        ("a cat", r"(?s)'cat' of the prompt 'a cat'.*It knows lighthouse, house"),
        ("a red blue house", "'red' and 'blue'"),
        ("a house and a tree", "'and'"),
    ],
)
def test_what_the_world_does_not_know_is_refused(prompt: str, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        scenes.parse(prompt)


def test_words_of_prompts() -> None:
    words = scenes.words_of(["a blue tree", "", "at night in the snow"])
    assert words.tolist() == [[3, 0, 0, 3], [0, 0, 0, 0], [0, 3, 4, 0]]


def test_a_tenth_of_the_combinations_is_held_out_evenly() -> None:
    assert len(scenes.HELD_OUT) == round(8 * 4 * 4 / 10)
    for position, slot in enumerate(("subject", "place", "colour")):
        counts = Counter(combination[position] for combination in scenes.HELD_OUT)
        assert set(counts) == set(scenes.SLOTS[slot])
        assert max(counts.values()) - min(counts.values()) <= 1


def test_training_never_shows_what_is_held_out_and_the_test_shows_nothing_else() -> None:
    random = Random(0)
    for held_out in (False, True):
        drawn = [scenes.random_scene(random, held_out=held_out) for _ in range(2000)]
        combinations = {(s.subject, s.place, s.colour) for s in drawn}
        assert len(combinations) == (13 if held_out else 128 - 13)
        assert all((c in scenes.HELD_OUT) == held_out for c in combinations)
        assert {s.time for s in drawn} == set(scenes.SLOTS["time"])


def test_everything_is_every_scene_once() -> None:
    assert len(set(scenes.everything())) == len(scenes.everything()) == 8 * 3 * 4 * 4


def test_pictures_do_not_depend_on_how_many_are_drawn() -> None:
    images, words = scenes.pictures(180, 6)
    later, later_words = scenes.pictures(180, 2, first=4)
    assert images.dtype == torch.uint8
    assert images.shape == (6, 3, 32, 32)
    assert torch.equal(images[4:], later)
    assert torch.equal(words[4:], later_words)
    assert not torch.equal(images, scenes.pictures(181, 6)[0])


def test_the_endless_world_is_the_same_world() -> None:
    images, words = scenes.pictures(180, 9)
    lazy_images, lazy_words = scenes.endless(180, 9)
    index = torch.tensor([7, 0, 7, 3])
    assert len(lazy_images) == len(lazy_words) == 9
    assert torch.equal(lazy_images[index], images[index])
    assert torch.equal(lazy_words[index], words[index])


def test_another_process_draws_the_same_pictures() -> None:
    code = (
        "from experiments.world.drawing import draw_scene; from random import Random;"
        "print(draw_scene('tree', 'dusk', 'snow', 'red', Random('180/4')).tobytes().hex())"
    )
    drawn = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = drawing.draw_scene("tree", "dusk", "snow", "red", scenes.randomness(180, 4))
    assert drawn.strip() == here.tobytes().hex()


@pytest.mark.parametrize("subject", drawing.SUBJECTS)
def test_a_subject_is_large_and_within_the_frame(subject: str) -> None:
    """Against the same landscape without it: 50 to 85 % of the rows, and never cut above."""
    for k in range(20):
        rows = changed(subject, k).any(1).nonzero()[0]
        height = (rows[-1] - rows[0] + 1) / 32
        assert 0.5 <= height <= 0.85, k
        assert rows[0] >= 1
        assert rows[-1] <= 31


def changed(subject: str, k: int) -> np.ndarray:
    """Where a strong change tells the subject from its landscape at noon, (32, 32) booleans."""
    scene = ("noon", "sea", "red")
    nothing = {subject: (lambda *_: None, *drawing.SUBJECTS[subject][1:])}
    with_it = np.asarray(drawing.draw_scene(subject, *scene, Random(k))).astype(int)
    before = drawing.SUBJECTS[subject]
    drawing.SUBJECTS.update(nothing)
    try:
        without = np.asarray(drawing.draw_scene(subject, *scene, Random(k))).astype(int)
    finally:
        drawing.SUBJECTS[subject] = before
    return np.abs(with_it - without).max(-1) > 24


@pytest.mark.parametrize("slot", scenes.SLOTS)
def test_every_word_changes_the_picture(slot: str) -> None:
    position = list(scenes.SLOTS).index(slot)
    base = ["house", "noon", "field", "red"]
    drawn = set()
    for word in scenes.SLOTS[slot]:
        base[position] = word
        drawn.add(drawing.draw_scene(*base, Random(0)).tobytes())
    assert len(drawn) == len(scenes.SLOTS[slot])


@pytest.mark.parametrize("time", pen.SKIES)
@pytest.mark.parametrize("place", pen.GROUNDS)
def test_a_colour_of_a_balloon_is_the_nearest_of_the_four(time: str, place: str) -> None:
    """The hue of its middle is nearer to its own colour than to any other, at every hour."""
    for colour in pen.COLOURS:
        image = drawing.draw_scene("balloon", time, place, colour, Random(3))
        middle = np.asarray(image)[8:15, 14:18].reshape(-1, 3).astype(float)
        most = middle[np.ptp(middle, axis=1).argmax()]
        assert min(pen.COLOURS, key=lambda c: hue_distance(most, pen.COLOURS[c])) == colour


def hue_distance(a: np.ndarray, b: tuple[int, int, int]) -> float:
    """The angle between two colours once their grey is taken away."""
    a, b = a - np.mean(a), np.array(b) - np.mean(b)
    return float(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


def test_the_subject_can_stand_anywhere_in_its_jitter() -> None:
    drawn = {
        drawing.draw_scene("tree", "noon", "field", "red", Random(k)).tobytes() for k in range(50)
    }
    assert len(drawn) == 50


def test_scene_of_a_picture_is_what_was_drawn() -> None:
    scene, pixels = scenes.picture(180, 12)
    random = scenes.randomness(180, 12)
    assert scene == scenes.random_scene(random)
    again = np.asarray(drawing.draw_scene(*astuple(scene), random)).transpose(2, 0, 1)
    assert np.array_equal(pixels, again)
