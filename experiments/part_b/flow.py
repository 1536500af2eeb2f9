"""Part B, straight lines: flow matching beside diffusion."""

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
    test_pixels,
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


@artifact
def digit_flow(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    flow_matching: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 2.0,
    steps: list[int] = (5, 10, 20),
    images: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Flow matching by Euler's method beside diffusion by DDIM: same noise, scale and steps."""
    diffusion, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    flowing = conditional_model(flow_matching, run.device)
    judge, noise = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    start = beginning(class_conditional["mean"], schedule, noise)
    shown: dict[str, Any] = {}
    scores: dict[str, Any] = {}
    for count in steps:

        def by_ddim(part: slice, count: int = count) -> Tensor:
            predict = told(diffusion, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), count)

        def by_euler(part: slice, count: int = count) -> Tensor:
            velocity = led(flowing, classes(part).to(run.device), gamma)
            return as_bytes(final(euler(velocity, noise[part].to(run.device), count)))

        for method, draw in (("diffusion", by_ddim), ("flow", by_euler)):
            pixels = in_batches(run, f"{method} {count}", images, draw, batch_size)
            score = judge.score(pixels, classes(slice(images)), run.generator("interval"))
            scores.setdefault(method, {})[str(count)] = score
            shown.setdefault(method, []).append(pixels[:CLASSES])
    return {
        "steps": list(steps),
        "shown": {method: torch.stack(tiles) for method, tiles in shown.items()},
        "scores": scores,
        "floor": judge.floor(test_pixels(mnist), images),
    }


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
    caption="The two side by side, over {digit_flow.images:,} samples each. As "
    "many test images have a Fréchet distance of {digit_flow.floor:.1f}, and sets of "
    "{frechet_floor.images:,} differ by chance, from {frechet_floor.least:.2f} to "
    "{frechet_floor.most:.2f}. "
    "Diffusion was trained for {class_conditional.epochs} epochs, flow matching for "
    "{flow_matching.epochs}.",
)
def flow_table(digit_flow: dict[str, Any]) -> Table:
    rows = [
        [f"{method}, {count} steps", *scored(score), score["diversity"]]
        for count in map(str, digit_flow["steps"])
        for method, score in ((m, digit_flow["scores"][m][count]) for m in ("diffusion", "flow"))
    ]
    return Table(
        rows,
        ["method", *SCORED, "diversity"],
        units=UNITS,
        digits={**DECIMALS, "diversity": 1},
    )
