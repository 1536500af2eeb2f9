"""What the judge of scenes reads in pictures, in the words of the little world."""

from collections.abc import Mapping

import torch
from torch import Tensor

from experiments.diffusion.classifier import Classifier, judge
from experiments.diffusion.scene_judge import scene_classifier, seen
from experiments.diffusion.scenes import SLOTS


def load_judge(weights: Mapping[str, Tensor]) -> Classifier:
    """The judge with these weights, ready to read."""
    model = scene_classifier(width=weights["decide.weight"].shape[1])
    model.load_state_dict(dict(weights))
    return model.eval()


def read(model: Classifier, images: Tensor) -> Tensor:
    """The words in uint8 images (B, 3, 32, 32), one a slot, as numbers (B, 4)."""
    return seen(judge(model, images.float() / 255)[0])


def subjects(words: Tensor) -> list[str]:
    """The subjects of numbers of words (B, 4)."""
    return [SLOTS["subject"][number - 1] for number in words[:, 0].tolist()]


def shares(found: Tensor, asked: Tensor) -> dict[str, float]:
    """The share of images that show the word asked for: of each slot, and of all four at once."""
    right = found == asked  #                                       (B, 4)
    each = {slot: float(c.double().mean()) for slot, c in zip(SLOTS, right.T, strict=True)}
    return {**each, "all": float(right.all(1).double().mean())}


def with_subject(words: Tensor, subject: Tensor | int) -> Tensor:
    """The same words (B, 4) but for the subject, given by its number."""
    changed = words.clone()
    changed[:, 0] = torch.as_tensor(subject)
    return changed
