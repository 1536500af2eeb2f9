"""The digits as published, and files that are not."""

import gzip
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from fake_run import ROOT

from experiments.diffusion import data
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from reportgen import ReportgenError

FOLDER = ROOT / "experiments/data/mnist"


def read(name: str) -> np.ndarray:
    file, md5 = data.MNIST_FILES[name]
    return data.read_idx(FOLDER / f"{file}.gz", md5)


def test_the_test_set_is_the_published_one() -> None:
    images, labels = read("test_images"), read("test_labels")
    assert images.shape == (10_000, 28, 28)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(labels).tolist() == counts
    assert images.mean() / 255 == pytest.approx(0.13251, abs=1e-5)


def test_the_training_labels_are_the_published_ones() -> None:
    labels = read("train_labels")
    assert labels.shape == (60_000,)
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_images_and_labels_as_tensors() -> None:
    pixels = np.array([[[0, 51], [204, 255]]], np.uint8)
    images = data.as_images(pixels)
    assert images.shape == (1, 1, 2, 2)
    assert images.flatten().tolist() == pytest.approx([0, 0.2, 0.8, 1])
    labels = data.as_labels(np.array([3, 1], np.uint8))
    assert labels.dtype == torch.int64
    assert labels.tolist() == [3, 1]


def test_the_first_of_each_class() -> None:
    assert data.first_of_each(np.array([2, 0, 2, 1, 0])) == [1, 3, 0]


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)])
def test_any_shape_of_bytes_is_read(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
    content = header + pixels.tobytes()
    (tmp_path / "x.gz").write_bytes(gzip.compress(content))
    read = data.read_idx(tmp_path / "x.gz", hashlib.md5(content).hexdigest())
    assert np.array_equal(read, pixels)


def test_broken_files_are_named(tmp_path: Path) -> None:
    file, md5 = data.MNIST_FILES["test_labels"]
    with pytest.raises(ReportgenError, match="is missing") as caught:
        data.read_idx(tmp_path / "none.gz", md5)
    assert "git checkout" in str(caught.value)

    half = tmp_path / "half.gz"
    half.write_bytes((FOLDER / f"{file}.gz").read_bytes()[:2000])
    with pytest.raises(ReportgenError, match="no readable gzip file"):
        data.read_idx(half, md5)

    (tmp_path / "text.gz").write_text("not found")
    with pytest.raises(ReportgenError, match="no readable gzip file"):
        data.read_idx(tmp_path / "text.gz", md5)

    other = tmp_path / "other.gz"
    shutil.copy(FOLDER / f"{data.MNIST_FILES['train_labels'][0]}.gz", other)
    with pytest.raises(ReportgenError, match=f"is corrupt: .* not {md5}"):
        data.read_idx(other, md5)


def test_compact_weights_halve_kernels_and_keep_vectors() -> None:
    model = UNet(4, time=True)
    weights = compact(model)
    assert set(weights) == set(model.state_dict())
    assert weights["enter.0.0.weight"].dtype == torch.float16
    assert weights["enter.0.1.running_mean"].dtype == torch.float32
    x, t = torch.rand(2, 1, 28, 28), torch.rand(2)
    before = model.eval()(x, t)
    model.load_state_dict(weights)
    assert torch.allclose(model(x, t), before, atol=2e-3)
