"""What the experiments of Part B share: the digits, and the judge of what is drawn."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.classifier import Classifier, classify, judge
from experiments.diffusion.data import MNIST_FILES, as_images, as_labels, read_idx
from experiments.diffusion.metrics import accuracy
from experiments.diffusion.objectives import noise_like
from experiments.diffusion.scores import Referee, referee
from experiments.diffusion.train import falls_by_epoch, train
from experiments.diffusion.weights import compact
from reportgen import Run, artifact

CLASSES = 10

DIGITS = [str(digit) for digit in range(CLASSES)]


@artifact
def mnist(run: Run) -> dict[str, Any]:
    """The MNIST digits as published: uint8 images (N, 28, 28) and labels (N,)."""
    return {
        name: read_idx(run.input(f"experiments/data/mnist/{file}.gz"), md5)
        for name, (file, md5) in MNIST_FILES.items()
    }


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
        rate=falls_by_epoch(epochs, lr_final / lr),
    )
    weights = compact(model)
    model.load_state_dict(weights)
    model.eval()
    logits, _ = judge(model, as_images(mnist["test_images"]))
    return {"weights": weights, "test_accuracy": accuracy(logits, as_labels(mnist["test_labels"]))}


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


def as_bytes(x: Tensor) -> Tensor:
    """Images of [-1, 1] as uint8, clipped."""
    return x.add(1).mul(127.5).clamp(0, 255).round().byte()
