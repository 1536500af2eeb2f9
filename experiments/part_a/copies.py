"""Part A, whether samples are copies: how near they are to training scenes, and to any others."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.metrics import nearest
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import painted, random_words
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
    images = painted(run, model, words, gamma, "samples")
    seeds = {"trained": derive_seed(project_seed, "scenes_model"), "never": run.seed + 1}
    found = {
        name: nearest_drawn(run, images, seed, scenes, f"{name} scenes")[0]
        for name, seed in seeds.items()
    }
    return {
        "distance": found,
        "median": {name: float(distance.median()) for name, distance in found.items()},
        "least": {name: float(distance.min()) for name, distance in found.items()},
        "nearer_to_trained": float((found["trained"] < found["never"]).double().mean()),
    }


def nearest_drawn(
    run: Run, images: Tensor, seed: int, count: int, label: str
) -> tuple[Tensor, Tensor]:
    """Of the first ``count`` scenes of ``seed`` the nearest to each image, uint8 (N, 3, H, W).

    Returns the distances (N,), Euclidean over pixels in [0, 1], and the scenes, uint8.
    """
    asked, scenes = images.float() / 255, torch.zeros_like(images)
    best = torch.full((len(images),), torch.inf)
    for first in run.progress(range(0, count, 2000), label):
        part, _ = pictures(seed, min(2000, count - first), first=first)
        distance, index = (found[:, 0] for found in nearest(asked, part.float() / 255))
        nearer = distance < best
        best[nearer], scenes[nearer] = distance[nearer], part[index[nearer]]
    return best, scenes
