"""An independent judge: a small classifier that has seen real images only."""

import torch
from torch import Generator, Tensor, nn

from experiments.diffusion.objectives import Objective


class Classifier(nn.Module):
    """Three convolutions and two layers: an image to its class, by way of ``width`` features."""

    def __init__(self, classes: int = 10, *, channels: int = 1, size: int = 28, width: int = 64):
        super().__init__()
        self.convolutions = nn.Sequential(
            *halving(channels, 32, 5), *halving(32, 64, 3), *same(64, 64, 3), nn.Flatten()
        )
        flat = 64 * (size // 4) ** 2
        self.squeeze = nn.Sequential(nn.Linear(flat, width), nn.BatchNorm1d(width), nn.ReLU())
        self.decide = nn.Linear(width, classes)

    def features(self, x: Tensor) -> Tensor:
        """Images (B, C, H, W) in [0, 1] to features (B, width), for the Frechet distance."""
        return self.squeeze(self.convolutions(x))

    def forward(self, x: Tensor) -> Tensor:
        """Images (B, C, H, W) in [0, 1] to logits (B, classes)."""
        return self.decide(self.features(x))


def halving(channels_in: int, channels_out: int, kernel: int) -> list[nn.Module]:
    """Convolution to half the resolution, batch norm, ReLU."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel, 2, kernel // 2)
    return [convolution, nn.BatchNorm2d(channels_out), nn.ReLU()]


def same(channels_in: int, channels_out: int, kernel: int) -> list[nn.Module]:
    """Convolution at the same resolution, batch norm, ReLU."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel, 1, kernel // 2)
    return [convolution, nn.BatchNorm2d(channels_out), nn.ReLU()]


def classify(reach: int = 2) -> Objective:
    """Cross-entropy of the class; each batch is moved by up to ``reach`` pixels each way.

    MNIST leaves four black pixels at every side, so nothing of a digit is moved out.
    """

    def objective(model: nn.Module, x: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        down, right = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
        moved = x.roll((down, right), dims=(2, 3))  #               (B, C, H, W)
        return nn.functional.cross_entropy(model(moved).float(), labels, reduction="none")

    return objective


@torch.no_grad()
def judge(model: Classifier, x: Tensor, batch_size: int = 500) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) and features (N, width) of images in [0, 1], in batches, on the CPU."""
    device, found = next(model.parameters()).device, []
    for part in x.split(batch_size):
        features = model.features(part.to(device))  #               (b, width)
        found.append((model.decide(features).cpu(), features.cpu()))
    logits, features = zip(*found, strict=True)
    return torch.cat(logits), torch.cat(features)
