"""The models of Part B that make digits: by time, by time and class, and by flow matching."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.classifier import Classifier, classify, judge
from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.guidance import guided
from experiments.diffusion.metrics import accuracy
from experiments.diffusion.objectives import flow, noise_like, one_hot, predict_eps, predict_v
from experiments.diffusion.predictors import from_eps, from_flow, from_v
from experiments.diffusion.samplers import Predict, ancestral, euler, final
from experiments.diffusion.schedule import Schedule, linear
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from reportgen import Run, artifact

CLASSES = 10
PREDICT = {"eps": predict_eps, "v": predict_v}
READ = {"eps": from_eps, "v": from_v}


@artifact
def time_conditional(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "v",
    timesteps: int = 300,
    epochs: int = 3,
    batch_size: int = 128,
    lr: float = 1e-3,
) -> dict[str, Any]:
    """U-Net told the time, trained on all digits alike; samples after every epoch."""
    model, schedule = UNet(hidden, time=True), linear(timesteps)
    start = noise_like(torch.empty(CLASSES * 2, 1, 28, 28), run.generator("start"))

    def sample() -> Tensor:
        predict = READ[predicts](model, schedule)
        return walk(run, predict, schedule, start)

    objective = PREDICT[predicts](schedule)
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr)


@artifact
def class_conditional(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "v",
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    instances: int = 4,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 1e-3,
) -> dict[str, Any]:
    """U-Net told the time and, nine times in ten, the class; guided samples after every epoch."""
    model, schedule = UNet(hidden, time=True, classes=CLASSES), linear(timesteps)
    labels = torch.arange(CLASSES).repeat(instances)
    start = noise_like(torch.empty(len(labels), 1, 28, 28), run.generator("start"))

    def sample() -> Tensor:
        return walk(run, told(model, schedule, predicts, labels, gamma), schedule, start)

    objective = PREDICT[predicts](schedule, one_hot(CLASSES, drop))
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr)


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
    epochs: int = 2,
    batch_size: int = 128,
    lr: float = 1e-3,
) -> dict[str, Any]:
    """The class-conditional network again, trained to follow straight lines from noise to image."""
    model = UNet(hidden, time=True, classes=CLASSES)
    labels = torch.arange(CLASSES).repeat(instances)
    start = noise_like(torch.empty(len(labels), 1, 28, 28), run.generator("start"))

    def sample() -> Tensor:
        device = next(model.parameters()).device
        return final(euler(led(model, labels.to(device), gamma), start.to(device), steps)).cpu()

    objective = flow(one_hot(CLASSES, drop))
    return trained(run, model, mnist, objective, sample, epochs, batch_size, lr)


@artifact
def digit_judge(
    run: Run,
    mnist: dict[str, Any],
    *,
    epochs: int = 4,
    batch_size: int = 128,
    lr: float = 3e-3,
    lr_final: float = 1e-4,
) -> dict[str, Any]:
    """The independent classifier: it has seen real digits only, and names the drawn ones."""
    model = Classifier(CLASSES)
    train(
        run,
        model,
        as_images(mnist["train_images"]),
        as_labels(mnist["train_labels"]),
        objective=classify(),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        lr_final=lr_final,
    )
    weights = compact(model)
    model.load_state_dict(weights)
    model.eval()
    logits, _ = judge(model, as_images(mnist["test_images"]))
    return {"weights": weights, "test_accuracy": accuracy(logits, as_labels(mnist["test_labels"]))}


def trained(
    run: Run,
    model: nn.Module,
    mnist: dict[str, Any],
    objective: Any,
    sample: Callable[[], Tensor],
    epochs: int,
    batch_size: int,
    lr: float,
) -> dict[str, Any]:
    """Train on the digits, in [-1, 1]; the rate falls to a tenth, and each epoch is sampled."""
    history = train(
        run,
        model,
        as_images(mnist["train_images"]) * 2 - 1,
        as_labels(mnist["train_labels"]),
        objective=objective,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        lr_final=lr / 10,
        evaluate=lambda: {"samples": as_bytes(sample())},
    )
    return {
        "weights": compact(model),
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": torch.tensor(history["loss"]),
        "samples": torch.stack([e["samples"] for e in history["evaluations"]]),
        "training_seconds": history["seconds"],
    }


def told(
    model: nn.Module, schedule: Schedule, predicts: str, labels: Tensor, gamma: float
) -> Predict:
    """The class-conditional network, guided towards ``labels`` (B,) by ``gamma``."""
    rows = nn.functional.one_hot(labels, CLASSES).float().to(next(model.parameters()).device)
    conditional = READ[predicts](model, schedule, rows)
    return guided(conditional, READ[predicts](model, schedule, torch.zeros_like(rows)), gamma)


def led(model: nn.Module, labels: Tensor, gamma: float) -> Callable[..., Any]:
    """The velocity of the flow-matching network, guided towards ``labels`` (B,) by ``gamma``."""
    rows = nn.functional.one_hot(labels, CLASSES).float()
    return guided(from_flow(model, rows), from_flow(model, torch.zeros_like(rows)), gamma)


def walk(run: Run, predict: Predict, schedule: Schedule, start: Tensor) -> Tensor:
    """Ancestral sampling through every timestep, its noise the same at every call."""
    generator = run.generator("walk")
    states = ancestral(
        predict,
        schedule,
        start.to(run.device),
        schedule.pairs(),
        noise=lambda x: noise_like(x, generator),
    )
    return final(states).cpu()


def as_bytes(x: Tensor) -> Tensor:
    """Images of [-1, 1] as uint8, clipped."""
    return x.add(1).mul(127.5).clamp(0, 255).round().byte()
