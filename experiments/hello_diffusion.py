"""A diffusion model of handwritten digits in one file, from MNIST to the digit you ask for.

    python experiments/hello_diffusion.py 7

Trains for about ten minutes on one core and writes ``digit.png``: eight samples.
"""

import gzip
import sys
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import interpolate, mse_loss

T = 300  # timesteps
ALPHA_BAR = (1 - torch.linspace(1e-4, 0.02, T)).cumprod(0)  # share of the signal left (DDPM)
NO_CLASS = 10  # what one digit in ten is told in training, for guidance
MNIST = Path(__file__).parent / "data/mnist"


def mnist() -> tuple[Tensor, Tensor]:
    """The training digits, float32 (60000, 1, 28, 28) in [-1, 1], and their labels (60000,)."""
    images = gzip.decompress((MNIST / "train-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((MNIST / "train-labels-idx1-ubyte.gz").read_bytes())[8:]
    x, c = (torch.frombuffer(bytearray(b), dtype=torch.uint8) for b in (images, labels))
    return x.view(-1, 1, 28, 28) / 127.5 - 1, c.long()


class Block(nn.Module):
    """Two convolutions; between them, time and class scale and shift the features."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels_out)
        self.told = nn.Linear(64, 2 * channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)

    def forward(self, x: Tensor, knowledge: Tensor) -> Tensor:
        h = self.first(x)
        scale, shift = self.told(knowledge)[:, :, None, None].chunk(2, 1)
        return h + self.second((self.norm(h) * (1 + scale) + shift).relu())


class UNet(nn.Module):
    """Predict v from a noisy digit (B, 1, 28, 28), its timestep (B,) and its class (B,)."""

    def __init__(self, d: int = 16) -> None:
        super().__init__()
        self.time, self.digit = nn.Embedding(T, 64), nn.Embedding(NO_CLASS + 1, 64)
        self.down1, self.down2, self.middle = Block(1, d), Block(d, 2 * d), Block(2 * d, 2 * d)
        self.up2, self.up1, self.leave = Block(4 * d, d), Block(2 * d, d), nn.Conv2d(d, 1, 1)

    def forward(self, x: Tensor, t: Tensor, c: Tensor) -> Tensor:
        know = (self.time(t) + self.digit(c)).relu()
        a = self.down1(x, know)  #                                      (B,  D, 28, 28)
        b = self.down2(nn.functional.avg_pool2d(a, 2), know)  #         (B, 2D, 14, 14)
        m = self.middle(nn.functional.avg_pool2d(b, 2), know)  #        (B, 2D,  7,  7)
        h = self.up2(torch.cat([interpolate(m, scale_factor=2), b], 1), know)
        return self.leave(self.up1(torch.cat([interpolate(h, scale_factor=2), a], 1), know))


def train(model: UNet, x: Tensor, labels: Tensor, steps: int, batch: int = 64) -> None:
    """Noise a batch, predict v = sqrt(alpha_bar) eps - sqrt(1 - alpha_bar) x0, step; repeat."""
    optimizer = torch.optim.Adam(model.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
    for _ in range(steps):
        i = torch.randint(len(x), (batch,))
        t, eps, c = torch.randint(T, (batch,)), torch.randn(batch, 1, 28, 28), labels[i]
        c = torch.where(torch.rand(batch) < 0.1, NO_CLASS, c)
        signal, noise = (s.sqrt().view(-1, 1, 1, 1) for s in (ALPHA_BAR[t], 1 - ALPHA_BAR[t]))
        loss = mse_loss(model(signal * x[i] + noise * eps, t, c), signal * eps - noise * x[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()


@torch.no_grad()
def sample(model: UNet, c: Tensor, gamma: float = 2.0, steps: int = 30) -> Tensor:
    """DDIM with classifier-free guidance: digits of the classes ``c`` (B,), (B, 1, 28, 28)."""
    x, times = torch.randn(len(c), 1, 28, 28), torch.linspace(T - 1, 0, steps).long().tolist()
    for t, later in zip(times, [*times[1:], None], strict=True):
        told = [model(x, torch.full_like(c, t), k) for k in (torch.full_like(c, NO_CLASS), c)]
        v = torch.lerp(*told, gamma)  # away from what it says without the class
        signal, noise = ALPHA_BAR[t].sqrt(), (1 - ALPHA_BAR[t]).sqrt()
        x0, eps = signal * x - noise * v, noise * x + signal * v
        now = torch.ones(()) if later is None else ALPHA_BAR[later]
        x = now.sqrt() * x0 + (1 - now).sqrt() * eps
    return x.clamp(-1, 1)


if __name__ == "__main__":
    torch.manual_seed(180)
    network = UNet()
    train(network, *mnist(), steps=3000)
    row = torch.cat([*sample(network, torch.full((8,), int(sys.argv[1])))], -1)[0]  # (28, 224)
    Image.fromarray(row.add(1).mul(127.5).byte().numpy()).save("digit.png")
