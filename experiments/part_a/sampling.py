"""Part A, images from pure noise."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.samplers import final
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import (
    noise_of,
    opened,
    paint,
    painted,
    to_bytes,
    walk_down,
)
from experiments.world.judge import load_judge, read, subjects
from experiments.world.scenes import SLOTS
from reportgen import Animation, Grid, Panels, ReportgenError, Run, Strip, artifact, figure

PROMPTS = (
    "a red sailboat by the sea at noon",
    "a green tree in a field at dusk",
    "a yellow rocket in the desert at night",
    "a blue windmill in the snow at noon",
    "a red house in the desert at dusk",
    "a green balloon by the sea at dusk",
)


@artifact
def free_samples(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    *,
    prompts: list[str] = PROMPTS,
    gammas: list[float] = (0.0, 1.0, 2.0, 4.0, 7.0, 10.0),
    filmed: int = 0,
) -> dict[str, Any]:
    """Samples from the same noise for each guidance scale; scale 0 takes no notice of the prompt.

    ``images`` is (scales, prompts, 3, H, W). ``film`` is the walk of sample number ``filmed`` at
    scale 0, pure noise first.
    """
    if not 0 <= filmed < len(prompts):
        raise ReportgenError(
            f"There is no sample {filmed} to film.",
            hint=f"'filmed' counts the prompts, from 0 to {len(prompts) - 1}.",
        )
    model = opened(painter, scenes_model, run.device)
    sources = noise_of(run, len(prompts), "sample")
    rows = [
        paint(model, model.told(prompts, gamma), sources)
        for gamma in run.progress(gammas, "guidance scale")
    ]
    film = walk_down(model, model.told(prompts, 0.0), sources)
    return {
        "images": torch.stack(rows),
        "gammas": list(gammas),
        "prompts": list(prompts),
        "film": torch.stack([to_bytes(x[filmed]) for x in film]),
        "timesteps": strided_timesteps(),
    }


def at_scale(free_samples: dict[str, Any], gamma: float) -> Tensor:
    """The samples of one guidance scale; ReportgenError for one that was not asked for."""
    gammas = list(free_samples["gammas"])
    if gamma not in gammas:
        raise ReportgenError(
            f"There are no samples at guidance scale '{gamma:g}'.",
            hint=f"There are some at {', '.join(f'{g:g}' for g in gammas)}; "
            "the parameter 'gammas' of 'free_samples' sets them.",
        )
    return free_samples["images"][gammas.index(gamma)]


@artifact
def first_pictures(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    *,
    prompts: list[str] = PROMPTS[:3],
    strides: list[int] = (330, 30),
    gamma: float = 2.0,
) -> dict[str, Any]:
    """A few prompts from the same noise, in few steps and in many: a walk for each of ``strides``.

    ``images`` is uint8 (strides, prompts, 3, H, W).
    """
    model = opened(painter, scenes_model, run.device)
    sources = noise_of(run, len(prompts), "sample")
    walks = [strided_timesteps(stride=stride) for stride in strides]
    predict = model.told(prompts, gamma)
    images = [to_bytes(final(walk_down(model, predict, sources, down))) for down in walks]
    return {
        "images": torch.stack(images),
        "prompts": list(prompts),
        "steps": [len(down) for down in walks],
    }


@figure(
    "A.0b",
    caption="The model at work, at γ = {first_pictures.gamma:g}: one prompt a column, in few steps "
    "and in many, from the same noise.",
)
def few_and_many_steps(first_pictures: dict[str, Any]) -> Grid:
    return Grid(
        [list(row) for row in first_pictures["images"]],
        row_labels=[f"{steps} steps" for steps in first_pictures["steps"]],
        column_labels=first_pictures["prompts"],
    )


@figure(
    "A.5",
    caption="Sampling: pictures from pure noise, without any prompt, and the walk that one of "
    "them took.",
)
def sampling(free_samples: dict[str, Any]) -> Panels:
    timesteps = free_samples["timesteps"]
    labels = ["pure noise", *(f"t = {t}" for t in timesteps[1:]), "clean"]
    return Panels(
        {
            "samples without a prompt": Strip(at_scale(free_samples, 0)),
            "the first of them, from noise to picture": Animation(
                list(free_samples["film"]), labels, fps=8
            ),
        }
    )


@artifact
def free_subjects(
    run: Run, scenes_model: dict[str, Any], scenes_judge: dict[str, Any], *, samples: int = 200
) -> dict[str, Any]:
    """What the model paints without a prompt: the share of every subject, as the judge reads it."""
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge_of_scenes = load_judge(scenes_judge["weights"])
    words = torch.zeros(samples, len(SLOTS), dtype=torch.int64)
    images = painted(run, model, words, 0.0, "without a prompt")
    read_as = subjects(read(judge_of_scenes, images))
    found = {subject: read_as.count(subject) / samples for subject in SLOTS["subject"]}
    return {"subjects": found, "least": min(found.values()), "most": max(found.values())}
