"""Part A, inpainting: a part painted anew, the rest kept exactly."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.editing import inpaint
from experiments.diffusion.forward import independent
from experiments.diffusion.samplers import final
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import Backend
from experiments.part_a.painting import (
    Sources,
    check_count,
    device_of,
    from_bytes,
    noise_of,
    opened,
    to_bytes,
)
from experiments.part_a.photographs import read_mask
from reportgen import Compare, Grid, Panels, ReportgenError, Run, artifact, figure


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
    predict, x = model.told(prompts, gamma), from_bytes(images).to(device_of(model))
    noise, new = independent(sources()), masks[:, None]
    found = to_bytes(final(inpaint(predict, model.schedule, x, new, strided_timesteps(), noise)))
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


@figure(
    "A.7c",
    caption="Inpainting: (a) what is white in the mask is painted anew, towards "
    "{inpaintings.prompts} at γ = {inpaintings.gamma:g}, and the rest is kept to the last bit; (b) "
    "the first image before and after.{originals.note}",
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
