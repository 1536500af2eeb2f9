"""The little world of Part A: the model that paints it, and the judge of what was painted."""

from typing import Any

import torch

from experiments.diffusion.classifier import judge
from experiments.diffusion.scene_judge import agreement, name_attributes, scene_classifier
from experiments.diffusion.scene_unet import SceneUNet, paint
from experiments.diffusion.scenes import pictures
from experiments.diffusion.schedule import cosine
from experiments.diffusion.train import train
from experiments.diffusion.weights import compact
from reportgen import Run, artifact


@artifact
def scenes_model(
    run: Run,
    *,
    widths: list[int] = (32, 64, 128),
    scenes: int = 100_000,
    epochs: int = 6,
    batch_size: int = 64,
    lr: float = 1.5e-3,
    lr_final: float = 3e-5,
    ema: float = 0.999,
) -> dict[str, Any]:
    """Text-conditional U-Net that predicts v on the cosine schedule, with averaged weights."""
    model = SceneUNet(tuple(widths))
    images, words = pictures(run.seed, scenes)
    history = train(
        run,
        model,
        images,
        words,
        objective=paint(cosine(1000)),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        lr_final=lr_final,
        ema=ema,
    )
    return {
        "weights": compact(model),
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": torch.tensor(history["loss"]),
        "training_seconds": history["seconds"],
    }


@artifact
def scenes_judge(
    run: Run,
    *,
    scenes: int = 20_000,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 3e-3,
    lr_final: float = 1e-4,
    test_scenes: int = 5_000,
) -> dict[str, Any]:
    """Classifier of subject, time, place and colour, tested on drawn scenes it never saw.

    It also learns the combinations that the model never sees, for it has to judge both alike.
    """
    model = scene_classifier()
    seen, left_out = pictures(run.seed, scenes), pictures(run.seed, scenes // 4, held_out=True)
    images, words = (torch.cat(parts) for parts in zip(seen, left_out, strict=True))
    train(
        run,
        model,
        images,
        words,
        objective=name_attributes(),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        lr_final=lr_final,
    )
    weights = compact(model)
    model.load_state_dict(weights)
    model.eval()
    floor = {}
    for name, held_out in (("seen", False), ("left_out", True)):
        x, truth = pictures(run.seed + 1, test_scenes, held_out=held_out)
        floor[name] = agreement(judge(model, x.float() / 255)[0], truth)
    return {"weights": weights, "floor": floor}
