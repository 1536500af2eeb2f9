"""What anagrams and hybrids share: one image, looked at in two ways."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classifier import Classifier
from experiments.part_a.backends import Backend, ScenesBackend
from experiments.part_a.painting import thing
from experiments.world.judge import read, subjects
from experiments.world.scenes import parse

Readings = Callable[[Tensor], list[Tensor]]
"""The ways in which an image is looked at, uint8 (B, 3, H, W) each."""


def both_ways(judge: Classifier, looks: Sequence[Tensor], prompts: Sequence[str]) -> Tensor:
    """Whether the judge reads in each look (B, 3, 32, 32) the subject of its prompt, bool (B,)."""
    asked = [parse(prompt).words[0] for prompt in prompts]
    right = [read(judge, look)[:, 0] == word for look, word in zip(looks, asked, strict=True)]
    return torch.stack(right).all(0)


def first_success(
    model: Backend, judge: Classifier, images: Tensor, look: Readings, prompts: Sequence[str]
) -> tuple[Tensor, list[str]]:
    """The first of the images that is read as intended (else the first of all), and its readings.

    Only scenes can be judged: of another model's images the first is taken.
    """
    if not isinstance(model, ScenesBackend):
        return images[0], []
    right = both_ways(judge, look(images), prompts)
    chosen = images[int(right.byte().argmax())]
    return chosen, [subjects(read(judge, seen))[0] for seen in look(chosen[None])]


def as_read(pairs: dict[str, Any], k: int) -> list[str]:
    """What reading ``k`` of each image was to be, and what the judge reads where that differs."""
    labels = []
    for prompts, readings in zip(pairs["prompts"], pairs["readings"], strict=True):
        wrong = readings and readings[k] not in prompts[k].split()
        instead = f", read as {readings[k]}" if wrong else ""
        labels.append(thing(prompts[k]) + instead)
    return labels
