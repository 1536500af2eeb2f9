"""Part A: one image with two readings, by turning it or by stepping back."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.anagrams import VIEWS, View, anagram
from experiments.diffusion.backends import Backend, ScenesBackend, prompted, two_prompts
from experiments.diffusion.classifier import Classifier
from experiments.diffusion.hybrids import from_afar, hybrid, low_pass
from experiments.diffusion.readings import load_judge, read, subjects
from experiments.diffusion.samplers import Predict
from experiments.diffusion.scenes import parse
from experiments.painting import as_bytes, from_bytes, opened, paint, thing
from reportgen import Grid, ReportgenError, Run, artifact, figure

ANAGRAMS = (
    ("half turn", "a green tree by the sea at noon", "a green sailboat by the sea at noon"),
    ("half turn", "a red lighthouse by the sea at noon", "a red rocket by the sea at noon"),
    ("half turn", "a yellow house by the sea at noon", "a yellow balloon by the sea at noon"),
)
"""The view, and what the image is to read as without it and with it."""
HYBRIDS = (
    ("a red lighthouse in a field at noon", "a red windmill in a field at noon"),
    ("a red mountain in a field at noon", "a red balloon in a field at noon"),
    ("a red sailboat in a field at noon", "a red windmill in a field at noon"),
)
"""What the image is to be from afar, and from near. Most pairs of subjects do not work: these are
three of the best of ``hybrid_search``."""

ANAGRAM_GAMMA = 4.0
HYBRID_GAMMA = 4.0
SIGMA = 4.0

Readings = Callable[[Tensor], list[Tensor]]
"""The ways in which an image is looked at, uint8 (B, 3, H, W) each."""


def two_views(model: Backend, view: str, first: str, second: str, gamma: float) -> Predict:
    """An anagram of two prompts: ``first`` upright, ``second`` through the view of that name."""
    two_prompts(model, first, second)
    return anagram(
        [
            (VIEWS["upright"], prompted(model, first, gamma)),
            (found_view(view), prompted(model, second, gamma)),
        ]
    )


def two_distances(model: Backend, far: str, near: str, gamma: float, sigma: float) -> Predict:
    """A hybrid of two prompts: ``far`` in the low frequencies, ``near`` in the high ones."""
    two_prompts(model, far, near)
    return hybrid(prompted(model, far, gamma), prompted(model, near, gamma), sigma)


def found_view(name: str) -> View:
    if name not in VIEWS:
        raise ReportgenError(
            f"There is no view '{name}'.", hint=f"Known views: {', '.join(VIEWS)}."
        )
    return VIEWS[name]


def both_ways(judge: Classifier, looks: Sequence[Tensor], prompts: Sequence[str]) -> Tensor:
    """Whether the judge reads in each look (B, 3, 32, 32) the subject of its prompt, bool (B,)."""
    asked = [parse(prompt).words[0] for prompt in prompts]
    right = [read(judge, look)[:, 0] == word for look, word in zip(looks, asked, strict=True)]
    return torch.stack(right).all(0)


def turned(view: str) -> Readings:
    """An anagram is looked at upright, and through its view."""
    return lambda images: [images, VIEWS[view].see(images)]


def far_and_near(sigma: float) -> Readings:
    """A hybrid is looked at from afar, where only its low frequencies are left, and from near."""
    return lambda images: [as_bytes(low_pass(from_bytes(images), sigma)), images]


def first_success(
    model: Backend, judge: Classifier, images: Tensor, look: Readings, prompts: Sequence[str]
) -> tuple[Tensor, list[str]]:
    """The first of the images that is read as intended (else the first of all), and its readings.

    Only scenes can be judged: of another model's images the first is taken.
    """
    if not isinstance(model, ScenesBackend):
        return images[0], []
    right = both_ways(judge, look(images), prompts)
    chosen = images[int(right.byte().argmax())]
    return chosen, [subjects(read(judge, seen))[0] for seen in look(chosen[None])]


def noise_of(run: Run, label: str, count: int) -> Callable[[], list[Generator]]:
    """A generator for each of ``count`` images, made anew at every call."""
    return lambda: [run.generator(f"{label}, image {i}") for i in range(count)]


@artifact
def anagram_pairs(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    pairs: list[list[str]] = ANAGRAMS,
    gamma: float = ANAGRAM_GAMMA,
    tries: int = 8,
) -> dict[str, Any]:
    """For each pair of prompts, the first of a few samples that the judge reads both ways."""
    model, judge = opened(painter, scenes_model, run.device), load_judge(scenes_judge["weights"])
    images, readings = [], []
    for i, (view, first, second) in enumerate(run.progress(pairs, "anagrams")):
        predict = two_views(model, view, first, second, gamma)
        found = paint(model, predict, noise_of(run, f"pair {i}", tries))
        image, read_as = first_success(model, judge, found, turned(view), (first, second))
        images.append(torch.cat(turned(view)(image[None])))
        readings.append(read_as)
    return {
        "images": torch.stack(images),
        "readings": readings,
        "prompts": [list(pair[1:]) for pair in pairs],
        "views": [pair[0] for pair in pairs],
    }


@artifact
def hybrid_pairs(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    pairs: list[list[str]] = HYBRIDS,
    gamma: float = HYBRID_GAMMA,
    sigma: float = SIGMA,
    tries: int = 8,
) -> dict[str, Any]:
    """For each pair of prompts, the first of a few samples that the judge reads both ways."""
    model, judge = opened(painter, scenes_model, run.device), load_judge(scenes_judge["weights"])
    images, readings = [], []
    for i, prompts in enumerate(run.progress(pairs, "hybrids")):
        predict = two_distances(model, *prompts, gamma, sigma)
        found = paint(model, predict, noise_of(run, f"pair {i}", tries))
        image, read_as = first_success(model, judge, found, far_and_near(sigma), prompts)
        images.append(image)
        readings.append(read_as)
    return {
        "images": torch.stack(images),
        "readings": readings,
        "prompts": [list(pair) for pair in pairs],
        "blurred": far_and_near(sigma)(torch.stack(images))[0],
        "small": as_bytes(from_afar(from_bytes(torch.stack(images)), 4, sigma)),
    }


@artifact
def illusion_trials(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    seeds: int = 50,
    anagrams: list[list[str]] = ANAGRAMS,
    anagram_gamma: float = ANAGRAM_GAMMA,
    hybrids: list[list[str]] = HYBRIDS,
    hybrid_gamma: float = HYBRID_GAMMA,
    sigma: float = SIGMA,
) -> dict[str, Any]:
    """How often the judge reads both subjects of an anagram, and of a hybrid: a share a pair."""
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    found: dict[str, Any] = {"anagrams": [], "hybrids": []}
    for i, (view, *prompts) in enumerate(run.progress(anagrams, "anagrams")):
        predict = two_views(model, view, *prompts, anagram_gamma)
        images = paint(model, predict, noise_of(run, f"anagram {i}", seeds))
        right = both_ways(judge_of_scenes, turned(view)(images), prompts)
        found["anagrams"].append(float(right.double().mean()))
    for i, prompts in enumerate(run.progress(hybrids, "hybrids")):
        predict = two_distances(model, *prompts, hybrid_gamma, sigma)
        images = paint(model, predict, noise_of(run, f"hybrid {i}", seeds))
        right = both_ways(judge_of_scenes, far_and_near(sigma)(images), prompts)
        found["hybrids"].append(float(right.double().mean()))
    means = {kind: sum(rates) / len(rates) for kind, rates in found.items()}
    return {**found, "mean": means}


@figure(
    "A.8",
    caption="Visual anagrams: each column is one image, seen in two ways. It was painted towards "
    "both prompts at once, at γ = {anagram_pairs.gamma:g}.",
)
def anagram_grid(anagram_pairs: dict[str, Any]) -> Grid:
    images, views = anagram_pairs["images"], set(anagram_pairs["views"])
    return Grid(
        [[pair[k] for pair in images] for k in (0, 1)],
        row_labels=["upright", views.pop() if len(views) == 1 else "changed"],
        tile_labels=[as_read(anagram_pairs, k) for k in (0, 1)],
    )


@figure(
    "A.9",
    caption="Hybrid images: each column is one image, from near, blurred, and as small as it is "
    "from afar. Low frequencies were painted towards one prompt, high ones towards another, at "
    "γ = {hybrid_pairs.gamma:g}; a Gaussian of σ = {hybrid_pairs.sigma:g} pixels of 64 parts them.",
)
def hybrid_grid(hybrid_pairs: dict[str, Any]) -> Grid:
    images = hybrid_pairs["images"]
    small = [in_the_middle(x, images.shape[-1]) for x in hybrid_pairs["small"]]
    return Grid(
        [list(images), list(hybrid_pairs["blurred"]), small],
        row_labels=["from near", "blurred", "from afar"],
        tile_labels=[
            as_read(hybrid_pairs, 1),
            [""] * len(images),
            as_read(hybrid_pairs, 0),
        ],
    )


def as_read(pairs: dict[str, Any], k: int) -> list[str]:
    """What reading ``k`` of each image was to be, and what the judge reads where that differs."""
    labels = []
    for prompts, readings in zip(pairs["prompts"], pairs["readings"], strict=True):
        wrong = readings and readings[k] not in prompts[k].split()
        instead = f", read as {readings[k]}" if wrong else ""
        labels.append(thing(prompts[k]) + instead)
    return labels


def in_the_middle(small: Tensor, size: int) -> Tensor:
    """A small image (3, h, w) on grey, uint8 (3, size, size)."""
    canvas = torch.full((3, size, size), 128, dtype=torch.uint8)
    top, left = ((size - side) // 2 for side in small.shape[-2:])
    canvas[:, top : top + small.shape[-2], left : left + small.shape[-1]] = small
    return canvas
