"""Part A, classifier-free guidance: how it brings samples to a prompt, and what it costs."""

from dataclasses import astuple
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.diffusion.metrics import diversity_within
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import painted, random_words, thing
from experiments.part_a.sampling import at_scale
from experiments.world.drawing import draw_scene
from experiments.world.judge import load_judge, read, shares
from experiments.world.scenes import SLOTS, random_scene, randomness
from reportgen import Curve, Grid, Panels, Run, artifact, figure


@figure(
    "A.6a",
    caption="The same noise without a prompt, with one, and with one at guidance scale "
    "γ = {gamma:g}. The prompts are {free_samples.prompts}.",
)
def guided_samples(free_samples: dict[str, Any], *, gamma: float = 7.0) -> Grid:
    scales = {"no prompt": 0.0, "γ = 1": 1.0, f"γ = {gamma:g}": gamma}
    return Grid(
        [list(at_scale(free_samples, scale)) for scale in scales.values()],
        row_labels=list(scales),
        column_labels=[thing(prompt) for prompt in free_samples["prompts"]],
    )


@figure(
    "A.6b",
    caption="Guidance from none to much: a row for each scale. Each column keeps its noise and its "
    "prompt, which are those above.",
)
def guidance_grid(free_samples: dict[str, Any]) -> Grid:
    return Grid(
        [list(row) for row in free_samples["images"]],
        row_labels=[f"γ = {gamma:g}" for gamma in free_samples["gammas"]],
        column_labels=[thing(prompt) for prompt in free_samples["prompts"]],
    )


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
        images = painted(run, model, words, gamma, f"guidance {gamma:g}")
        agreement.append(shares(read(judge_of_scenes, images), words))
        diversity.append(diversity_within(images.float(), number) / drawn)
    return {"gammas": list(gammas), "agreement": agreement, "diversity": diversity}


def redrawn(seed: int, scenes: int, instances: int) -> Tensor:
    """The first random scenes of ``seed``, each drawn ``instances`` times, uint8."""
    drawn = []
    for i in range(scenes):
        scene = random_scene(randomness(seed, i))
        for k in range(instances):
            image = draw_scene(*astuple(scene), Random(f"{seed}/{i}/{k}"))
            drawn.append(np.asarray(image).transpose(2, 0, 1))
    return torch.from_numpy(np.stack(drawn))


@figure(
    "A.6c",
    caption="Guidance scale: agreement with the prompt, as the independent judge reads it, and the "
    "distance between pictures of one prompt, over "
    "{guidance_sweep.prompts} prompts with {guidance_sweep.instances} samples each.",
)
def guidance_curves(guidance_sweep: dict[str, Any]) -> Panels:
    gammas, agreement = list(guidance_sweep["gammas"]), guidance_sweep["agreement"]
    shares = {
        slot: (gammas, [100 * found[slot] for found in agreement]) for slot in (*SLOTS, "all")
    }
    diversity = {"painted": (gammas, [100 * d for d in guidance_sweep["diversity"]])}
    return Panels(
        {
            "agreement": Curve(shares, x="guidance scale γ", y="agreement in %"),
            "distance": Curve(
                diversity, x="guidance scale γ", y="distance in % of that of drawn scenes"
            ),
        }
    )
