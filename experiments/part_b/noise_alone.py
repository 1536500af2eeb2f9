"""Part B, what a network answers to noise alone."""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import apply
from experiments.diffusion.objectives import noise_like, squared_error
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.part_b.models import hidden_of
from reportgen import Grid, Run, artifact, figure


@artifact
def noise_alone(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    *,
    sigma: float = 0.5,
    hidden: int = 16,
    images: int = 20_000,
    batch_size: int = 128,
    lr: float = 3e-3,
    shown: int = 8,
) -> dict[str, Any]:
    """A network trained to find a digit in noise that holds none, and what it says instead.

    ``outputs`` are its answers to ``shown`` pictures of noise, ``mean`` is the mean of its
    training images, ``denoiser_outputs`` is what the denoiser makes of the same noise.
    """
    x, labels = as_images(mnist["train_images"][:images]), as_labels(mnist["train_labels"][:images])
    model = UNet(hidden)
    history = train(
        run,
        model,
        x,
        labels,
        objective=from_noise,
        epochs=1,
        batch_size=batch_size,
        lr=lr,
    )
    eps = noise_like(torch.empty(shown, 1, 28, 28), run.generator("shown"))
    trained = ready(UNet(hidden_of(denoiser["weights"])), denoiser["weights"], run.device)
    outputs, mean = apply(model.eval(), eps), x.mean(0, keepdim=True)
    return {
        "noise": eps,
        "outputs": outputs,
        "mean": mean,
        "denoiser_outputs": apply(trained, sigma * eps),
        "loss": torch.tensor(history["loss"]),
        "distance": rms(outputs - mean),
        "spread": rms(outputs - outputs.mean(0)),
        "pixel_spread": rms(x - mean),
    }


def from_noise(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
    """Predict x from noise that has nothing to do with it."""
    return squared_error(model(noise_like(x, generator)), x)


def rms(x: Tensor) -> float:
    """The root of the mean square."""
    return float(x.square().mean().sqrt())


@figure(
    "B.1f",
    caption="Noise alone goes in. A network trained on nothing else answers every noise with the "
    "mean of its training images, which stands under it. The denoiser, trained at σ = "
    "{noise_alone.sigma}, looks for strokes, and finds hardly any.",
)
def pure_noise(noise_alone: dict[str, Any]) -> Grid:
    noise, mean = noise_alone["noise"], noise_alone["mean"]
    rows = {
        "noise": noise / 4 + 0.5,  # two deviations to either side of grey
        "trained on noise alone": noise_alone["outputs"],
        "mean of the data": mean.expand(len(noise), -1, -1, -1),
        "the denoiser": noise_alone["denoiser_outputs"],
    }
    return Grid([list(row.clamp(0, 1)) for row in rows.values()], row_labels=list(rows))
