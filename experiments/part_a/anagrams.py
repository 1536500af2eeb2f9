"""Part A, visual anagrams: one image that reads otherwise when it is turned."""

from typing import Any

import torch

from experiments.diffusion.anagrams import VIEWS, View, anagram
from experiments.diffusion.samplers import Predict
from experiments.part_a.backends import Backend, two_prompts
from experiments.part_a.painting import noise_of, opened, paint
from experiments.part_a.two_readings import Readings, as_read, first_success
from experiments.world.judge import load_judge
from reportgen import Grid, ReportgenError, Run, artifact, figure

ANAGRAMS = (
    ("half turn", "a green tree by the sea at noon", "a green sailboat by the sea at noon"),
    ("half turn", "a red lighthouse by the sea at noon", "a red rocket by the sea at noon"),
    ("half turn", "a yellow house by the sea at noon", "a yellow balloon by the sea at noon"),
)
"""The view, and what the image is to read as without it and with it."""

ANAGRAM_GAMMA = 4.0


def two_views(model: Backend, view: str, first: str, second: str, gamma: float) -> Predict:
    """An anagram of two prompts: ``first`` upright, ``second`` through the view of that name."""
    two_prompts(model, first, second)
    return anagram(
        [
            (VIEWS["upright"], model.told([first], gamma)),
            (found_view(view), model.told([second], gamma)),
        ]
    )


def found_view(name: str) -> View:
    if name not in VIEWS:
        raise ReportgenError(
            f"There is no view '{name}'.", hint=f"Known views: {', '.join(VIEWS)}."
        )
    return VIEWS[name]


def turned(view: str) -> Readings:
    """An anagram is looked at upright, and through its view."""
    return lambda images: [images, VIEWS[view].see(images)]


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
        found = paint(model, predict, noise_of(run, tries, f"pair {i}, image"))
        image, read_as = first_success(model, judge, found, turned(view), (first, second))
        images.append(torch.cat(turned(view)(image[None])))
        readings.append(read_as)
    return {
        "images": torch.stack(images),
        "readings": readings,
        "prompts": [list(pair[1:]) for pair in pairs],
        "views": [pair[0] for pair in pairs],
    }


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
