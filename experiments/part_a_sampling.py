"""Part A: images from pure noise, and how guidance brings them to a prompt."""

from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.scenes import SLOTS
from experiments.diffusion.schedule import strided_timesteps
from experiments.painting import as_bytes, opened, paint, thing, told, walk
from reportgen import (
    Animation,
    Curve,
    Grid,
    Panels,
    ReportgenError,
    Run,
    Steps,
    Strip,
    Table,
    artifact,
    figure,
)

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

    def sources() -> list[Generator]:
        return [run.generator(f"sample {i}") for i in range(len(prompts))]

    rows = [
        paint(model, told(model, prompts, gamma), sources)
        for gamma in run.progress(gammas, "guidance scale")
    ]
    film = walk(model, told(model, prompts, 0.0), sources)
    return {
        "images": torch.stack(rows),
        "gammas": list(gammas),
        "prompts": list(prompts),
        "film": torch.stack([as_bytes(x[filmed]) for x in film]),
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
    caption="Guidance from none to much: each picture keeps its noise and its prompt, which are "
    "those above.",
)
def guidance_steps(free_samples: dict[str, Any]) -> Steps:
    gammas, things = free_samples["gammas"], [thing(prompt) for prompt in free_samples["prompts"]]
    return Steps(
        [Grid([list(row)], column_labels=things) for row in free_samples["images"]],
        [f"γ = {gamma:g}" for gamma in gammas],
        what="guidance scale",
    )


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


@figure(
    "A.6e",
    caption="Ten samples, and below each the nearest of {nearest_scenes.training_scenes} training "
    "scenes.",
)
def nearest_grid(nearest_scenes: dict[str, Any]) -> Grid:
    distance = nearest_scenes["distance"]["samples"][: len(nearest_scenes["samples"])]
    return Grid(
        [list(nearest_scenes["samples"]), list(nearest_scenes["scenes"])],
        row_labels=["sample", "nearest"],
        tile_labels=[[""] * len(distance), [f"{d:.1f}" for d in distance.tolist()]],
    )
