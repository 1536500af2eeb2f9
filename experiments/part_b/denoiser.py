"""Part B, the task, the network and its training."""

from typing import Any

import torch

from experiments.diffusion.data import as_images, as_labels, first_of_each
from experiments.diffusion.metrics import apply, mse, psnr
from experiments.diffusion.objectives import denoise, noise_like
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from experiments.part_b.diagram import draw_unet
from experiments.part_b.models import hidden_of
from reportgen import Curve, Grid, Plot, Run, artifact, figure

SIGMAS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
"""The noise levels at which the denoiser is looked at; it is trained at one of them."""


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


@figure(
    "B.0",
    caption="The denoiser's U-Net with D = {denoiser.hidden}, drawn from the network itself: "
    "channels × height × width after each block, and of each block the channel that varies most "
    "while it works on the digit at the left. Dashed lines join features by concatenation.",
    alt="A U-shaped diagram of eight blocks, from 28 × 28 pixels down to 1 × 1 and up again, with "
    "three dashed skip connections between blocks of equal resolution, and in each block a picture "
    "of its features, in which the digit becomes coarser and then clear",
)
def unet_diagram(denoiser: dict[str, Any]) -> Plot:
    model = UNet(hidden_of(denoiser["weights"]))
    model.load_state_dict(denoiser["weights"])
    return Plot(draw_unet(model, (denoiser["noisy"][2:3],)), lines=[])  # arrows are no data


@figure(
    "B.1a",
    caption="What noise does: five digits, each with a noise image of its own in seven amounts.",
)
def noise_levels(
    run: Run, mnist: dict[str, Any], *, sigmas: list[float] = SIGMAS, digits: int = 5
) -> Grid:
    x = as_images(mnist["test_images"][:digits])
    eps = noise_like(x, run.generator("eps"))
    return Grid(
        [
            [(image + sigma * e).clamp(0, 1) for sigma in sigmas]
            for image, e in zip(x, eps, strict=True)
        ],
        row_labels=[f"a {label}" for label in mnist["test_labels"][:digits].tolist()],
        column_labels=[f"σ = {sigma}" for sigma in sigmas],
    )


@figure(
    "B.1b",
    caption="Training loss, {denoiser.epochs} epochs of batches of {denoiser.batch_size}, and the "
    "loss on {denoiser.test_images:,} test images after each epoch.",
)
def denoiser_loss(denoiser: dict[str, Any]) -> Curve:
    loss, evaluations = denoiser["loss"], denoiser["evaluations"]
    steps = len(loss) // len(evaluations)
    return Curve(
        {
            "train": loss,
            "test": (
                [steps * (i + 1) for i in range(len(evaluations))],
                [e["loss"] for e in evaluations],
            ),
        },
        x=f"step, {len(loss):,} in all",
        y="mean squared error",
        log_y=True,
        dots=["test"] if len(evaluations) == 1 else [],
    )


@figure(
    "B.1c",
    caption="Test digits the network never saw, with noise σ = {denoiser.sigma}, and what it makes "
    "of them after its first and its last epoch. Digits and noise are the same in all rows; PSNR "
    "is over these ten.",
)
def denoiser_epochs(denoiser: dict[str, Any]) -> Grid:
    x, evaluations = denoiser["inputs"], denoiser["evaluations"]
    rows = {"input": x, f"noisy, {psnr(denoiser['noisy'], x):.1f} dB": denoiser["noisy"]}
    for epoch in sorted({1, len(evaluations)}):
        output = evaluations[epoch - 1]["outputs"]
        rows[f"epoch {epoch}, {psnr(output, x):.1f} dB"] = output
    return Grid(
        [list(row.clamp(0, 1)) for row in rows.values()],
        row_labels=list(rows),
        column_labels=[str(digit) for digit in range(len(x))],
    )
