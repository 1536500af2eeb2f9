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
from experiments.part_b.models import conditional_model, few_steps, first_states, told
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
    gammas: list[float] = (0.0, 1.0, 2.0, 5.0, 10.0),
    images: list[int] = (10_000, 10_000, 10_000, 10_000, 10_000),
    steps: int = 20,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Samples at every guidance scale, from the same noise, scored beside real digits.

    DDIM in ``steps`` steps; ``images`` says how many samples at each of ``gammas``.
    """
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    judge = digit_referee(mnist, digit_judge, run.device)
    start = first_states(run, class_conditional, schedule, max(images))
    shown, scores = [], {}
    for gamma, count in zip(gammas, images, strict=True):

        def draw(part: slice, gamma: float = gamma) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"gamma {gamma:g}", count, draw, batch_size)
        score = judge.score(pixels, classes(slice(count)), run.generator("interval"))
        scores[f"{gamma:g}"] = {"images": count, **score}
        shown.append(pixels[:CLASSES])
    test = test_pixels(mnist)
    return {
        "gammas": list(gammas),
        "shown": torch.stack(shown),
        "scores": scores,
        "best": min(scores, key=lambda gamma: scores[gamma]["frechet"]),
        "floor": {str(n): judge.floor(test, n) for n in sorted(set(images))},
        "real": judge.score(test, as_labels(mnist["test_labels"]), run.generator("interval")),
    }


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
    caption="The guidance scale from none to too much. All rows begin with the same noise, one a "
    "column; DDIM in {digit_guidance.steps} steps.",
)
def guidance_by_digit(digit_guidance: dict[str, Any]) -> Grid:
    return Grid(
        digit_guidance["shown"].squeeze(2),
        row_labels=[label for label, _ in by_scale(digit_guidance)],
        column_labels=DIGITS,
    )


@figure(
    "B.3d",
    caption="What guidance does to many samples, by an independent classifier (test accuracy "
    "{digit_judge.test_accuracy:.3f}), with 95\u00a0% intervals. The Fréchet distance "
    "is between its features of the samples and of the 60,000 training images; the floor is that "
    "of as many test images. Diversity is the mean distance between two images of a class.",
)
def guidance_table(digit_guidance: dict[str, Any]) -> Table:
    floor = digit_guidance["floor"]
    rows = [
        [label, score["images"], *scored(score), floor[str(score["images"])], score["diversity"]]
        for label, score in by_scale(digit_guidance)
    ]
    real = digit_guidance["real"]
    test = ["test images", 10_000, *scored(real), None, real["diversity"]]
    return Table(
        [*rows, test],
        ["samples", "number", *SCORED, "floor", "diversity"],
        units=UNITS,
        digits={**DECIMALS, "floor": 1, "diversity": 1},
        highlight=[len(rows)],
    )


def by_scale(guidance: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The label of every guidance scale, in order, and its scores."""
    return [(f"γ = {g:g}", guidance["scores"][f"{g:g}"]) for g in guidance["gammas"]]


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
