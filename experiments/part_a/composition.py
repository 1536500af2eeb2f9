"""Part A, whether the model composes what it has learnt, and whether it copies."""

from typing import Any

import torch

from experiments.part_a.backends import ScenesBackend
from experiments.part_a.copies import nearest_drawn
from experiments.part_a.painting import painted, random_words
from experiments.world.judge import load_judge, read, shares
from experiments.world.scenes import SLOTS, pictures
from reportgen import Grid, Run, Table, artifact, derive_seed, figure


@artifact
def prompt_agreement(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    gamma: float = 4.0,
    samples: int = 1000,
) -> dict[str, Any]:
    """The share of guided samples that show what was asked for, slot by slot.

    ``samples`` prompts of the world that the model was trained on, as many of the combinations
    left out of it, and beside them the judge's reading of scenes that were drawn.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    found: dict[str, Any] = {"painted": {}, "drawn": {}}
    for world, held_out in (("seen", False), ("left_out", True)):
        words = random_words(run.seed, samples, held_out=held_out)
        images = painted(run, model, words, gamma, world.replace("_", " "))
        found["painted"][world] = shares(read(judge_of_scenes, images), words)
        drawn, _ = pictures(run.seed, samples, held_out=held_out)
        found["drawn"][world] = shares(read(judge_of_scenes, drawn), words)
    return found


@figure(
    "A.6d",
    caption="Samples that show what their prompt asked for, at γ = {prompt_agreement.gamma:g}, as "
    "the judge reads them: {prompt_agreement.samples} prompts of the training world, and as many "
    "of the combinations that were never in it. Beside them the judge's reading of scenes that "
    "our own code drew: more than that cannot be had.",
)
def agreement_table(prompt_agreement: dict[str, Any]) -> Table:
    painted, drawn = prompt_agreement["painted"], prompt_agreement["drawn"]
    rows = [
        {
            "word": "all four" if slot == "all" else slot,
            "seen": 100 * painted["seen"][slot],
            "never seen": 100 * painted["left_out"][slot],
            "seen, drawn": 100 * drawn["seen"][slot],
            "never seen, drawn": 100 * drawn["left_out"][slot],
        }
        for slot in (*SLOTS, "all")
    ]
    columns = list(rows[0])[1:]
    return Table(rows, units=dict.fromkeys(columns, "%"), digits=dict.fromkeys(columns, 1))


@artifact
def nearest_scenes(
    run: Run,
    scenes_model: dict[str, Any],
    *,
    gamma: float = 4.0,
    samples: int = 100,
    shown: int = 10,
    training_scenes: int = 100_000,
    project_seed: int = 180,
) -> dict[str, Any]:
    """The training scenes nearest to samples, and how near they are to scenes drawn afresh."""
    model = ScenesBackend(scenes_model["weights"], run.device)
    words = random_words(run.seed, samples)
    images = painted(run, model, words, gamma, "samples")
    fresh, _ = pictures(run.seed, samples)
    seed, asked = derive_seed(project_seed, "scenes_model"), torch.cat([images, fresh])
    best, scenes = nearest_drawn(run, asked, seed, training_scenes, "training scenes")
    return {
        "samples": images[:shown],
        "scenes": scenes[:shown],
        "distance": {"samples": best[:samples], "drawn": best[samples:]},
        "median": {
            "samples": float(best[:samples].median()),
            "drawn": float(best[samples:].median()),
        },
        "least": {"samples": float(best[:samples].min()), "drawn": float(best[samples:].min())},
    }


@figure(
    "A.6e",
    caption="Ten samples at γ = {nearest_scenes.gamma:g}, and below each the nearest of "
    "{nearest_scenes.training_scenes:,} training scenes.",
)
def nearest_grid(nearest_scenes: dict[str, Any]) -> Grid:
    distance = nearest_scenes["distance"]["samples"][: len(nearest_scenes["samples"])]
    return Grid(
        [list(nearest_scenes["samples"]), list(nearest_scenes["scenes"])],
        row_labels=["sample", "nearest"],
        tile_labels=[[""] * len(distance), [f"{d:.1f}" for d in distance.tolist()]],
    )
