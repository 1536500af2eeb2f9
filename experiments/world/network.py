"""The text-conditional U-Net of Part A: small, on patches, told a prompt and a time."""

import math

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle, pixel_unshuffle, silu

from experiments.diffusion.objectives import Condition, Objective, predict_v
from experiments.diffusion.schedule import Schedule
from experiments.world.scenes import SLOTS

VOCABULARY = tuple(len(words) for words in SLOTS.values())


class SceneUNet(nn.Module):
    """Predict v of an RGB image (B, 3, H, W), H and W multiples of 8, from its noisy version.

    The image is worked on as 2 x 2 patches, so the finest level has half its resolution.
    ``words`` (B, slots) are numbers as in ``scenes``: 0 for a slot left out.
    """

    def __init__(
        self, widths: tuple[int, int, int] = (32, 64, 128), vocabulary: tuple[int, ...] = VOCABULARY
    ) -> None:
        super().__init__()
        a, b, c = widths
        self.words = nn.ModuleList(nn.Embedding(count + 1, c) for count in vocabulary)
        self.time = nn.Sequential(nn.Linear(c, c), nn.SiLU(), nn.Linear(c, c))
        self.prompt = nn.Sequential(nn.Linear(c, c), nn.SiLU(), nn.Linear(c, c))
        self.enter = nn.Conv2d(12, a, 3, padding=1)
        self.down1 = Block(a, a, c)
        self.down2 = Block(a, b, c)
        self.down3 = Stage(b, c, c)
        self.attention = Attention(c)
        self.middle = Block(c, c, c)
        self.up3 = Block(2 * c, c, c)
        self.lift3, self.up2 = nn.Conv2d(c, b, 1), Stage(b, b, c)
        self.lift2, self.up1 = nn.Conv2d(b, a, 1), Stage(a, a, c)
        self.norm = nn.GroupNorm(8, a)
        self.leave = zeroed(nn.Conv2d(a, 12, 3, padding=1))

    def forward(self, x: Tensor, t: Tensor, words: Tensor) -> Tensor:
        """``x`` is (B, 3, H, W), ``t`` (B,) in [0, 1], ``words`` int64 (B, slots)."""
        know = self.knowledge(t, words)  #                          (B, C)
        h1 = self.down1(self.enter(pixel_unshuffle(x, 2)), know)  # (B, A, H/2, W/2)
        h2 = self.down2(halved(h1), know)  #                        (B, B, H/4, W/4)
        h3 = self.down3(halved(h2), know)  #                        (B, C, H/8, W/8)
        h = self.middle(self.attention(h3), know)
        h = self.up3(torch.cat([h, h3], 1), know)
        h = self.up2(doubled(self.lift3(h)) + h2, know)  #          (B, B, H/4, W/4)
        h = self.up1(doubled(self.lift2(h)) + h1, know)  #          (B, A, H/2, W/2)
        return pixel_shuffle(self.leave(silu(self.norm(h))), 2)

    def knowledge(self, t: Tensor, words: Tensor) -> Tensor:
        """What every block is told: the time and the sum of the words, (B, C)."""
        columns = zip(self.words, words.T, strict=True)
        meaning = sum(table(column) for table, column in columns)
        return self.time(waves(t, self.words[0].embedding_dim)) + self.prompt(meaning)


class Stage(nn.Module):
    """Two blocks at one resolution."""

    def __init__(self, channels_in: int, channels_out: int, know: int) -> None:
        super().__init__()
        self.first = Block(channels_in, channels_out, know)
        self.second = Block(channels_out, channels_out, know)

    def forward(self, h: Tensor, know: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels_out, H, W)."""
        return self.second(self.first(h, know), know)


class Block(nn.Module):
    """Residual block (He et al. 2016), scaled and shifted (FiLM, arXiv:1709.07871) by ``know``."""

    def __init__(self, channels_in: int, channels_out: int, know: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, channels_in)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.film = nn.Linear(know, 2 * channels_out)
        self.norm2 = nn.GroupNorm(8, channels_out)
        self.conv2 = zeroed(nn.Conv2d(channels_out, channels_out, 3, padding=1))
        same = channels_in == channels_out
        self.skip = nn.Identity() if same else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, h: Tensor, know: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels_out, H, W)."""
        scale, shift = self.film(silu(know))[:, :, None, None].chunk(2, dim=1)
        inner = self.conv1(silu(self.norm1(h)))
        inner = self.norm2(inner) * (1 + scale) + shift
        return self.skip(h) + self.conv2(silu(inner))


class Attention(nn.Module):
    """Self-attention (Vaswani et al. 2017, arXiv:1706.03762) over places, added to its input."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(8, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, h: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        qkv = self.qkv(self.norm(h)).flatten(2)  #                  (B, 3C, HW)
        q, k, v = qkv.unflatten(1, (3, self.heads, -1)).transpose(-1, -2).unbind(1)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)  # (B, heads, HW, C / heads)
        return h + self.out(mixed.transpose(-1, -2).reshape(h.shape))


def zeroed(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that begins as zero, so that its block begins as the identity."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def halved(h: Tensor) -> Tensor:
    """Half the resolution, by means of 2 x 2."""
    return nn.functional.avg_pool2d(h, 2)


def doubled(h: Tensor) -> Tensor:
    """Twice the resolution, by repetition."""
    return interpolate(h, scale_factor=2)


def waves(t: Tensor, width: int) -> Tensor:
    """Sinusoidal embedding (Vaswani et al. 2017, section 3.5) of t in [0, 1], (B, width)."""
    half = torch.arange(width // 2, device=t.device) / (width // 2)
    angles = 1000 * t[:, None] * (-math.log(10_000) * half).exp()
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def some_words(slot: float = 0.15, prompt: float = 0.1) -> Condition:
    """Classifier-free guidance (Ho, Salimans 2022, arXiv:2207.12598) Algorithm 1, word by word.

    Each slot is left out with probability ``slot``, and all of them with probability ``prompt``.
    """

    def condition(words: Tensor, generator: Generator) -> Tensor:
        keep = torch.rand(words.shape, generator=generator) >= slot  #    (B, slots)
        told = torch.rand(len(words), 1, generator=generator) >= prompt  # (B, 1)
        return words * (keep & told).to(words.device)

    return condition


def predict_v_of_scenes(schedule: Schedule, condition: Condition | None = None) -> Objective:
    """``predict_v`` of scenes as they are kept: uint8 images, words as labels."""
    predict = predict_v(schedule, condition or some_words())

    def objective(model: nn.Module, x: Tensor, words: Tensor, generator: Generator) -> Tensor:
        return predict(model, x.float() / 127.5 - 1, words, generator)

    return objective
