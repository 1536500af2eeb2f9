"""Part B: a denoiser on MNIST, from its data to its behaviour on noise it never saw."""

from typing import Any

import torch

from experiments.diffusion.data import MNIST_FILES, as_images, as_labels, first_of_each, read_idx
from experiments.diffusion.metrics import apply, mse, psnr
from experiments.diffusion.objectives import denoise, noise_like
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from reportgen import Run, artifact


@artifact
def mnist(run: Run) -> dict[str, Any]:
    """The MNIST digits as published: uint8 images (N, 28, 28) and labels (N,)."""
    return {
        name: read_idx(run.input(f"experiments/data/mnist/{file}.gz"), md5)
        for name, (file, md5) in MNIST_FILES.items()
    }


@artifact
def denoiser(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 64,
    sigma: float = 0.5,
    epochs: int = 5,
    batch_size: int = 32,
    lr: float = 1e-4,
    test_images: int = 2000,
) -> dict[str, Any]:
    """U-Net trained to map x + sigma * eps to x; tested on ``test_images`` after every epoch."""
    model = UNet(hidden)
    test = as_images(mnist["test_images"])
    noisy = test + sigma * noise_like(test, run.generator("test"))
    digits = first_of_each(mnist["test_labels"])

    def evaluate() -> dict[str, Any]:
        output = apply(model, noisy[:test_images])
        return {
            "loss": mse(output, test[:test_images]),
            "psnr": psnr(output, test[:test_images]),
            "outputs": apply(model, noisy[digits]),
        }

    history = train(
        run,
        model,
        as_images(mnist["train_images"]),
        as_labels(mnist["train_labels"]),
        objective=denoise(sigma),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        evaluate=evaluate,
    )
    weights = compact(model)
    model.load_state_dict(weights)
    return {
        "weights": weights,
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": torch.tensor(history["loss"]),
        "evaluations": history["evaluations"],
        "digits": digits,
        "inputs": test[digits],
        "noisy": noisy[digits],
        "test_psnr": psnr(apply(model, noisy), test),
        "training_seconds": history["seconds"],
    }
