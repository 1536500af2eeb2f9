"""Part A, text-conditional translation: a picture asked to show something else."""

from typing import Any

from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.painting import check_count, noise_of, opened
from experiments.part_a.translation import I_STARTS, starts, translated
from reportgen import Grid, Run, Steps, artifact, figure


@artifact
def prompted_translations(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    originals: dict[str, Any],
    *,
    i_starts: list[int] = I_STARTS,
    prompts: list[str] = (
        "a red rocket by the sea at dusk",
        "a yellow tree in a field at noon",
        "a blue mountain in the snow at night",
    ),
    gamma: float = 4.0,
) -> dict[str, Any]:
    """Each original, noised to several depths and painted as something else."""
    model, images = opened(painter, scenes_model, run.device), originals["images"]
    check_count(prompts, len(images))
    found = translated(model, images, prompts, gamma, i_starts, noise_of(run, len(images)))
    return {"images": found, "timesteps": [strided_timesteps()[i] for i in i_starts]}


@figure(
    "A.7d",
    caption="Text-conditional image-to-image translation: the same three images, asked to become "
    "{prompted_translations.prompts}, at γ = {prompted_translations.gamma:g}. The later the start, "
    "the more of the image is kept.{originals.note}",
)
def prompted_translation_steps(
    originals: dict[str, Any], prompted_translations: dict[str, Any]
) -> Steps:
    frames = [*prompted_translations["images"], originals["images"]]
    return Steps(
        [Grid([list(frame)]) for frame in frames],
        starts(prompted_translations),
        what="starting step",
    )
