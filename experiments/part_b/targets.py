"""Part B, what to predict and how fast to learn it: trainings that differ in one thing."""

from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.inference import in_batches
from experiments.diffusion.objectives import one_hot
from experiments.diffusion.samplers import euler, final
from experiments.diffusion.schedule import linear
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from experiments.diffusion.weights import compact
from experiments.part_b.class_conditional import class_conditional
from experiments.part_b.digits import CLASSES, as_bytes, classes, digit_referee, starts
from experiments.part_b.models import (
    PREDICT,
    RATES,
    beginning,
    conditional_model,
    few_steps,
    first_states,
    led,
    told,
)
from experiments.part_b.scored import DECIMALS, SCORED, UNITS, scored
from reportgen import Grid, Run, Table, artifact, figure

RIVALS = {
    "eps": ("eps", "falls by epoch"),
    "v": ("v", "falls by epoch"),
    "v_cosine": ("v", "cosine"),
}
"""What each rival of the short contest predicts, and how its learning rate falls."""


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
    lr_cosine: float = 3e-3,
    train_images: int = 30_000,
    steps: int = 20,
    images: int = 1000,
) -> dict[str, Any]:
    """The class-conditional network trained briefly and alike, but for target and learning rate.

    ``lr_cosine`` is the first rate where it falls as a cosine; larger than ``lr``, since a warm-up
    allows it.
    """
    schedule, judge = linear(timesteps), digit_referee(mnist, digit_judge, run.device)
    x = as_images(mnist["train_images"][:train_images]) * 2 - 1
    labels = as_labels(mnist["train_labels"][:train_images])
    start = beginning(x.mean(0), schedule, starts(run, images))
    asked, result = classes(slice(images)), {}
    for name, (target, rate) in RIVALS.items():
        torch.manual_seed(run.seed)  # the same first weights
        model = UNet(hidden, time=True, classes=CLASSES)
        train(
            Rival(run, name),
            model,
            x,
            labels,
            objective=PREDICT[target](schedule, one_hot(CLASSES, drop)),
            epochs=epochs,
            batch_size=batch_size,
            lr=lr_cosine if rate == "cosine" else lr,
            rate=RATES[rate](epochs),
        )
        shipped = conditional_model({"weights": compact(model)}, run.device)

        def draw(part: slice, model: nn.Module = shipped, target: str = target) -> Tensor:
            predict = told(model, schedule, target, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, f"{name} samples", images, draw, 250)
        score = judge.score(pixels, asked, run.generator("interval"))
        result[name] = {"shown": pixels[:CLASSES], **score}
    return result


class Rival:
    """A run that shares all its randomness with others, but no checkpoint."""

    def __init__(self, run: Run, name: str) -> None:
        self.run, self.name = run, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)

    def checkpoint(self, name: str) -> Any:
        return self.run.checkpoint(f"{self.name} {name}")


@artifact
def other_target(
    run: Run,
    mnist: dict[str, Any],
    *,
    hidden: int = 16,
    predicts: str = "eps",
    epochs: int = 6,
    lr: float = 3e-3,
    rate: str = "cosine",
) -> dict[str, Any]:
    """The class-conditional network once more, trained to predict the other target."""
    settings = {"hidden": hidden, "epochs": epochs, "lr": lr, "rate": rate}
    return class_conditional(run, mnist, predicts=predicts, instances=1, **settings)


@artifact
def digit_targets(
    run: Run,
    mnist: dict[str, Any],
    class_conditional: dict[str, Any],
    other_target: dict[str, Any],
    flow_matching: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: list[str] = ("v", "eps"),
    timesteps: int = 300,
    gamma: float = 2.0,
    steps: int = 20,
    images: int = 2000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """The scores of three whole trainings that differ in what the network predicts.

    ``predicts`` names the targets of ``class_conditional`` and ``other_target``. Diffusion by DDIM
    and flow by Euler's method, in as many steps from the same noise.
    """
    schedule, judge = linear(timesteps), digit_referee(mnist, digit_judge, run.device)
    trained = dict(zip(predicts, (class_conditional, other_target), strict=True))
    start = first_states(run, class_conditional, schedule, images)
    noise, asked, scores = starts(run, images), classes(slice(images)), {}
    for target in (*trained, "flow"):
        model = conditional_model(trained.get(target, flow_matching), run.device)

        def draw(part: slice, model: nn.Module = model, target: str = target) -> Tensor:
            if target == "flow":
                velocity = led(model, classes(part).to(run.device), gamma)
                return as_bytes(final(euler(velocity, noise[part].to(run.device), steps)))
            predict = told(model, schedule, target, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, target, images, draw, batch_size)
        scores[target] = judge.score(pixels, asked, run.generator("interval"))
    return {"targets": list(scores), "scores": scores}


NAMES = {"eps": "the noise ε", "v": "the velocity v", "flow": "the direction x − n (flow)"}


@figure(
    "B.2-target",
    caption="Trainings of {prediction_targets.epochs} epoch each on "
    "{prediction_targets.train_images:,} digits, with the same first weights, batches and noise. "
    "The first two differ in what the network predicts, the last two in the learning rate alone. "
    "Samples at γ = {prediction_targets.gamma:g} from the same noise.",
)
def eps_against_v(prediction_targets: dict[str, Any]) -> Grid:
    rows = {"ε": "eps", "v": "v", "v, cosine": "v_cosine"}
    return Grid(
        [prediction_targets[name]["shown"].squeeze(1) for name in rows.values()],
        row_labels=list(rows),
        column_labels=[str(digit) for digit in range(CLASSES)],
    )


@figure(
    "B.2-target-table",
    caption="The same trainings over {prediction_targets.images:,} samples each, with 95\u00a0% "
    "intervals. The learning rate is {prediction_targets.lr:g}, which is constant within an epoch; "
    "the cosine rises to {prediction_targets.lr_cosine:g} and falls to nothing.",
)
def short_trainings(prediction_targets: dict[str, Any]) -> Table:
    rows = {
        "ε": ("eps", "as specified"),
        "v": ("v", "as specified"),
        "v, cosine": ("v_cosine", "warm-up and cosine"),
    }
    return Table(
        [[label, rate, *scored(prediction_targets[name])] for label, (name, rate) in rows.items()],
        ["predicts", "learning rate", *SCORED],
        units=UNITS,
        digits=DECIMALS,
    )


@figure(
    "B.4-targets",
    caption="What to predict: three whole trainings of the same network, equal in images, batches "
    "and learning rate, over {digit_targets.images:,} samples each at "
    "γ = {digit_targets.gamma:g} in {digit_targets.steps} steps, with 95\u00a0% intervals.",
)
def targets_table(digit_targets: dict[str, Any]) -> Table:
    scores = digit_targets["scores"]
    rows = [
        [NAMES[target], *scored(scores[target]), scores[target]["diversity"]]
        for target in digit_targets["targets"]
    ]
    return Table(
        rows,
        ["the network predicts", *SCORED, "diversity"],
        units=UNITS,
        digits={**DECIMALS, "diversity": 1},
    )
