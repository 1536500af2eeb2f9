"""Part A, the pictures that are noised and edited: scenes drawn for this, and the reader's own."""

from dataclasses import astuple
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from experiments.part_a.photographs import read_picture
from experiments.world.drawing import draw_scene
from experiments.world.scenes import SLOTS, Scene, parse, randomness
from reportgen import Run, artifact


@artifact
def photo(run: Run, painter: dict[str, Any], *, path: str = "") -> dict[str, Any]:
    """The reader's own picture (``--set photo.path=cat.jpg``), or none."""
    if not path:
        return {"name": "", "images": []}
    return {
        "name": Path(path).name,
        "images": [read_picture(run.input(path), painter["size"])],
    }


@artifact
def originals(
    run: Run,
    painter: dict[str, Any],
    photo: dict[str, Any],
    *,
    prompts: list[str] = (
        "a red lighthouse by the sea at dusk",
        "a yellow balloon in a field at noon",
        "a blue house in the snow at night",
    ),
) -> dict[str, Any]:
    """The scenes that Part A noises and edits: drawn for this, so that no model has seen them.

    The reader's picture, where there is one, takes the place of the first.
    """
    scenes = [
        drawn(parse(prompt), randomness(run.seed, i), painter["size"])
        for i, prompt in enumerate(prompts)
    ]
    name, mine = photo["name"], list(photo["images"])
    outside = ""
    if mine and painter["backend"] == "scenes":
        outside = f" '{name}' lies outside the world that the model knows."
    return {
        "images": torch.stack([*mine, *scenes[len(mine) :]]),
        "prompts": [name] * len(mine) + list(prompts)[len(mine) :],
        "note": outside,
    }


def drawn(scene: Scene, random: Random, size: int) -> Tensor:
    """A scene, uint8 (3, size, size); what it leaves open is chosen at random."""
    words = zip(astuple(scene), SLOTS.values(), strict=True)
    image = draw_scene(*(word or random.choice(choices) for word, choices in words), random)
    if size != image.width:
        image = image.resize((size, size), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.asarray(image).transpose(2, 0, 1).copy())
