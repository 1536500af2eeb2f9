"""Small networks of the real classes, untrained: every experiment of Part A runs on them."""

import torch
from torch import Tensor, nn

from experiments.diffusion.weights import compact
from experiments.world.judge import scene_classifier
from experiments.world.network import SceneUNet


def small_unet(seed: int = 0) -> SceneUNet:
    """A small network whose last layer, which begins as zero, says something."""
    torch.manual_seed(seed)
    model = SceneUNet((8, 16, 24))
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.1)
    return model.eval()


def scenes_model() -> dict[str, dict[str, Tensor]]:
    return {"weights": compact(small_unet())}


def scenes_judge() -> dict[str, dict[str, Tensor]]:
    torch.manual_seed(0)
    return {"weights": compact(scene_classifier(width=16).eval())}
