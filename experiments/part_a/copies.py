"""Part A, whether samples are copies: how near they are to training scenes, and to any others."""

from typing import Any

import torch

from experiments.diffusion.metrics import nearest
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import painted, random_words, told_words
from experiments.world.scenes import pictures
from reportgen import Run, artifact, derive_seed


@artifact
def copies_among_scenes(
    run: Run,
    scenes_model: dict[str, Any],
    *,
    gamma: float = 4.0,
    samples: int = 60,
    scenes: int = 20_000,
    project_seed: int = 180,
) -> dict[str, Any]:
    """How near samples lie to training scenes, and to as many that were never trained on.

    Distances are Euclidean, over pixels in [0, 1]: of each sample to the nearest scene of either
    set, their medians, and the share of samples that are nearer to a training scene.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    words = random_words(run.seed, samples)
    images = painted(
        run, model, samples, lambda part: told_words(model, words[part], gamma), "samples"
    )
    asked, found = images.float() / 255, {}
    seeds = {"trained": derive_seed(project_seed, "scenes_model"), "never": run.seed + 1}
    for name, seed in seeds.items():
        best = torch.full((samples,), torch.inf)
        for first in run.progress(range(0, scenes, 2000), f"{name} scenes"):
            part, _ = pictures(seed, min(2000, scenes - first), first=first)
            best = torch.minimum(best, nearest(asked, part.float() / 255)[0][:, 0])
        found[name] = best
    return {
        "distance": found,
        "median": {name: float(distance.median()) for name, distance in found.items()},
        "least": {name: float(distance.min()) for name, distance in found.items()},
        "nearer_to_trained": float((found["trained"] < found["never"]).double().mean()),
    }
