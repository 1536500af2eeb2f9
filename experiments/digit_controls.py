"""Control experiments of Part B: each puts a number to a sentence that would else be an opinion."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classifier import judge
from experiments.diffusion.data import as_labels
from experiments.diffusion.forward import forward, independent
from experiments.diffusion.inference import in_batches
from experiments.diffusion.metrics import frechet_distance, nearest
from experiments.diffusion.samplers import ddim, final
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.digit_tests import (
    classes,
    conditional_model,
    digit_referee,
    few_steps,
    starts,
    test_pixels,
)
from experiments.digit_time import time_model
from experiments.digits import CLASSES, READ, as_bytes, told
from reportgen import Run, artifact


@artifact
def first_state(
    run: Run,
    mnist: dict[str, Any],
    time_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    images: int = 1000,
    steps: int = 20,
    batch_size: int = 250,
) -> dict[str, Any]:
    """DDIM from pure noise, and from real images under the noise of the last timestep.

    The second is what the network has seen at that time, and the same noise is in both.
    ``brightness`` is the mean of all pixels; ``accuracy`` counts samples that are read as the
    digit under the noise.
    """
    schedule, test = linear(timesteps), test_pixels(mnist)[:images]
    referee, eps = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    labels = as_labels(mnist["test_labels"][:images])
    predict = READ[predicts](time_model(time_conditional, run.device), schedule)
    seen = forward(as_unit(test) * 2 - 1, schedule.last, schedule, eps)
    drawn = {"real": test}
    for name, start in {"noise": eps, "seen": seen}.items():

        def draw(part: slice, start: Tensor = start) -> Tensor:
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        drawn[name] = in_batches(run, name, images, draw, batch_size)
    return {
        name: {"brightness": float(as_unit(pixels).mean()), **referee.score(pixels, labels)}
        for name, pixels in drawn.items()
    }


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
    referee, start = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    scores = {}
    for count in steps:

        def draw(part: slice, count: int = count) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            noise = independent([run.generator(f"walk {i}") for i in range(part.start, part.stop)])
            pairs, x = schedule.pairs(schedule.evenly(count)), start[part].to(run.device)
            return as_bytes(final(ddim(predict, schedule, x, pairs, noise, eta)))

        pixels = in_batches(run, f"{count} steps", images, draw, batch_size)
        scores[str(count)] = referee.score(pixels, classes(slice(images)))
    return {"scores": scores}


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
    start = starts(run, images)
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
