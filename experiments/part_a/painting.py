"""What the experiments of Part A share: the model behind its protocol, and how it paints."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.forward import independent, pure_noise
from experiments.diffusion.samplers import Predict, ancestral, final
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a import deepfloyd
from experiments.part_a.backends import Backend, ScenesBackend, backend
from experiments.world.scenes import random_scene, randomness
from reportgen import ReportgenError, Run

Sources = Callable[[], list[Generator]]
"""``sources()`` returns one fresh generator for each image: the same noise at every call."""


def opened(painter: Mapping[str, Any], scenes_model: Mapping[str, Any], device: Any) -> Backend:
    """The model that Part A runs on: the embedded one, or DeepFloyd IF."""
    if painter["backend"] == "deepfloyd":
        unet, scheduler = deepfloyd.load_network(painter["commit"])
        embeddings = painter["embeddings"]
        return backend("deepfloyd", unet=unet, scheduler=scheduler, embeddings=embeddings)
    return backend(painter["backend"], weights=scenes_model["weights"], device=device)


def device_of(model: Any) -> torch.device:
    """Where a backend computes."""
    network = model.model if isinstance(model, ScenesBackend) else model.unet
    return torch.device(next(network.parameters()).device)


def walk_down(
    model: Backend, predict: Predict, sources: Sources, timesteps: Sequence[int] | None = None
) -> Iterator[Tensor]:
    """Ancestral sampling from pure noise, down 990, 960, ..., 0; yields the start first."""
    generators = sources()
    x = pure_noise((model.channels, model.size, model.size), generators).to(device_of(model))
    yield x
    pairs = model.schedule.pairs(timesteps or strided_timesteps())
    yield from ancestral(predict, model.schedule, x, pairs, independent(generators))


def paint(model: Backend, predict: Predict, sources: Sources) -> Tensor:
    """Images from pure noise, uint8 (B, C, H, W) on the CPU."""
    return to_bytes(final(walk_down(model, predict, sources)))


def thing(prompt: str) -> str:
    """What a prompt names, without where and when: short enough for a label."""
    return re.split(" (?:by|in|at|on) ", prompt)[0].removeprefix("a ")


def to_bytes(x: Tensor) -> Tensor:
    """Images of [-1, 1] as uint8 on the CPU, clipped."""
    return x.add(1).mul(127.5).clamp(0, 255).round().byte().cpu()


def from_bytes(x: Tensor) -> Tensor:
    """uint8 images as floats of [-1, 1]."""
    return x.float().div(127.5).sub(1)


def shown(x: Tensor) -> Tensor:
    """An image of [-1, 1] as a screen shows it: in [0, 1], clipped."""
    return x.add(1).div(2).clamp(0, 1)


BATCH = 50


def random_words(seed: int, count: int, *, held_out: bool = False) -> Tensor:
    """The words of ``count`` random scenes, int64 (count, 4): those of ``pictures``."""
    scenes = (random_scene(randomness(seed, i), held_out=held_out) for i in range(count))
    return torch.tensor([scene.words for scene in scenes])


def painted(run: Run, model: ScenesBackend, words: Tensor, gamma: float, label: str) -> Tensor:
    """An image, uint8, for each row of ``words``, in batches; each has the noise of its number."""
    images = []
    for first in run.progress(range(0, len(words), BATCH), label):
        part = words[first : first + BATCH]

        def sources(first: int = first, count: int = len(part)) -> list[Generator]:
            return [run.generator(f"image {first + i}") for i in range(count)]

        images.append(paint(model, model.told_words(part, gamma), sources))
    return torch.cat(images)


def noise_of(run: Run, count: int, name: str = "image") -> Sources:
    """The noise of ``count`` images, of number i from the run's generator ``"name i"``."""
    return lambda: [run.generator(f"{name} {i}") for i in range(count)]


def check_count(given: Sequence[Any], images: int) -> None:
    if len(given) != images:
        raise ReportgenError(
            f"There are {images} images and {len(given)} prompts or boxes for them.",
            hint="Give one for each image.",
        )
