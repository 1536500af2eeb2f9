"""Part A, image-to-image translation: a picture noised and painted anew."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.editing import sdedit
from experiments.diffusion.forward import independent
from experiments.diffusion.samplers import final
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import Backend
from experiments.part_a.painting import (
    Sources,
    device_of,
    from_bytes,
    noise_of,
    opened,
    to_bytes,
)
from experiments.part_a.sketches import draw_sketch, read_sketches
from experiments.world.judge import load_judge, read, subjects
from experiments.world.pen import SIZE
from reportgen import Grid, Run, artifact, figure

I_STARTS = (1, 3, 5, 7, 10, 20)


def translated(
    model: Backend,
    images: Tensor,
    prompts: Sequence[str],
    gamma: float,
    i_starts: Sequence[int],
    sources: Sources,
) -> Tensor:
    """SDEdit of images (B, 3, H, W), each with its prompt, from every start, with the same noise.

    Returns uint8 (starts, B, 3, H, W).
    """
    predict, timesteps = model.told(prompts, gamma), strided_timesteps()
    x = from_bytes(images).to(device_of(model))
    return torch.stack(
        [
            to_bytes(
                final(sdedit(predict, model.schedule, x, timesteps, i, independent(sources())))
            )
            for i in i_starts
        ]
    )


@artifact
def translations(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    originals: dict[str, Any],
    *,
    i_starts: list[int] = I_STARTS,
    prompt: str = "",
    gamma: float = 1.0,
) -> dict[str, Any]:
    """Image-to-image translation: each original, noised to several depths and painted anew."""
    model, images = opened(painter, scenes_model, run.device), originals["images"]
    prompts = [prompt] * len(images)
    found = translated(model, images, prompts, gamma, i_starts, noise_of(run, len(images)))
    return {"images": found, "timesteps": [strided_timesteps()[i] for i in i_starts]}


@artifact
def sketch(
    run: Run, painter: dict[str, Any], *, path: str = "experiments/data/sketches.json"
) -> dict[str, Any]:
    """Hand-drawn pictures, from their strokes; ``--set sketch.path=mine.json`` takes others."""
    sketches = read_sketches(run.input(path))
    return {
        "images": torch.stack([draw_sketch(s, painter["size"]) for s in sketches]),
        "names": [str(s.get("name", f"sketch {i}")) for i, s in enumerate(sketches, 1)],
    }


@artifact
def sketch_translations(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    sketch: dict[str, Any],
    *,
    i_starts: list[int] = I_STARTS,
    prompt: str = "",
    gamma: float = 1.0,
) -> dict[str, Any]:
    """Each sketch, noised to several depths and painted anew."""
    model, images = opened(painter, scenes_model, run.device), sketch["images"]
    prompts = [prompt] * len(images)
    found = translated(model, images, prompts, gamma, i_starts, noise_of(run, len(images)))
    return {"images": found, "timesteps": [strided_timesteps()[i] for i in i_starts]}


@artifact
def sketches_as_read(
    sketch: dict[str, Any], sketch_translations: dict[str, Any], scenes_judge: dict[str, Any]
) -> dict[str, Any]:
    """The subjects that the judge reads in what became of each sketch, the noisiest start first.

    By the sketch's name; without any for images of another size than the judge's.
    """
    columns = sketch_translations["images"]  #                      (starts, B, 3, H, W)
    if columns.shape[-1] != SIZE:
        return {name: [] for name in sketch["names"]}
    judge = load_judge(scenes_judge["weights"])
    by_sketch = zip(sketch["names"], columns.transpose(0, 1), strict=True)
    return {name: subjects(read(judge, images)) for name, images in by_sketch}


def starts(translations: dict[str, Any]) -> list[str]:
    """``t = 960`` for each start, the noisiest first, and the original last."""
    return [*(f"t = {t}" for t in translations["timesteps"]), "original"]


def by_start(translations: dict[str, Any], images: Tensor) -> list[list[Tensor]]:
    """A row for each image: what became of it from each start, and itself."""
    columns = [*translations["images"], images]
    return [[column[i] for column in columns] for i in range(len(images))]


@figure(
    "A.7a",
    caption="Image-to-image translation: each image gets the noise of timestep t and is painted "
    "anew from there, without a prompt.{originals.note}",
)
def translation_grid(originals: dict[str, Any], translations: dict[str, Any]) -> Grid:
    rows = by_start(translations, originals["images"])
    return Grid(rows, column_labels=starts(translations))


@figure("A.7b", caption="The same with sketches: a few strokes, and what the model makes of them.")
def sketch_grid(sketch: dict[str, Any], sketch_translations: dict[str, Any]) -> Grid:
    rows = by_start(sketch_translations, sketch["images"])
    return Grid(
        rows,
        row_labels=sketch["names"],
        column_labels=[*starts(sketch_translations)[:-1], "sketch"],
    )
