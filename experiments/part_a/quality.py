"""Part A, whether the judge can doubt: how often it says neither, of scenes drawn and spoilt."""

from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.metrics import share_interval
from experiments.diffusion.objectives import noise_like
from experiments.part_a.hybrids import far_and_near
from experiments.part_a.painting import as_bytes, from_bytes
from experiments.world.doubt import features_of, fit_doubt
from experiments.world.judge import load_judge
from experiments.world.scenes import pictures
from reportgen import Run, Table, artifact, figure


@artifact
def judge_in_doubt(
    run: Run, scenes_judge: dict[str, Any], *, drawn: int = 4000, samples: int = 1000
) -> dict[str, Any]:
    """The share of pictures that the judge calls neither, for drawn scenes and corrupted ones.

    The limit is set so that one drawn scene in a hundred is refused, on scenes of its own.
    """
    judge = load_judge(scenes_judge["weights"])
    images, words = pictures(run.seed, 2 * drawn)
    features = features_of(judge, images)
    doubt = fit_doubt(features[:drawn], words[:drawn, 0], features[drawn:])
    scenes, _ = pictures(run.seed + 1, samples)
    kinds = {"as drawn": scenes, **corrupted(scenes, run.generator("noise"))}
    counts = {
        name: int(doubt.neither(features_of(judge, pixels)).sum()) for name, pixels in kinds.items()
    }
    return {
        "share": {name: count / samples for name, count in counts.items()},
        "interval": {name: list(share_interval(count, samples)) for name, count in counts.items()},
    }


def corrupted(scenes: Tensor, generator: Generator) -> dict[str, Tensor]:
    """Ways to spoil scenes, uint8 (N, 3, H, W), each by name."""
    x, other = from_bytes(scenes), from_bytes(scenes.roll(1, 0))
    half = scenes.shape[-1] // 2
    beside = torch.cat([x[..., :half], other[..., half:]], -1)
    upper, lower = x[..., :half, :], x[..., half:, :]
    noise = noise_like(x, generator)
    spoilt = {
        "noise of σ = 0.1": x + 0.2 * noise,
        "noise of σ = 0.25": x + 0.5 * noise,
        "two halves of two scenes": beside,
        "the mean of two scenes": (x + other) / 2,
        "upper and lower half exchanged": torch.cat([lower, upper], -2),
        "negative": -x,
    }
    blurred, _ = far_and_near(4.0)(scenes)
    return {"blurred": blurred, **{name: as_bytes(image) for name, image in spoilt.items()}}


@figure(
    "A.6f",
    caption="How often the judge says neither: {judge_in_doubt.samples:,} drawn scenes, and the "
    "same ones spoilt. Its limit lets one drawn scene in a hundred be refused.",
)
def doubt_table(judge_in_doubt: dict[str, Any]) -> Table:
    share, interval = judge_in_doubt["share"], judge_in_doubt["interval"]
    rows = [[name, *(100 * v for v in (share[name], *interval[name]))] for name in share]
    columns = ["neither", "from", "to"]
    return Table(
        rows,
        ["scenes", *columns],
        units=dict.fromkeys(columns, "%"),
        digits=dict.fromkeys(columns, 1),
    )
