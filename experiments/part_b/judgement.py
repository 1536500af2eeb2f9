"""Part B, what the judge's numbers are worth: spread of distances, and digits it cannot read."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classifier import Classifier, judge
from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.metrics import frechet_distance
from experiments.diffusion.scores import as_unit
from experiments.part_b.digits import CLASSES, digit_referee, test_pixels
from reportgen import Run, artifact


@artifact
def frechet_floor(
    run: Run,
    mnist: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    images: list[int] = (1000, 2000, 10_000),
) -> dict[str, Any]:
    """Frechet distances of real images, by their number: a measure of what is good, not a bound.

    Of disjoint sets of the test images: ``mean``, ``least`` and ``most``, and how many ``sets``.
    The sets are drawn at random, for the file is in order of its writers, and neighbours in it are
    further from the training images. ``train`` is the distance of 10,000 of these.
    """
    referee = digit_referee(mnist, digit_judge, run.device)
    _, features = judge(referee.judge, as_unit(test_pixels(mnist)))
    mixed = features[torch.randperm(len(features), generator=run.generator("sets"))]
    found: dict[str, Any] = {"train": frechet_distance(referee.real[:10_000], referee.real)}
    for count in images:
        sets = [part for part in mixed.split(count) if len(part) == count]
        test = [frechet_distance(part, referee.real) for part in sets]
        mean = sum(test) / len(test)
        found[str(count)] = {"sets": len(test), "mean": mean, "least": min(test), "most": max(test)}
    return found


@artifact
def read_samples(
    run: Run,
    mnist: dict[str, Any],
    digit_judge: dict[str, Any],
    time_conditional: dict[str, Any],
    *,
    share: float = 0.01,
) -> dict[str, Any]:
    """What the judge reads in the samples after every epoch; -1 where it reads no digit.

    It reads none where it is less sure than it is of all but a ``share`` of the test digits that
    it reads rightly. ``read`` is (epochs, samples); ``unread`` is the share of -1 by epoch.
    """
    model = Classifier(CLASSES)
    model.load_state_dict(digit_judge["weights"])
    model.eval()
    certain, read = sure(model, as_images(mnist["test_images"]))
    right = read == as_labels(mnist["test_labels"])
    limit = float(certain[right].quantile(share))
    found = []
    for samples in time_conditional["samples"]:
        certain, read = sure(model, as_unit(samples))
        found.append(read.where(certain >= limit, torch.full_like(read, -1)))
    rows = torch.stack(found)  #                                    (epochs, samples)
    return {
        "limit": limit,
        "read": rows.tolist(),
        "unread": [float((row < 0).double().mean()) for row in rows],
    }


def sure(model: Classifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """The probability of the likeliest class, and that class, of images (N, 1, 28, 28)."""
    probability, read = judge(model, images)[0].softmax(1).max(1)
    return probability, read
