"""Part A, editing in numbers: how often an edited scene shows what it was asked to show."""

from dataclasses import replace
from random import Random
from typing import Any

import torch

from experiments.diffusion.metrics import psnr
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.inpainting import box_mask, inpainted
from experiments.part_a.painting import noise_of
from experiments.part_a.translation import translated
from experiments.world.judge import load_judge, read, shares
from experiments.world.scenes import Scene, pictures, random_scene, randomness
from experiments.world.subjects import SUBJECTS
from reportgen import Run, artifact


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
    sources = noise_of(run, seeds)
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
