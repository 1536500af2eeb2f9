"""A world small enough for tests: bars for digits, and networks that nobody trained."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from experiments.diffusion.classifier import Classifier
from experiments.diffusion.data import as_images
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from reportgen.store import Store


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (N, 28, 28) and labels (N,), ten kinds in turn, no two alike."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    labels = np.arange(count) % 10
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 7, 4:24] = 230
    return images, labels.astype(np.uint8)


def small_mnist(train: int = 120, test: int = 60) -> dict[str, Any]:
    train_images, train_labels = bars(train, 0)
    test_images, test_labels = bars(test, 1)
    return {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


def weights(**conditions: Any) -> dict[str, Any]:
    """A record with the weights of a fresh U-Net of width 4, and the mean image of the bars."""
    torch.manual_seed(0)
    mean = as_images(small_mnist()["train_images"]).mean(0) * 2 - 1
    return {"weights": compact(UNet(4, **conditions)), "mean": mean}


def conditional() -> dict[str, Any]:
    return weights(time=True, classes=10)


def judge() -> dict[str, Any]:
    torch.manual_seed(1)
    return {"weights": compact(Classifier(10)), "test_accuracy": 0.1}


def recorded(value: Any, folder: Path) -> Any:
    """The value as a figure gets it: from a store, which keeps no order of keys."""
    store = Store(folder)
    return store.load(store.save(value, "value")[0])
