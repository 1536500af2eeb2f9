"""Part A, hybrid images: one thing from afar, another from near."""

from itertools import permutations
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from experiments.diffusion.hybrids import from_afar, hybrid, low_pass
from experiments.diffusion.samplers import Predict
from experiments.part_a.anagrams import ANAGRAM_GAMMA, ANAGRAMS, turned, two_views
from experiments.part_a.backends import Backend, ScenesBackend, two_prompts
from experiments.part_a.painting import from_bytes, noise_of, opened, paint, to_bytes
from experiments.part_a.two_readings import Readings, as_read, both_ways, first_success
from experiments.world.judge import load_judge, read, shares
from experiments.world.scenes import pictures
from experiments.world.subjects import SUBJECTS
from reportgen import Grid, Panels, Run, Steps, artifact, figure

HYBRIDS = (
    ("a red lighthouse in a field at noon", "a red windmill in a field at noon"),
    ("a red mountain in a field at noon", "a red balloon in a field at noon"),
    ("a red sailboat in a field at noon", "a red windmill in a field at noon"),
)
"""What the image is to be from afar, and from near. Most pairs of subjects do not work: these are
three of the best of ``hybrid_search``."""

HYBRID_GAMMA = 4.0

SIGMA = 4.0


def two_distances(model: Backend, far: str, near: str, gamma: float, sigma: float) -> Predict:
    """A hybrid of two prompts: ``far`` in the low frequencies, ``near`` in the high ones."""
    two_prompts(model, far, near)
    return hybrid(model.told([far], gamma), model.told([near], gamma), sigma)


def far_and_near(sigma: float) -> Readings:
    """A hybrid is looked at from afar, where only its low frequencies are left, and from near."""
    return lambda images: [to_bytes(low_pass(from_bytes(images), sigma)), images]


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
        found = paint(model, predict, noise_of(run, tries, f"pair {i}, image"))
        image, read_as = first_success(model, judge, found, far_and_near(sigma), prompts)
        images.append(image)
        readings.append(read_as)
    return {
        "images": torch.stack(images),
        "readings": readings,
        "prompts": [list(pair) for pair in pairs],
        "blurred": far_and_near(sigma)(torch.stack(images))[0],
        "small": to_bytes(from_afar(from_bytes(torch.stack(images)), 4, sigma)),
    }


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


def in_the_middle(small: Tensor, size: int) -> Tensor:
    """A small image (3, h, w) on grey, uint8 (3, size, size)."""
    canvas = torch.full((3, size, size), 128, dtype=torch.uint8)
    top, left = ((size - side) // 2 for side in small.shape[-2:])
    canvas[:, top : top + small.shape[-2], left : left + small.shape[-1]] = small
    return canvas


@figure(
    "A.9b",
    caption="The same images on their way from near to afar, in two ways: blurred more and more, "
    "by a Gaussian whose σ is in pixels of 64; and shrunk more and more, as by walking backwards.",
)
def walking_backwards(
    hybrid_pairs: dict[str, Any],
    *,
    sigmas: list[float] = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0),
    shares: list[float] = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18),
) -> Panels:
    images = from_bytes(hybrid_pairs["images"])
    blurred = [low_pass(images, sigma) if sigma else images for sigma in sigmas]
    shrunk = [from_further(images, share) for share in shares]
    return Panels(
        {
            "blurred": Steps(
                [Grid([list(to_bytes(x))]) for x in blurred],
                [f"σ = {sigma:g}" for sigma in sigmas],
                what="blur",
                start=0,
            ),
            "shrunk": Steps(
                [Grid([list(to_bytes(x))]) for x in shrunk],
                [f"{100 * share:g} %" for share in shares],
                what="size",
                start=0,
            ),
        }
    )


def from_further(x: Tensor, share: float, scale: int = 3) -> Tensor:
    """Images (B, C, H, W), ``scale`` times as large, shrunk to a share of that, amid grey."""
    large = interpolate(x, scale_factor=scale, mode="nearest")
    side = max(1, round(share * large.shape[-1]))
    small = interpolate(large, side, mode="bilinear", antialias=True)
    before = (large.shape[-1] - side) // 2
    after = large.shape[-1] - side - before
    return pad(small, (before, after, before, after))


@artifact
def hybrid_search(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    tries: int = 8,
    gamma: float = HYBRID_GAMMA,
    sigma: float = SIGMA,
) -> dict[str, Any]:
    """How often the judge reads both subjects of a hybrid: a share for every pair, far and near."""
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    pairs, rates = [list(pair) for pair in permutations(SUBJECTS, 2)], []
    for pair in run.progress(pairs, "pairs of subjects"):
        prompts = [f"a red {subject} in a field at noon" for subject in pair]
        predict = two_distances(model, *prompts, gamma, sigma)
        images = paint(model, predict, noise_of(run, tries, f"{' and '.join(pair)}, image"))
        right = both_ways(judge_of_scenes, far_and_near(sigma)(images), prompts)
        rates.append(float(right.double().mean()))
    return {"pairs": pairs, "rates": rates, "never": rates.count(0.0)}


@artifact
def blurred_scenes(
    run: Run, scenes_judge: dict[str, Any], *, samples: int = 200, sigma: float = SIGMA
) -> dict[str, float]:
    """What the judge, which was never shown a blur, reads in drawn scenes that are blurred.

    The shares that it reads right, slot by slot, with the blur that parts the hybrids.
    """
    images, words = pictures(run.seed, samples)
    blurred, _ = far_and_near(sigma)(images)
    return shares(read(load_judge(scenes_judge["weights"]), blurred), words)


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
        images = paint(model, predict, noise_of(run, seeds, f"anagram {i}, image"))
        right = both_ways(judge_of_scenes, turned(view)(images), prompts)
        found["anagrams"].append(float(right.double().mean()))
    for i, prompts in enumerate(run.progress(hybrids, "hybrids")):
        predict = two_distances(model, *prompts, hybrid_gamma, sigma)
        images = paint(model, predict, noise_of(run, seeds, f"hybrid {i}, image"))
        right = both_ways(judge_of_scenes, far_and_near(sigma)(images), prompts)
        found["hybrids"].append(float(right.double().mean()))
    means = {kind: sum(rates) / len(rates) for kind, rates in found.items()}
    return {**found, "mean": means}


@artifact
def plain_illusions(
    run: Run, scenes_model: dict[str, Any], scenes_judge: dict[str, Any], *, seeds: int = 50
) -> dict[str, float]:
    """What ``illusion_trials`` means for both kinds where each prompt has the plain scale 1."""
    found = illusion_trials(
        run, scenes_model, scenes_judge, seeds=seeds, anagram_gamma=1.0, hybrid_gamma=1.0
    )
    return dict(found["mean"])
