"""MNIST from its four gzipped IDX files."""

import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from reportgen import ReportgenError

MNIST_FILES = {
    "train_images": ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    "train_labels": ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    "test_images": ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    "test_labels": ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
}
"""File name without ``.gz`` and the published MD5 of its uncompressed content."""


def read_idx(path: Path, md5: str) -> np.ndarray:
    """Read a gzipped IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist).

    Returns a uint8 array of the shape that the file states. Raises ReportgenError when the file
    is missing, unreadable, or when its uncompressed content has another MD5.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise ReportgenError(
            f"The MNIST file '{path}' is missing.",
            hint="Restore it with 'git checkout -- experiments/data'.",
        ) from None
    except (EOFError, OSError, zlib.error) as error:
        raise ReportgenError(
            f"The MNIST file '{path}' is no readable gzip file: {error}."
        ) from None
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise ReportgenError(
            f"The MNIST file '{path}' is corrupt: its content has MD5 {found}, not {md5}.",
            hint="Restore it with 'git checkout -- experiments/data'.",
        )
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def as_images(pixels: np.ndarray) -> Tensor:
    """uint8 (N, 28, 28) to float32 (N, 1, 28, 28) in [0, 1]."""
    return torch.from_numpy(np.array(pixels)).float().div(255).unsqueeze(1)


def as_labels(labels: np.ndarray) -> Tensor:
    """uint8 (N,) to int64 (N,)."""
    return torch.from_numpy(np.array(labels)).long()


def first_of_each(labels: np.ndarray) -> list[int]:
    """The index of the first image of each class, in the order of the classes."""
    return [int(np.flatnonzero(labels == c)[0]) for c in np.unique(labels)]
