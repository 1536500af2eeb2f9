"""Part B, straight lines: flow matching beside diffusion with either target."""

from functools import partial
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.inference import in_batches
from experiments.diffusion.objectives import flow, noise_like, one_hot
from experiments.diffusion.samplers import euler, final
from experiments.diffusion.schedule import linear
from experiments.diffusion.unet import UNet
from experiments.part_b.digits import (
    CLASSES,
    DIGITS,
    as_bytes,
    classes,
    digit_referee,
    starts,
)
from experiments.part_b.models import beginning, conditional_model, few_steps, led, told, trained
from experiments.part_b.scored import DECIMALS, SCORED, UNITS, scored
from reportgen import Grid, Run, Table, artifact, figure


@artifact
def flow_matching(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    drop: float = 0.1,
    gamma: float = 2.0,
    steps: int = 50,
    instances: int = 4,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """The class-conditional network again, trained to follow straight lines from noise to image."""
    model = UNet(hidden, time=True, classes=CLASSES)
    labels = torch.arange(CLASSES).repeat(instances)
    start = noise_like(torch.empty(len(labels), 1, 28, 28), run.generator("start"))

    def sample(mean: Tensor) -> Tensor:
        device = next(model.parameters()).device
        return final(euler(led(model, labels.to(device), gamma), start.to(device), steps)).cpu()

    objective = flow(one_hot(CLASSES, drop))
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr, rate)


METHODS = {"v": "diffusion, v", "eps": "diffusion, ε", "flow": "flow"}


@artifact
def digit_flow(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    other_target: dict[str, Any],
    flow_matching: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: list[str] = ("v", "eps"),
    timesteps: int = 300,
    gamma: float = 2.5,
    steps: list[int] = (5, 10, 20),
    images: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Flow matching by Euler's method beside diffusion by DDIM: same noise, scale and steps.

    ``predicts`` are the targets of the two diffusion networks, by which their scores are named.
    """
    schedule, device = linear(timesteps), run.device
    networks = (class_conditional, other_target)
    diffusion = {
        target: conditional_model(trained, device)
        for target, trained in zip(predicts, networks, strict=True)
    }
    flowing = conditional_model(flow_matching, device)
    judge, noise = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    start = beginning(class_conditional["mean"], schedule, noise)
    shown: dict[str, Any] = {}
    scores: dict[str, Any] = {}
    for count in steps:

        def by_ddim(part: slice, target: str, count: int = count) -> Tensor:
            predict = told(diffusion[target], schedule, target, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(device), count)

        def by_euler(part: slice, count: int = count) -> Tensor:
            velocity = led(flowing, classes(part).to(device), gamma)
            return as_bytes(final(euler(velocity, noise[part].to(device), count)))

        by_target = {target: partial(by_ddim, target=target) for target in predicts}
        for method, draw in {**by_target, "flow": by_euler}.items():
            pixels = in_batches(run, f"{method} {count}", images, draw, batch_size)
            score = judge.score(pixels, classes(slice(images)), run.generator("interval"))
            scores.setdefault(method, {})[str(count)] = score
            shown.setdefault(method, []).append(pixels[:CLASSES])
    return {
        "steps": list(steps),
        "shown": {method: torch.stack(tiles) for method, tiles in shown.items()},
        "scores": scores,
    }


@figure(
    "B.4",
    caption="Diffusion by DDIM, for networks that predict v or ε, and flow matching by Euler's "
    "method, at γ = {digit_flow.gamma:g} in as many steps from the same noise.",
)
def flow_grid(digit_flow: dict[str, Any]) -> Grid:
    rows = [
        (f"{METHODS[method]}, {count} steps", digit_flow["shown"][method][i].squeeze(1))
        for method in digit_flow["scores"]
        for i, count in enumerate(digit_flow["steps"])
    ]
    return Grid([tiles for _, tiles in rows], [label for label, _ in rows], DIGITS)


@figure(
    "B.4-table",
    caption="The three side by side, over {digit_flow.images:,} samples each. Random sets of 1,000 "
    "test images have a Fréchet distance of {frechet_floor.1000.least:.1f} to "
    "{frechet_floor.1000.most:.1f}. "
    "Each network was trained for {flow_matching.epochs} epochs.",
)
def flow_table(digit_flow: dict[str, Any]) -> Table:
    rows = [
        [f"{METHODS[method]}, {count} steps", *scored(score[count]), score[count]["diversity"]]
        for count in map(str, digit_flow["steps"])
        for method, score in digit_flow["scores"].items()
    ]
    return Table(
        rows,
        ["method", *SCORED, "diversity"],
        units=UNITS,
        digits={**DECIMALS, "diversity": 1},
    )
