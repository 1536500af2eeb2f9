"""Part A: editing with a model that was never trained to edit."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.backends import Backend
from experiments.diffusion.editing import inpaint, sdedit
from experiments.diffusion.forward import independent
from experiments.diffusion.photographs import read_mask
from experiments.diffusion.samplers import final
from experiments.diffusion.schedule import strided_timesteps
from experiments.diffusion.sketches import draw_sketch, read_sketches
from experiments.painting import Sources, as_bytes, device_of, from_bytes, opened, told
from reportgen import Compare, Grid, Panels, ReportgenError, Run, Steps, artifact, figure

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
    predict, timesteps = told(model, prompts, gamma), strided_timesteps()
    x = from_bytes(images).to(device_of(model))
    return torch.stack(
        [
            as_bytes(
                final(sdedit(predict, model.schedule, x, timesteps, i, independent(sources())))
            )
            for i in i_starts
        ]
    )


def noise_of(run: Run, count: int) -> Sources:
    """A generator for each of ``count`` images, made anew at every call."""
    return lambda: [run.generator(f"image {i}") for i in range(count)]


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


@artifact
def inpaintings(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    originals: dict[str, Any],
    *,
    boxes: list[list[float]] = (
        (0.2, 0.03, 0.75, 0.97),
        (0.1, 0.05, 0.9, 0.95),
        (0.1, 0.2, 0.9, 0.95),
    ),
    prompts: list[str] = (
        "a green rocket by the sea at dusk",
        "a red house in a field at noon",
        "a yellow rocket in the snow at night",
    ),
    gamma: float = 4.0,
    mask: str = "",
) -> dict[str, Any]:
    """Each original with a part of it painted anew; outside that part no value changes.

    ``boxes`` are (left, top, right, bottom) as shares of the image's side. ``mask`` names a picture
    to use instead: of the model's size, white where the image is to be new, black elsewhere.
    """
    model, images = opened(painter, scenes_model, run.device), originals["images"]
    for given in (prompts, boxes):
        check_count(given, len(images))
    masks = torch.stack([box_mask(box, model.size) for box in boxes])
    if mask:
        masks = read_mask(run.input(mask)).expand(len(images), -1, -1)
    results = inpainted(model, images, masks, prompts, gamma, noise_of(run, len(images)))
    holes = images.where(masks[:, None] == 0, torch.full_like(images, 255))
    return {"masks": masks.bool(), "holes": holes, "images": results}


def inpainted(
    model: Backend,
    images: Tensor,
    masks: Tensor,
    prompts: Sequence[str],
    gamma: float,
    sources: Sources,
) -> Tensor:
    """RePaint of images (B, 3, H, W) where masks (B, H, W) are 1, each with its prompt, uint8."""
    predict, x = told(model, prompts, gamma), from_bytes(images).to(device_of(model))
    noise, new = independent(sources()), masks[:, None]
    found = as_bytes(final(inpaint(predict, model.schedule, x, new, strided_timesteps(), noise)))
    kept = ~new.bool().expand_as(images)
    if not torch.equal(found[kept], images[kept]):
        raise AssertionError("Inpainting changed what it was to keep.")
    return found


def box_mask(box: Sequence[float], size: int) -> Tensor:
    """True within (left, top, right, bottom), shares of the side, bool (size, size)."""
    left, top, right, bottom = (round(share * size) for share in box)
    if not (0 <= left < right <= size and 0 <= top < bottom <= size):
        raise ReportgenError(
            f"The box {list(box)} has no place in the picture.",
            hint="Write [left, top, right, bottom] as shares of the side, such as "
            "[0.25, 0.25, 0.75, 0.75].",
        )
    mask = torch.zeros(size, size, dtype=torch.bool)
    mask[top:bottom, left:right] = True
    return mask


def check_count(given: Sequence[Any], images: int) -> None:
    if len(given) != images:
        raise ReportgenError(
            f"There are {images} images and {len(given)} prompts or boxes for them.",
            hint="Give one for each image.",
        )


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


@figure(
    "A.7c",
    caption="Inpainting: (a) what is white in the mask is painted anew, towards "
    "{inpaintings.prompts}, and the rest is kept to the last bit; (b) the first image before and "
    "after.{originals.note}",
)
def inpainting_panels(originals: dict[str, Any], inpaintings: dict[str, Any]) -> Panels:
    images, results = originals["images"], inpaintings["images"]
    masks = inpaintings["masks"][:, None].expand_as(images).float()
    rows = zip(images, masks, inpaintings["holes"], results, strict=True)
    return Panels(
        {
            "three holes": Grid(
                [list(row) for row in rows], column_labels=["original", "mask", "hole", "result"]
            ),
            "before and after": Compare(images[0], results[0], ["original", "inpainted"]),
        }
    )


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
