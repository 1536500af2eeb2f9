"""An independent judge of scenes: what it sees, slot by slot. It has seen drawn scenes only."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor, nn

from experiments.diffusion.classifier import Classifier, judge
from experiments.diffusion.objectives import Objective
from experiments.world.pen import SIZE
from experiments.world.scenes import SLOTS

SIZES = [len(words) for words in SLOTS.values()]


def scene_classifier(width: int = 64) -> Classifier:
    """A classifier whose logits (B, 19) are those of the four slots, one after the other."""
    return Classifier(classes=sum(SIZES), channels=3, size=SIZE, width=width)


def name_attributes(reach: int = 1) -> Objective:
    """Cross-entropy, summed over the slots, of uint8 scenes moved by up to ``reach`` pixels."""

    def objective(model: nn.Module, x: Tensor, words: Tensor, generator: Generator) -> Tensor:
        down, right = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
        logits = model(x.float().div(255).roll((down, right), dims=(2, 3))).float()
        columns = zip(logits.split(SIZES, dim=1), (words - 1).T, strict=True)
        losses = [nn.functional.cross_entropy(row, c, reduction="none") for row, c in columns]
        return torch.stack(losses).sum(0)  #                        (B,)

    return objective


def seen(logits: Tensor) -> Tensor:
    """The words that the judge sees, as numbers of the little world, int64 (B, 4)."""
    return torch.stack([part.argmax(1) + 1 for part in logits.split(SIZES, dim=1)], dim=1)


def agreement(logits: Tensor, words: Tensor) -> dict[str, float]:
    """The share of images, slot by slot, that show the word that was asked for."""
    right, asked = seen(logits) == words, words > 0  #              (B, 4)
    shares = (right & asked).double().sum(0) / asked.double().sum(0)
    return {slot: float(share) for slot, share in zip(SLOTS, shares, strict=True)}


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
