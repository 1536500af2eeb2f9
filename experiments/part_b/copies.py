"""Part B, whether the model copies: the training images nearest to its samples."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.inference import in_batches
from experiments.diffusion.metrics import nearest
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.part_b.digits import CLASSES, DIGITS, classes, test_pixels
from experiments.part_b.models import conditional_model, few_steps, first_states, told
from reportgen import Curve, Grid, Run, artifact, figure


@artifact
def digit_neighbours(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 5.0,
    steps: int = 20,
    images: int = 1000,
    neighbours: int = 3,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Distances to the nearest training image: of samples, of test images, and of training images.

    A training image is compared with all others. Distances are Euclidean, pixels in [0, 1].
    """
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    start = first_states(run, class_conditional, schedule, images)
    train = torch.from_numpy(mnist["train_images"][:, None].copy())

    def draw(part: slice) -> Tensor:
        predict = told(model, schedule, predicts, classes(part), gamma)
        return few_steps(predict, schedule, start[part].to(run.device), steps)

    pixels, reference = in_batches(run, "samples", images, draw, batch_size), as_unit(train)
    distances, indices = nearest(as_unit(pixels), reference, k=neighbours)
    test, _ = nearest(as_unit(test_pixels(mnist)[:images]), reference)
    itself_and_next, _ = nearest(reference[:images], reference, k=2)
    between = itself_and_next[:, 1]
    limit = float(between.quantile(0.01))
    return {
        "samples": pixels[:CLASSES],
        "neighbours": train[indices[:CLASSES]].squeeze(2),
        "shown_distances": distances[:CLASSES],
        "distances": {"samples": distances[:, 0], "test": test[:, 0], "train": between},
        "limit": limit,
        "below": {
            "samples": float((distances[:, 0] < limit).double().mean()),
            "test": float((test[:, 0] < limit).double().mean()),
        },
        "smallest": float(distances.min()),
    }


@artifact
def copies_by_scale(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    digit_neighbours: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gammas: list[float] = (1.0, 2.0),
    steps: int = 20,
    images: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """How near samples come to the training images at other scales than ``digit_neighbours``.

    At each scale: the ``smallest`` and the ``mean`` distance to the nearest training image, and
    the share ``below`` its limit. ``means`` are those of its samples, test and training images.
    """
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    start = first_states(run, class_conditional, schedule, images)
    reference = as_unit(torch.from_numpy(mnist["train_images"][:, None].copy()))
    found = {}
    for gamma in gammas:

        def draw(part: slice, gamma: float = gamma) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"gamma {gamma:g}", images, draw, batch_size)
        distances, _ = nearest(as_unit(pixels), reference)
        found[f"{gamma:g}"] = {
            "smallest": float(distances.min()),
            "mean": float(distances.mean()),
            "below": float((distances < digit_neighbours["limit"]).double().mean()),
        }
    known = digit_neighbours["distances"]
    return {**found, "means": {name: float(d.mean()) for name, d in known.items()}}


@figure(
    "B.3f",
    caption="Ten samples at γ = {digit_neighbours.gamma:g}, and under each the training images "
    "nearest to it, with their distances.",
)
def nearest_neighbours(digit_neighbours: dict[str, Any]) -> Grid:
    found, distances = digit_neighbours["neighbours"], digit_neighbours["shown_distances"]
    near = found.transpose(0, 1)  # a row for each rank
    return Grid(
        [digit_neighbours["samples"].squeeze(1), *near],
        row_labels=["sample", *(f"nearest {i + 1}" for i in range(len(near)))],
        column_labels=DIGITS,
        tile_labels=[[""] * CLASSES, *([f"{d:.1f}" for d in row] for row in distances.T.tolist())],
    )


@figure(
    "B.3f-distances",
    caption="How near is the nearest training image? To {digit_neighbours.images:,} samples, to as "
    "many test images, and to as many training images (the nearest other one). Euclidean "
    "distance, pixels from 0 to 1; one training image in a hundred has another one nearer than "
    "{digit_neighbours.limit:.2f}.",
)
def neighbour_distances(digit_neighbours: dict[str, Any]) -> Curve:
    named = {"samples": "samples", "test": "test images", "train": "training images"}
    distances = digit_neighbours["distances"]
    furthest = max(float(distances[key].max()) for key in named)
    edges = torch.arange(-0.25, furthest + 0.5, 0.5)  # bins around whole and half numbers
    lines = {}
    for key, label in named.items():
        shares = torch.histogram(distances[key].float(), edges).hist / len(distances[key])
        lines[label] = ((edges[:-1] + edges[1:]) / 2, 100 * shares)
    return Curve(
        lines,
        x="distance to the nearest training image",
        y="images, % in each half unit",
        end_values=False,
    )
