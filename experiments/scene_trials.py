"""Part A in numbers: how often the model of the little world does what it is asked to do."""

from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from experiments.diffusion.backends import ScenesBackend
from experiments.diffusion.drawing import draw_scene
from experiments.diffusion.metrics import diversity_within, nearest, psnr
from experiments.diffusion.readings import load_judge, read, shares, subjects
from experiments.diffusion.samplers import Predict
from experiments.diffusion.scenes import SLOTS, Scene, pictures, random_scene, randomness
from experiments.diffusion.schedule import strided_timesteps
from experiments.diffusion.subjects import SUBJECTS
from experiments.painting import each_told, paint
from experiments.part_a_editing import box_mask, inpainted, translated
from experiments.part_a_illusions import (
    HYBRID_GAMMA,
    SIGMA,
    both_ways,
    far_and_near,
    noise_of,
    two_distances,
)
from reportgen import Run, artifact
from reportgen.engine.run import derive_seed

BATCH = 50


def random_words(seed: int, count: int, *, held_out: bool = False) -> Tensor:
    """The words of ``count`` random scenes, int64 (count, 4): those of ``pictures``."""
    scenes = (random_scene(randomness(seed, i), held_out=held_out) for i in range(count))
    return torch.tensor([scene.words for scene in scenes])


def painted(
    run: Run,
    model: ScenesBackend,
    count: int,
    predict: Callable[[slice], Predict],
    label: str,
) -> Tensor:
    """``count`` images, uint8, in batches; image i has the noise of its own number.

    ``predict(part)`` is what the sampler is given for the images of that part.
    """
    images = []
    for first in run.progress(range(0, count, BATCH), label):
        numbers = range(first, min(first + BATCH, count))

        def sources(numbers: range = numbers) -> list[Generator]:
            return [run.generator(f"image {i}") for i in numbers]

        images.append(paint(model, predict(slice(first, numbers.stop)), sources))
    return torch.cat(images)


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

        def told(part: slice, words: Tensor = words) -> Predict:
            return each_told(model, words[part], gamma)

        images = painted(run, model, samples, told, world.replace("_", " "))
        found["painted"][world] = shares(read(judge_of_scenes, images), words)
        drawn, _ = pictures(run.seed, samples, held_out=held_out)
        found["drawn"][world] = shares(read(judge_of_scenes, drawn), words)
    return found


@artifact
def guidance_sweep(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    gammas: list[float] = (0.0, 1.0, 2.0, 4.0, 7.0, 10.0),
    prompts: int = 24,
    instances: int = 8,
) -> dict[str, Any]:
    """Agreement with the prompt, and diversity of one prompt's images, against guidance scale.

    The same ``prompts`` and the same noise for all scales; ``instances`` images of each prompt.
    Diversity is the mean distance of two images of one prompt, as a share of that of drawn ones.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    words = random_words(run.seed, prompts).repeat_interleave(instances, 0)
    number = torch.arange(prompts).repeat_interleave(instances)
    drawn = diversity_within(redrawn(run.seed, prompts, instances).float(), number)
    agreement, diversity = [], []
    for gamma in gammas:

        def told(part: slice, gamma: float = gamma) -> Predict:
            return each_told(model, words[part], gamma)

        images = painted(run, model, len(words), told, f"guidance {gamma:g}")
        agreement.append(shares(read(judge_of_scenes, images), words))
        diversity.append(diversity_within(images.float(), number) / drawn)
    return {"gammas": list(gammas), "agreement": agreement, "diversity": diversity}


@artifact
def free_subjects(
    run: Run, scenes_model: dict[str, Any], scenes_judge: dict[str, Any], *, samples: int = 200
) -> dict[str, Any]:
    """What the model paints without a prompt: the share of every subject, as the judge reads it."""
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    words = torch.zeros(samples, len(SLOTS), dtype=torch.int64)

    def told(part: slice) -> Predict:
        return each_told(model, words[part], 0.0)

    images = painted(run, model, samples, told, "without a prompt")
    read_as = subjects(read(judge_of_scenes, images))
    found = {subject: read_as.count(subject) / samples for subject in SLOTS["subject"]}
    return {"subjects": found, "least": min(found.values()), "most": max(found.values())}


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
    images = painted(
        run, model, samples, lambda part: each_told(model, words[part], gamma), "samples"
    )
    fresh, _ = pictures(run.seed, samples)
    training_seed = derive_seed(project_seed, "scenes_model")
    best = torch.full((2 * samples,), torch.inf)
    scenes = torch.zeros(2 * samples, *images.shape[1:], dtype=torch.uint8)
    asked = torch.cat([images, fresh]).float() / 255
    for first in run.progress(range(0, training_scenes, 2000), "training scenes"):
        part, _ = pictures(training_seed, min(2000, training_scenes - first), first=first)
        distance, index = (found[:, 0] for found in nearest(asked, part.float() / 255))
        nearer = distance < best
        best[nearer], scenes[nearer] = distance[nearer], part[index[nearer]]
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


def redrawn(seed: int, scenes: int, instances: int) -> Tensor:
    """The first random scenes of ``seed``, each drawn ``instances`` times, uint8."""
    drawn = []
    for i in range(scenes):
        scene = random_scene(randomness(seed, i))
        for k in range(instances):
            image = draw_scene(*astuple(scene), Random(f"{seed}/{i}/{k}"))
            drawn.append(np.asarray(image).transpose(2, 0, 1))
    return torch.from_numpy(np.stack(drawn))


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
        images = paint(model, predict, noise_of(run, " and ".join(pair), tries))
        right = both_ways(judge_of_scenes, far_and_near(sigma)(images), prompts)
        rates.append(float(right.double().mean()))
    return {"pairs": pairs, "rates": rates, "never": rates.count(0.0)}


@artifact
def edit_trials(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    seeds: int = 50,
    gamma: float = 4.0,
    i_starts: list[int] = (1, 3, 5, 7, 10, 20),
    box: list[float] = (0.1, 0.05, 0.9, 0.95),
) -> dict[str, Any]:
    """Scenes asked to show another subject: how often they do, and how often the rest is kept.

    By image-to-image translation from every start, and by inpainting a box.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    before = [random_scene(randomness(run.seed, i)) for i in range(seeds)]
    after = [another_subject(scene, randomness(run.seed, -1 - i)) for i, scene in enumerate(before)]
    images, _ = pictures(run.seed, seeds)
    prompts, words = [s.prompt for s in after], torch.tensor([s.words for s in after])
    sources = noise_of(run, "image", seeds)
    tries = translated(model, images, prompts, gamma, i_starts, sources)
    masks = box_mask(box, model.size).expand(seeds, -1, -1)
    filled = inpainted(model, images, masks, prompts, gamma, sources)
    return {
        "i_starts": list(i_starts),
        "timesteps": [strided_timesteps()[i] for i in i_starts],
        "translated": [shares(read(judge_of_scenes, found), words) for found in tries],
        "inpainted": shares(read(judge_of_scenes, filled), words),
        "distance": [psnr(found.float() / 255, images.float() / 255) for found in tries],
    }


def another_subject(scene: Scene, random: Random) -> Scene:
    """The same scene with another subject."""
    return replace(scene, subject=random.choice([s for s in SUBJECTS if s != scene.subject]))
