"""Part B, the class-conditional model and its tests: guidance, few steps, copies, flow."""

from typing import Any

import torch

from experiments.digits import CLASSES
from experiments.part_b_diffusion import by_epoch, training_curves
from reportgen import Curve, Grid, Panels, Steps, Table, figure

DIGITS = [str(digit) for digit in range(CLASSES)]


@figure(
    "B.3a",
    caption="Training of the class-conditional model: {class_conditional.epochs} epochs of batches "
    "of {class_conditional.batch_size}, learning rate {class_conditional.lr}, the class withheld "
    "with probability {class_conditional.drop:g}.",
)
def class_conditional_loss(class_conditional: dict[str, Any]) -> Panels | Curve:
    return training_curves(class_conditional)


@figure(
    "B.3b",
    caption="Four of each digit, at γ = {class_conditional.gamma:g}, after the first epoch, one "
    "in between and the last, from the same noise.",
)
def class_conditional_samples(class_conditional: dict[str, Any]) -> Steps | Grid:
    samples = class_conditional["samples"]
    last = len(samples)
    between = 5 if last > 10 else (last + 1) // 2
    return by_epoch(samples, sorted({1, between, last}), DIGITS)


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
    "{digit_judge.test_accuracy:.3f}). The Fréchet distance is between its features of the "
    "samples and of the 60,000 training images; the floor is that of as many test images. "
    "Diversity is the mean distance between two images of a class.",
)
def guidance_table(digit_guidance: dict[str, Any]) -> Table:
    real = digit_guidance["real"]
    rows = [
        [
            label,
            score["images"],
            100 * score["accuracy"],
            score["frechet"],
            digit_guidance["floor"][str(score["images"])],
            score["diversity"],
        ]
        for label, score in by_scale(digit_guidance)
    ]
    test = ["test images", 10_000, 100 * real["accuracy"], real["frechet"], None, real["diversity"]]
    return Table(
        [*rows, test],
        ["samples", "number", "as asked", "Fréchet distance", "floor", "diversity"],
        units={"as asked": "%"},
        digits={"as asked": 1, "Fréchet distance": 2, "floor": 2, "diversity": 2},
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


@figure(
    "B.3e",
    caption="All timesteps against few, without guidance (γ = {digit_samplers.gamma:g}), "
    "from the same noise.",
)
def samplers_grid(digit_samplers: dict[str, Any]) -> Grid:
    return Grid(
        digit_samplers["shown"].squeeze(2),
        row_labels=digit_samplers["names"],
        column_labels=DIGITS,
    )


@figure(
    "B.3e-table",
    caption="What fewer steps cost and save, over {digit_samplers.images:,} samples each. Times "
    "are by the wall clock, of one run each. As many test images have a Fréchet distance of "
    "{digit_samplers.floor:.2f}.",
)
def samplers_table(digit_samplers: dict[str, Any]) -> Table:
    scores = [(name, digit_samplers["scores"][name]) for name in digit_samplers["names"]]
    slowest = max(score["seconds"] for _, score in scores)
    return Table(
        [
            [
                name,
                score["seconds"],
                slowest / score["seconds"],
                100 * score["accuracy"],
                score["frechet"],
            ]
            for name, score in scores
        ],
        ["method, steps", "100 samples", "times as fast", "as asked", "Fréchet distance"],
        units={"100 samples": "s", "as asked": "%"},
        digits={"100 samples": 1, "times as fast": 1, "as asked": 1, "Fréchet distance": 2},
    )


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


@figure(
    "B.4",
    caption="Diffusion by DDIM above, flow matching by Euler's method below, at "
    "γ = {digit_flow.gamma:g} in as many steps from the same noise.",
)
def flow_grid(digit_flow: dict[str, Any]) -> Grid:
    rows = [
        (f"{method}, {count} steps", digit_flow["shown"][method][i].squeeze(1))
        for method in ("diffusion", "flow")
        for i, count in enumerate(digit_flow["steps"])
    ]
    return Grid([tiles for _, tiles in rows], [label for label, _ in rows], DIGITS)


@figure(
    "B.4-table",
    caption="The two side by side, over {digit_flow.images:,} samples each. As many test images "
    "have a Fréchet distance of {digit_flow.floor:.2f}. Diffusion was trained for "
    "{class_conditional.epochs} epochs, flow matching for {flow_matching.epochs}.",
)
def flow_table(digit_flow: dict[str, Any]) -> Table:
    columns = ["as asked", "Fréchet distance", "diversity"]
    rows = [
        [
            f"{method}, {count} steps",
            100 * score["accuracy"],
            score["frechet"],
            score["diversity"],
        ]
        for count in map(str, digit_flow["steps"])
        for method, score in ((m, digit_flow["scores"][m][count]) for m in ("diffusion", "flow"))
    ]
    return Table(
        rows,
        ["method", *columns],
        units={"as asked": "%"},
        digits={"as asked": 1, "Fréchet distance": 2, "diversity": 2},
    )
