"""Part B, fewer steps: DDPM through all timesteps against DDIM in few."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.inference import in_batches
from experiments.diffusion.samplers import ddim, final
from experiments.diffusion.schedule import linear
from experiments.part_b.digits import (
    CLASSES,
    DIGITS,
    as_bytes,
    classes,
    digit_referee,
    test_pixels,
)
from experiments.part_b.models import (
    conditional_model,
    every_step,
    few_steps,
    first_states,
    own_noise,
    told,
)
from experiments.part_b.scored import DECIMALS, SCORED, UNITS, scored
from reportgen import Grid, Run, Table, artifact, figure


@artifact
def digit_samplers(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 1.0,
    steps: list[int] = (50, 20, 10),
    images: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """Ancestral sampling through all timesteps against DDIM in few: same noise, quality, time."""
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    judge = digit_referee(mnist, digit_judge, run.device)
    start = first_states(run, class_conditional, schedule, images)
    shown, scores = [], {}
    for count in (timesteps, *steps):

        def draw(part: slice, count: int = count) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            x = start[part].to(run.device)
            if count < timesteps:
                return few_steps(predict, schedule, x, count)
            return every_step(run, predict, schedule, x, part)

        name = f"{'DDIM' if count < timesteps else 'DDPM'} {count}"
        pixels = in_batches(run, name, images, draw, batch_size)
        score = judge.score(pixels, classes(slice(images)), run.generator("interval"))
        seconds = seconds_of(lambda draw=draw: draw(slice(min(images, 100))), run.device)
        scores[name] = {"steps": count, "seconds": seconds, **score}
        shown.append(pixels[:CLASSES])
    return {
        "names": list(scores),
        "shown": torch.stack(shown),
        "scores": scores,
        "floor": judge.floor(test_pixels(mnist), images),
    }


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """Wall time of ``work()``, to the last operation on the device."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    begun = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - begun


@artifact
def fresh_noise(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 1.0,
    eta: float = 1.0,
    steps: list[int] = (50, 20),
    images: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """The scores of DDIM with the fresh noise of ancestral sampling (``eta`` = 1), by steps."""
    model, schedule = conditional_model(class_conditional, run.device), linear(timesteps)
    referee = digit_referee(mnist, digit_judge, run.device)
    start = first_states(run, class_conditional, schedule, images)
    scores = {}
    for count in steps:

        def draw(part: slice, count: int = count) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            pairs, x = schedule.pairs(schedule.evenly(count)), start[part].to(run.device)
            return as_bytes(final(ddim(predict, schedule, x, pairs, own_noise(run, part), eta)))

        pixels = in_batches(run, f"{count} steps", images, draw, batch_size)
        asked = classes(slice(images))
        scores[str(count)] = referee.score(pixels, asked, run.generator("interval"))
    return {"scores": scores}


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
    "are by the wall clock, of one run each. As many test "
    "images have a Fréchet distance of {digit_samplers.floor:.1f}, and sets of "
    "{frechet_floor.images:,} differ by chance, from {frechet_floor.least:.2f} to "
    "{frechet_floor.most:.2f}.",
)
def samplers_table(digit_samplers: dict[str, Any]) -> Table:
    scores = [(name, digit_samplers["scores"][name]) for name in digit_samplers["names"]]
    slowest = max(score["seconds"] for _, score in scores)
    return Table(
        [
            [name, score["seconds"], slowest / score["seconds"], *scored(score)]
            for name, score in scores
        ],
        ["method, steps", "100 samples", "times as fast", *SCORED],
        units={"100 samples": "s", **UNITS},
        digits={"100 samples": 1, "times as fast": 1, **DECIMALS},
    )
