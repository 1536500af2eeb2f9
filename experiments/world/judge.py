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


def by_slot(found: Tensor, asked: Tensor) -> dict[str, float]:
    """The share of images that show the word asked for, of each slot; both are words (B, 4)."""
    right = (found == asked).double().mean(0)  #                    (4,)
    return dict(zip(SLOTS, right.tolist(), strict=True))


def shares(found: Tensor, asked: Tensor) -> dict[str, float]:
    """`by_slot`, and the share of images that show all four words at once."""
    every = (found == asked).all(1)  #                              (B,)
    return {**by_slot(found, asked), "all": float(every.double().mean())}


def with_subject(words: Tensor, subject: Tensor | int) -> Tensor:
    """The same words (B, 4) but for the subject, given by its number."""
    changed = words.clone()
    changed[:, 0] = torch.as_tensor(subject)
    return changed
