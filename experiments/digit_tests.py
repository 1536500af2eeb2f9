"""The digit models put to the test: what guidance, steps and flow matching do to many samples.

Every artifact here samples from trained weights and keeps what the figures show, and numbers.
Samples are scored as they are shown, clipped and rounded to 8 bits.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.data import as_labels
from experiments.diffusion.forward import independent
from experiments.diffusion.inference import in_batches, ready
from experiments.diffusion.metrics import nearest
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.samplers import Predict, ancestral, ddim, euler, final
from experiments.diffusion.schedule import Schedule, linear
from experiments.diffusion.scores import Referee, as_unit, referee
from experiments.diffusion.unet import UNet
from experiments.digits import CLASSES, as_bytes, led, told
from experiments.part_b import hidden_of
from reportgen import Run, artifact


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
    judge, start = digit_referee(mnist, digit_judge, run.device), starts(run, max(images))
    shown, scores = [], {}
    for gamma, count in zip(gammas, images, strict=True):

        def draw(part: slice, gamma: float = gamma) -> Tensor:
            predict = told(model, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"gamma {gamma:g}", count, draw, batch_size)
        score = judge.score(pixels, classes(slice(count)))
        scores[f"{gamma:g}"] = {"images": count, **score}
        shown.append(pixels[:CLASSES])
    test = test_pixels(mnist)
    return {
        "gammas": list(gammas),
        "shown": torch.stack(shown),
        "scores": scores,
        "best": min(scores, key=lambda gamma: scores[gamma]["frechet"]),
        "floor": {str(n): judge.floor(test, n) for n in sorted(set(images))},
        "real": judge.score(test, as_labels(mnist["test_labels"])),
    }


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
    judge, start = digit_referee(mnist, digit_judge, run.device), starts(run, images)
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
        score = judge.score(pixels, classes(slice(images)))
        seconds = seconds_of(lambda draw=draw: draw(slice(min(images, 100))), run.device)
        scores[name] = {"steps": count, "seconds": seconds, **score}
        shown.append(pixels[:CLASSES])
    return {
        "names": list(scores),
        "shown": torch.stack(shown),
        "scores": scores,
        "floor": judge.floor(test_pixels(mnist), images),
    }


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
    judge, start = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    shown: dict[str, Any] = {}
    scores: dict[str, Any] = {}
    for count in steps:

        def by_ddim(part: slice, count: int = count) -> Tensor:
            predict = told(diffusion, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), count)

        def by_euler(part: slice, count: int = count) -> Tensor:
            velocity = led(flowing, classes(part).to(run.device), gamma)
            return as_bytes(final(euler(velocity, start[part].to(run.device), count)))

        for method, draw in (("diffusion", by_ddim), ("flow", by_euler)):
            pixels = in_batches(run, f"{method} {count}", images, draw, batch_size)
            score = judge.score(pixels, classes(slice(images)))
            scores.setdefault(method, {})[str(count)] = score
            shown.setdefault(method, []).append(pixels[:CLASSES])
    return {
        "steps": list(steps),
        "shown": {method: torch.stack(tiles) for method, tiles in shown.items()},
        "scores": scores,
        "floor": judge.floor(test_pixels(mnist), images),
    }


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
    start, train = starts(run, images), torch.from_numpy(mnist["train_images"][:, None].copy())

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


def conditional_model(trained: dict[str, Any], device: torch.device) -> nn.Module:
    """The network told time and class with the weights of a training."""
    model = UNet(hidden_of(trained["weights"]), time=True, classes=CLASSES)
    return ready(model, trained["weights"], device)


def digit_referee(mnist: dict[str, Any], judge: dict[str, Any], device: torch.device) -> Referee:
    """The independent classifier, and all training images to compare with."""
    train = torch.from_numpy(mnist["train_images"][:, None].copy())
    return referee(judge["weights"], train, device)


def test_pixels(mnist: dict[str, Any]) -> Tensor:
    """The test images as they are, uint8 (10000, 1, 28, 28)."""
    return torch.from_numpy(mnist["test_images"][:, None].copy())


def starts(run: Run, count: int) -> Tensor:
    """The noise that sample number i begins with, whatever else is compared: (count, 1, 28, 28)."""
    return noise_like(torch.empty(count, 1, 28, 28), run.generator("start"))


def classes(part: slice) -> Tensor:
    """What the samples of ``part`` are to be: 0, 1, ..., 9, 0, 1, ..., int64."""
    return torch.arange(part.start or 0, part.stop) % CLASSES


def few_steps(predict: Predict, schedule: Schedule, x: Tensor, steps: int) -> Tensor:
    """DDIM in ``steps`` evenly spaced steps, as uint8."""
    return as_bytes(final(ddim(predict, schedule, x, schedule.pairs(schedule.evenly(steps)))))


def every_step(run: Run, predict: Predict, schedule: Schedule, x: Tensor, part: slice) -> Tensor:
    """Ancestral sampling through all timesteps, each sample with its own noise, as uint8."""
    noise = independent([run.generator(f"walk {i}") for i in range(part.start or 0, part.stop)])
    return as_bytes(final(ancestral(predict, schedule, x, schedule.pairs(), noise)))


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """Wall time of ``work()``, to the last operation on the device."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    begun = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - begun
