"""How good a set of generated digits is, by an independent classifier and by what is real."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.classifier import Classifier, judge
from experiments.diffusion.metrics import (
    accuracy,
    class_histogram,
    diversity_within,
    frechet_distance,
    frechet_interval,
    share_interval,
)

CLASSES = 10

DRAWS = 50
"""Bootstrap samples for the interval of a distance; its width is then right to a tenth."""


@dataclass(frozen=True, eq=False)
class Referee:
    """A classifier of digits, and the features (N, F) of the real ones it compares with."""

    judge: Classifier
    real: Tensor

    def score(self, pixels: Tensor, labels: Tensor, generator: Generator) -> dict[str, Any]:
        """Scores of generated ``pixels``, uint8 (N, 1, 28, 28), that were to be ``labels`` (N,).

        ``accuracy``: the share that the classifier reads as the label. ``frechet``: the distance
        of its features from the real ones. ``shares``: of the classes it reads. ``diversity``:
        mean distance between two images that it reads as one class. The first two with their
        95 % intervals, the second's by bootstrap, drawn from ``generator``.
        """
        images = as_unit(pixels)
        logits, features = judge(self.judge, images)
        read = logits.argmax(1)
        right = int((read == labels).sum())
        return {
            "accuracy": accuracy(logits, labels),
            "accuracy_interval": list(share_interval(right, len(labels))),
            "frechet": frechet_distance(features, self.real),
            "frechet_interval": list(frechet_interval(features, self.real, generator, DRAWS)),
            "shares": class_histogram(read, CLASSES).tolist(),
            "diversity": diversity_within(images, read),
        }

    def floor(self, pixels: Tensor, count: int) -> float:
        """The Frechet distance of ``count`` real images, averaged over disjoint sets of them.

        ``pixels`` (N, 1, 28, 28) are real images that are not among the reference. A small set
        has some distance even when it is real; no generator can be asked to have less.
        """
        _, features = judge(self.judge, as_unit(pixels))
        sets = [part for part in features.split(count) if len(part) == min(count, len(pixels))]
        return sum(frechet_distance(part, self.real) for part in sets) / len(sets)


def as_unit(pixels: Tensor) -> Tensor:
    """uint8 (N, 1, 28, 28) as floats in [0, 1]."""
    return pixels.float().div(255)


def referee(
    weights: dict[str, Tensor], train_pixels: Tensor, device: torch.device | None = None
) -> Referee:
    """The referee with these weights of the classifier; ``train_pixels`` are all real."""
    model = Classifier(CLASSES)
    model.load_state_dict(weights)
    model.eval().to(device or torch.device("cpu"))
    _, features = judge(model, as_unit(train_pixels))
    return Referee(model, features)
