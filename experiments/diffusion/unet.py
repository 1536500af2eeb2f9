"""The U-Net of Part B: one class, with optional conditioning on time and on class."""

import torch
from torch import Tensor, nn


def conv(channels_in: int, channels_out: int) -> nn.Sequential:
    """Same resolution: Conv2d(3, stride 1, padding 1), batch norm, GELU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, 1, 1), nn.BatchNorm2d(channels_out), nn.GELU()
    )


def down_conv(channels_in: int, channels_out: int) -> nn.Sequential:
    """Half the resolution: Conv2d(3, stride 2, padding 1), batch norm, GELU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, 2, 1), nn.BatchNorm2d(channels_out), nn.GELU()
    )


def up_conv(channels_in: int, channels_out: int) -> nn.Sequential:
    """Twice the resolution: ConvTranspose2d(4, stride 2, padding 1), batch norm, GELU."""
    return nn.Sequential(
        nn.ConvTranspose2d(channels_in, channels_out, 4, 2, 1),
        nn.BatchNorm2d(channels_out),
        nn.GELU(),
    )


def conv_block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(conv(channels_in, channels_out), conv(channels_out, channels_out))


def down_block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        down_conv(channels_in, channels_out), conv_block(channels_out, channels_out)
    )


def up_block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(up_conv(channels_in, channels_out), conv_block(channels_out, channels_out))


def flatten() -> nn.Sequential:
    """7 x 7 to 1 x 1."""
    return nn.Sequential(nn.AvgPool2d(7), nn.GELU())


def unflatten(channels: int) -> nn.Sequential:
    """1 x 1 to 7 x 7."""
    return nn.Sequential(
        nn.ConvTranspose2d(channels, channels, 7, 7, 0), nn.BatchNorm2d(channels), nn.GELU()
    )


def fc_block(features_in: int, features_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(features_in, features_out), nn.GELU(), nn.Linear(features_out, features_out)
    )


class UNet(nn.Module):
    """Predict an image from a noisy image of the same size (28 x 28, one channel).

    ``hidden`` is the width D of the network. With ``time=True`` the network also takes the time
    ``t`` in [0, 1]; with ``classes=10`` it also takes a row of class weights (one-hot, or all
    zeros where the class is withheld, as in classifier-free guidance, arXiv:2207.12598).

    Time is added to and class multiplies the two coarsest levels of the decoder:
    ``u = c1 * u + t1`` and ``up1 = c2 * up1 + t2``.
    """

    def __init__(self, hidden: int, *, time: bool = False, classes: int = 0) -> None:
        super().__init__()
        d = hidden
        self.enter = conv_block(1, d)
        self.down1 = down_block(d, d)
        self.down2 = down_block(d, 2 * d)
        self.flatten = flatten()
        self.unflatten = unflatten(2 * d)
        self.up1 = up_block(4 * d, d)
        self.up2 = up_block(2 * d, d)
        self.leave = nn.Sequential(conv_block(2 * d, d), nn.Conv2d(d, 1, 3, 1, 1))
        if time:
            self.time1, self.time2 = fc_block(1, 2 * d), fc_block(1, d)
        if classes:
            self.class1, self.class2 = fc_block(classes, 2 * d), fc_block(classes, d)
        self.time, self.classes = time, classes

    def forward(self, x: Tensor, t: Tensor | None = None, c: Tensor | None = None) -> Tensor:
        """``x`` is (B, 1, 28, 28), ``t`` (B,) in [0, 1], ``c`` (B, classes); returns x's shape."""
        a = self.enter(x)  #                                        (B,  D, 28, 28)
        b = self.down1(a)  #                                        (B,  D, 14, 14)
        z = self.down2(b)  #                                        (B, 2D,  7,  7)
        u = self.unflatten(self.flatten(z))  #                      (B, 2D,  7,  7)
        u = self.condition(u, t, c, level=1)
        up = self.up1(torch.cat([u, z], dim=1))  #                  (B,  D, 14, 14)
        up = self.condition(up, t, c, level=2)
        up = self.up2(torch.cat([up, b], dim=1))  #                 (B,  D, 28, 28)
        return self.leave(torch.cat([up, a], dim=1))

    def condition(self, h: Tensor, t: Tensor | None, c: Tensor | None, level: int) -> Tensor:
        """Scale features by the class and shift them by the time, where the network has them."""
        if self.classes:
            h = h * getattr(self, f"class{level}")(c)[:, :, None, None]
        if self.time:
            h = h + getattr(self, f"time{level}")(t[:, None])[:, :, None, None]
        return h
