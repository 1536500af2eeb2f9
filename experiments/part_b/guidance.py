"""Part B, how much guidance: what the scale does to many samples."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classifier import judge
from experiments.diffusion.data import as_labels
from experiments.diffusion.inference import in_batches
from experiments.diffusion.metrics import frechet_distance
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.part_b.digits import (
    CLASSES,
    DIGITS,
    classes,
    digit_referee,
    test_pixels,
)
from experiments.part_b.models import (
    class_states,
    conditional_model,
    few_steps,
    first_states,
    told,
)
from experiments.part_b.scored import DECIMALS, SCORED, UNITS, scored
from reportgen import Grid, Run, Table, artifact, figure


@artifact
def digit_guidance(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gammas: list[float] = (0.0, 1.0, 2.0, 2.5, 5.0, 10.0),
    images: int = 2000,
    gamma: float = 2.5,
    many: int = 10_000,
    steps: int = 20,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Samples at every guidance scale, from the same noise, scored beside real digits.

    DDIM in ``steps`` steps. ``many`` are the scores of that many samples at ``gamma``, the first
    ``images`` among them.
    """
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    judge = digit_referee(mnist, digit_judge, run.device)
    start = first_states(run, class_conditional, schedule, max(images, many))

    def drawn(gamma: float, name: str, first: int, last: int) -> Tensor:
        def draw(part: slice) -> Tensor:
            part = slice(first + part.start, first + part.stop)
            predict = told(model, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        return in_batches(run, name, last - first, draw, batch_size)

    def score(pixels: Tensor, labels: Tensor) -> dict[str, Any]:
        found = judge.score(pixels, labels, run.generator("interval"))
        return {"images": len(pixels), **found}

    found = {f"{g:g}": drawn(g, f"gamma {g:g}", 0, images) for g in gammas}
    more = drawn(gamma, "many", images, many)
    asked = classes(slice(max(images, many)))
    scores = {name: score(pixels, asked[:images]) for name, pixels in found.items()}
    whole = torch.cat([found[f"{gamma:g}"], more])
    return {
        "gammas": list(gammas),
        "shown": torch.stack([pixels[:CLASSES] for pixels in found.values()]),
        "scores": scores,
        "best": min(scores, key=lambda name: scores[name]["frechet"]),
        "many": {"gamma": gamma, **score(whole, asked[:many])},
        "real": score(test_pixels(mnist), as_labels(mnist["test_labels"])),
    }


@artifact
def class_starts(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 1.9,
    images: int = 10_000,
    steps: int = 20,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Scores of samples that begin as digits of their class are at the last timestep.

    Otherwise drawn as those of ``digit_guidance``.
    """
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    start = class_states(run, mnist, schedule, images)

    def draw(part: slice) -> Tensor:
        predict = told(model, schedule, predicts, classes(part), gamma)
        return few_steps(predict, schedule, start[part].to(run.device), steps)

    pixels, asked = in_batches(run, "samples", images, draw, batch_size), classes(slice(images))
    referee = digit_referee(mnist, digit_judge, run.device)
    score = referee.score(pixels, asked, run.generator("interval"))
    return {"gamma": gamma, "images": images, "shown": pixels[:CLASSES], **score}


@artifact
def missing_class(
    run: Run, mnist: dict[str, Any], digit_judge: dict[str, Any], *, images: int = 8000
) -> dict[str, Any]:
    """The Frechet distance of test images from which one class was taken, for each class.

    As many are left in every set, and ``whole`` is that of a set with all classes.
    """
    referee = digit_referee(mnist, digit_judge, run.device)
    labels = as_labels(mnist["test_labels"])
    _, features = judge(referee.judge, as_unit(test_pixels(mnist)))
    sets = [features[labels != digit][:images] for digit in range(CLASSES)]
    return {
        "whole": frechet_distance(features[:images], referee.real),
        "without": [frechet_distance(part, referee.real) for part in sets],
    }


@figure(
    "B.3c",
    caption="The guidance scale from none to too much, from the same noise, one a column; DDIM in "
    "{digit_guidance.steps} steps. The last row begins as draws from the Gaussian of its class "
    "under noise.",
)
def guidance_by_digit(digit_guidance: dict[str, Any], class_starts: dict[str, Any]) -> Grid:
    return Grid(
        [*digit_guidance["shown"].squeeze(2), class_starts["shown"].squeeze(1)],
        row_labels=[label for label, _ in (*by_scale(digit_guidance), from_class(class_starts))],
        column_labels=DIGITS,
    )


@figure(
    "B.3d",
    caption="What guidance does to many samples, by an independent classifier (test accuracy "
    "{digit_judge.test_accuracy:.3f}), with 95\u00a0% intervals. The Fréchet distance "
    "is between its features of the samples and of the 60,000 training images; random sets of "
    "2,000 test images have {frechet_floor.2000.mean:.1f} on average. "
    "Diversity is the mean distance between two images of a class.",
)
def guidance_table(digit_guidance: dict[str, Any], class_starts: dict[str, Any]) -> Table:
    many, real = digit_guidance["many"], digit_guidance["real"]
    more = (f"γ = {many['gamma']:g}, more", many)
    sets = [*by_scale(digit_guidance), more, from_class(class_starts)]
    rows = [[label, found["images"], *scored(found), found["diversity"]] for label, found in sets]
    test = ["test images", real["images"], *scored(real), real["diversity"]]
    return Table(
        [*rows, test],
        ["samples", "number", *SCORED, "diversity"],
        units=UNITS,
        digits={**DECIMALS, "diversity": 1},
        highlight=[len(rows)],
    )


def by_scale(guidance: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The label of every guidance scale, in order, and its scores."""
    return [(f"γ = {g:g}", guidance["scores"][f"{g:g}"]) for g in guidance["gammas"]]


def from_class(class_starts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The label and the scores of samples that begin in their class."""
    return f"γ = {class_starts['gamma']:g}, from its class", class_starts


@figure(
    "B.3d-classes",
    caption="Which digits the classifier reads, in per cent of the samples. From γ = 1 on a tenth "
    "of the samples was to be of each digit; at γ = 0 the network is told none.",
)
def guidance_classes(digit_guidance: dict[str, Any]) -> Table:
    rows = [
        [label, *(100 * share for share in score["shares"])]
        for label, score in by_scale(digit_guidance)
    ]
    test = ["test images", *(100 * s for s in digit_guidance["real"]["shares"])]
    return Table(
        [*rows, test], ["samples", *DIGITS], digits=dict.fromkeys(DIGITS, 1), highlight=[len(rows)]
    )
