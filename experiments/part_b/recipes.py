"""Part B, what a training is worth: one network by its learning rate and its epochs."""

from typing import Any

import torch
from torch import Tensor, nn

from experiments.diffusion.inference import in_batches
from experiments.diffusion.metrics import nearest
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.part_b.digits import CLASSES, DIGITS, classes, digit_referee
from experiments.part_b.models import class_states, conditional_model, few_steps, told
from experiments.part_b.scored import DECIMALS, SCORED, UNITS, scored
from reportgen import Grid, Run, Table, artifact, figure


@artifact
def recipes(
    run: Run,
    mnist: dict[str, Any],
    specified_rate: dict[str, Any],
    class_conditional: dict[str, Any],
    trained_longer: dict[str, Any],
    digit_judge: dict[str, Any],
    digit_neighbours: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    gamma: float = 1.75,
    images: int = 10_000,
    steps: int = 20,
    compared: int = 1000,
    batch_size: int = 250,
) -> dict[str, Any]:
    """The scores of one network by how it was trained, from the same starts in their class.

    With them, of the first ``compared`` samples of each: the ``smallest`` distance to a training
    image, and the share ``below`` the limit of ``digit_neighbours``.
    """
    trainings = {
        "specified_rate": specified_rate,
        "class_conditional": class_conditional,
        "trained_longer": trained_longer,
    }
    schedule, asked = linear(timesteps), classes(slice(images))
    start = class_states(run, mnist, schedule, images)
    referee = digit_referee(mnist, digit_judge, run.device)
    reference = as_unit(torch.from_numpy(mnist["train_images"][:, None].copy()))
    scores, shown = {}, {}
    for name, trained in trainings.items():
        network = conditional_model(trained, run.device)

        def draw(part: slice, network: nn.Module = network) -> Tensor:
            predict = told(network, schedule, predicts, classes(part), gamma)
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        pixels = in_batches(run, name, images, draw, batch_size)
        distances, _ = nearest(as_unit(pixels[:compared]), reference)
        scores[name] = {
            "epochs": len(trained["samples"]),
            "lr": float(trained["rates"].max()),
            "ends_at": float(trained["rates"][-1]),
            "smallest": float(distances.min()),
            "below": float((distances < digit_neighbours["limit"]).double().mean()),
            **referee.score(pixels, asked, run.generator("interval")),
        }
        shown[name] = pixels[:CLASSES]
    return {"names": list(scores), "scores": scores, "shown": shown}


@figure(
    "B.3-longer",
    caption="The same ten starts, drawn by the network after each training; γ = {recipes.gamma:g}.",
)
def digits_by_recipe(recipes: dict[str, Any]) -> Grid:
    tiles = [recipes["shown"][name].squeeze(1) for name in recipes["names"]]
    return Grid(tiles, [recipe(recipes["scores"][name]) for name in recipes["names"]], DIGITS)


@figure(
    "B.3-recipes",
    caption="One network by its training, over {recipes.images:,} samples each: DDIM in "
    "{recipes.steps} steps at γ = {recipes.gamma:g}, begun as draws from the Gaussian of the class "
    "under the same noise, with 95\u00a0% intervals. The cosine rises to its rate in a short "
    "warm-up and falls to nothing; the specified rate falls to a tenth, once an epoch.",
)
def recipes_table(recipes: dict[str, Any]) -> Table:
    scores = [recipes["scores"][name] for name in recipes["names"]]
    return Table(
        [
            [recipe(score), f"{score['lr']:.1g}", *scored(score), score["diversity"]]
            for score in scores
        ],
        ["training", "learning rate", *SCORED, "diversity"],
        units=UNITS,
        digits={**DECIMALS, "diversity": 1},
    )


def recipe(score: dict[str, Any]) -> str:
    """What tells a training from the others, as its label."""
    how = "cosine" if score["ends_at"] < score["lr"] / 100 else "as specified"
    return f"{score['epochs']} epoch{'s' * (score['epochs'] > 1)}, {how}"
