"""Part A: the model and its world, what noise does to an image, and what a filter can undo."""

from dataclasses import astuple
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from experiments.diffusion import backends, deepfloyd
from experiments.diffusion.classical import best_gaussian, gaussian_blur
from experiments.diffusion.drawing import draw_scene
from experiments.diffusion.forward import forward
from experiments.diffusion.metrics import psnr
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.photographs import read_picture
from experiments.diffusion.scenes import HELD_OUT, SLOTS, Scene, parse, randomness
from experiments.diffusion.schedule import cosine
from experiments.painting import from_bytes, shown
from reportgen import Grid, Run, Strip, artifact, figure

SIZES = {"scenes": 32, "deepfloyd": 64}
"""Pixels of each backend's images."""


@artifact
def painter(
    *, backend: str = "scenes", prompts: list[str] = (), revision: str = "main"
) -> dict[str, Any]:
    """Which model Part A runs on; for DeepFloyd IF with its prompts' embeddings, made once.

    ``commit`` is what ``revision`` named on the model's hub, and what the network is loaded from.
    """
    if backend not in SIZES:
        backends.backend(backend)  # says which there are
    found = {"backend": backend, "size": SIZES[backend], "embeddings": {}, "commit": ""}
    if backend == "deepfloyd":
        found["embeddings"] = deepfloyd.embed(prompts, revision)
        found["commit"] = deepfloyd.commit(revision)
    return found


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


@artifact
def forward_process(
    run: Run, originals: dict[str, Any], *, timesteps: list[int] = (250, 500, 750)
) -> dict[str, Any]:
    """One scene under more and more of the same noise (cosine schedule, T = 1000)."""
    schedule = cosine(1000)
    x0 = from_bytes(originals["images"][:1])
    eps = noise_like(x0, run.generator("eps"))
    x_t = [forward(x0, t, schedule, eps) for t in timesteps]
    return {
        "x0": x0,
        "x_t": torch.cat(x_t),
        "alpha_bar": {str(t): float(schedule.alpha_bar(t)) for t in timesteps},
        "psnr": {str(t): psnr(shown(x), shown(x0)) for t, x in zip(timesteps, x_t, strict=True)},
        "timesteps": list(timesteps),
        "prompt": originals["prompts"][0],
    }


@artifact
def gaussian_denoising(forward_process: dict[str, Any]) -> dict[str, Any]:
    """Each noisy image under the Gaussian blur whose width suits it best, found by search."""
    x0 = shown(forward_process["x0"])
    blurred, sigma, score = [], {}, {}
    for t, x_t in zip(forward_process["timesteps"], forward_process["x_t"], strict=True):
        noisy = unshrunk(x_t[None], forward_process["alpha_bar"][str(t)])
        sigma[str(t)], score[str(t)] = best_gaussian(noisy, x0)
        blurred.append(gaussian_blur(noisy, sigma[str(t)]))
    return {"blurred": torch.cat(blurred).clamp(0, 1), "sigma": sigma, "psnr": score}


def unshrunk(x_t: Tensor, alpha_bar: float) -> Tensor:
    """The noisy image in [0, 1] and beyond, at the contrast that it had before the noise.

    Noise first shrinks the image by sqrt(alpha_bar); undo that, or no blur could match x0.
    """
    return (x_t / alpha_bar**0.5 + 1) / 2


@figure(
    "A.0",
    caption="What the model has seen: {rows} subjects, each in four places, at noon, dusk and "
    "night. The first picture is a red lighthouse in a field at noon; colours "
    "change from scene to scene.",
)
def little_world(run: Run, *, rows: int = 8) -> Grid:
    times, places = SLOTS["time"], SLOTS["place"]
    landscapes = [(time, place) for place in places for time in times]
    tiles = []
    for i, subject in enumerate(SLOTS["subject"][:rows]):
        colours = cycle(SLOTS["colour"][i % 4 :] + SLOTS["colour"][: i % 4])
        scenes = [trained_on(subject, *landscape, colours) for landscape in landscapes]
        tiles.append(
            [drawn(s, randomness(run.seed, 100 * i + k), 32) for k, s in enumerate(scenes)]
        )
    return Grid(
        tiles,
        row_labels=SLOTS["subject"][:rows],
        column_labels=[place if time == times[0] else "" for time, place in landscapes],
    )


def trained_on(subject: str, time: str, place: str, colours: Any) -> Scene:
    """The scene in the next of the colours with which it is not held out."""
    colour = next(c for c in colours if (subject, place, c) not in HELD_OUT)
    return Scene(subject, time, place, colour)


@figure(
    "A.1",
    caption="The forward process: one image, and the same noise in three amounts. Of the "
    "signal's variance, the share ᾱ is left.{originals.note}",
)
def forward_process_strip(forward_process: dict[str, Any]) -> Strip:
    alpha_bar, timesteps = forward_process["alpha_bar"], forward_process["timesteps"]
    return Strip(
        [shown(x) for x in (*forward_process["x0"], *forward_process["x_t"])],
        labels=["original", *(f"t = {t}, ᾱ = {alpha_bar[str(t)]:.3f}" for t in timesteps)],
    )


@figure(
    "A.2",
    caption="Classical denoising: the noisy images of the forward process, and the Gaussian blur "
    "that comes closest to the original.{originals.note}",
)
def gaussian_denoising_grid(
    forward_process: dict[str, Any], gaussian_denoising: dict[str, Any]
) -> Grid:
    timesteps = [str(t) for t in forward_process["timesteps"]]
    noisy, blurred = forward_process["psnr"], gaussian_denoising
    return Grid(
        [[shown(x) for x in forward_process["x_t"]], list(blurred["blurred"])],
        row_labels=["noisy", "blurred"],
        column_labels=[f"t = {t}" for t in timesteps],
        tile_labels=[
            [f"{noisy[t]:.1f} dB" for t in timesteps],
            [f"σ = {blurred['sigma'][t]:.2f} px, {blurred['psnr'][t]:.1f} dB" for t in timesteps],
        ],
    )
