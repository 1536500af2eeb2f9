"""Part B, what to predict: two targets, everything else alike."""

from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.inference import in_batches
from experiments.diffusion.objectives import one_hot
from experiments.diffusion.schedule import linear
from experiments.diffusion.train import falls_by_epoch, train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from experiments.part_b.digits import CLASSES, classes, digit_referee, starts
from experiments.part_b.models import PREDICT, conditional_model, few_steps, told
from reportgen import Grid, Run, artifact, figure


@artifact
def prediction_targets(
    run: Run,
    mnist: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    hidden: int = 16,
    timesteps: int = 300,
    drop: float = 0.1,
    gamma: float = 5.0,
    epochs: int = 1,
    batch_size: int = 128,
    lr: float = 1e-3,
    train_images: int = 30_000,
    steps: int = 20,
    images: int = 1000,
) -> dict[str, Any]:
    """The class-conditional network trained twice, briefly and alike, to predict eps and v."""
    schedule, judge = linear(timesteps), digit_referee(mnist, digit_judge, run.device)
    x = as_images(mnist["train_images"][:train_images]) * 2 - 1
    labels = as_labels(mnist["train_labels"][:train_images])
    start, asked = starts(run, images), classes(slice(images))
    result: dict[str, Any] = {}
    for target in PREDICT:
        torch.manual_seed(run.seed)  # the same first weights
        model = UNet(hidden, time=True, classes=CLASSES)
        train(
            Rival(run, target),
            model,
            x,
            labels,
            objective=PREDICT[target](schedule, one_hot(CLASSES, drop)),
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            rate=falls_by_epoch(epochs),
        )
        shipped = conditional_model({"weights": compact(model)}, run.device)

        def draw(part: slice, model: nn.Module = shipped, target: str = target) -> Tensor:
            predict = told(model, schedule, target, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"{target} samples", images, draw, 250)
        result[target] = {"shown": pixels[:CLASSES], **judge.score(pixels, asked)}
    return result


class Rival:
    """A run that shares all its randomness with others, but no checkpoint."""

    def __init__(self, run: Run, name: str) -> None:
        self.run, self.name = run, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)

    def checkpoint(self, name: str) -> Any:
        return self.run.checkpoint(f"{self.name} {name}")


@figure(
    "B.2-target",
    caption="Two trainings that differ in one thing, what the network predicts: {prediction_targets"
    ".epochs} epoch each on {prediction_targets.train_images:,} digits, the same first weights, "
    "batches and noise. Samples at γ = {prediction_targets.gamma:g} from the same noise.",
)
def eps_against_v(prediction_targets: dict[str, Any]) -> Grid:
    rows = {"ε": prediction_targets["eps"], "v": prediction_targets["v"]}
    return Grid(
        [row["shown"].squeeze(1) for row in rows.values()],
        row_labels=[f"{name}, {100 * row['accuracy']:.1f} % right" for name, row in rows.items()],
        column_labels=[str(digit) for digit in range(CLASSES)],
    )
