"""Part A, how good the pictures are: a distance beside agreement, and a judge that may doubt."""

from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.classifier import Classifier
from experiments.diffusion.metrics import (
    frechet_distance,
    frechet_interval,
    share_interval,
    with_interval,
)
from experiments.diffusion.objectives import noise_like
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.hybrids import far_and_near
from experiments.part_a.painting import from_bytes, painted, random_words, to_bytes
from experiments.world.doubt import Doubt, features_of, fit_doubt
from experiments.world.judge import load_judge, read
from experiments.world.scenes import pictures
from reportgen import Curve, Panels, Run, Table, artifact, figure


@artifact
def picture_quality(
    run: Run,
    scenes_model: dict[str, Any],
    scenes_judge: dict[str, Any],
    *,
    gammas: list[float] = (0.25, 0.5, 0.75, 1.0, 2.0, 4.0, 7.0, 10.0),
    samples: int = 500,
    drawn: int = 4000,
) -> dict[str, Any]:
    """Samples at every guidance scale beside drawn scenes, in the features of the judge.

    ``frechet`` with its interval, the share ``all`` that shows all four words, and the share that
    is like no drawn scene (``neither``), each with its 95 % interval. ``floor`` is what as many
    drawn scenes have, over several disjoint sets. The same prompts and noise at all scales.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    judge = load_judge(scenes_judge["weights"])
    doubt, real, fresh = doubting(judge, run.seed, drawn)
    asked, found = random_words(run.seed + 1, samples), {}
    for gamma in gammas:
        pixels = painted(run, model, asked, gamma, f"guidance {gamma:g}")
        generator = run.generator(f"interval {gamma:g}")
        found[f"{gamma:g}"] = scores(judge, doubt, real, pixels, asked, generator)
    sets = [frechet_distance(part, real) for part in fresh.split(samples) if len(part) == samples]
    best = min(found, key=lambda gamma: found[gamma]["frechet"])
    return {
        "gammas": list(gammas),
        "scores": found,
        "best": best,
        "floor": {"mean": sum(sets) / len(sets), "least": min(sets), "most": max(sets)},
    }


def doubting(judge: Classifier, seed: int, drawn: int) -> tuple[Doubt, Tensor, Tensor]:
    """The judge's doubt, fitted to ``drawn`` scenes, with a limit from as many others.

    Returns the features (N, F) of both sets with it.
    """
    images, words = pictures(seed, 2 * drawn)
    real, fresh = features_of(judge, images).split(drawn)
    return fit_doubt(real, words[:drawn, 0], fresh), real, fresh


def scores(
    judge: Classifier,
    doubt: Doubt,
    real: Tensor,
    pixels: Tensor,
    asked: Tensor,
    generator: Generator,
) -> dict[str, Any]:
    """What ``picture_quality`` records of one scale, from its pictures, uint8 (N, 3, H, W)."""
    features = features_of(judge, pixels)
    found: dict[str, Any] = {
        "frechet": frechet_distance(features, real),
        "frechet_interval": list(frechet_interval(features, real, generator)),
    }
    right = (read(judge, pixels) == asked).all(1)
    for name, those in {"all": right, "neither": doubt.neither(features)}.items():
        found[name] = float(those.double().mean())
        found[f"{name}_interval"] = list(share_interval(int(those.sum()), len(those)))
    return found


@figure(
    "A.6g",
    caption="Picture quality against guidance scale, over {picture_quality.samples} samples at "
    "each: (a) the Fréchet distance from drawn scenes in the judge's features (as many drawn "
    "scenes have {picture_quality.floor.mean:.1f}), (b) the share that is like no drawn scene. "
    "Bands are 95\u00a0% intervals.",
)
def quality_curves(picture_quality: dict[str, Any]) -> Panels:
    return Panels(
        {
            "distance": over_scales(picture_quality, "frechet", "Fréchet distance", 1.0),
            "neither": over_scales(picture_quality, "neither", "read as neither, %", 100.0),
        }
    )


def over_scales(quality: dict[str, Any], measure: str, y: str, unit: float) -> Curve:
    """One measure against the scale, with its band."""
    rows = [quality["scores"][f"{gamma:g}"] for gamma in quality["gammas"]]
    line, band = with_interval(rows, measure, unit)
    lines = {"painted": (list(quality["gammas"]), line)}
    return Curve(lines, x="guidance scale γ", y=y, bands={"painted": band})


@artifact
def judge_in_doubt(
    run: Run, scenes_judge: dict[str, Any], *, drawn: int = 4000, samples: int = 1000
) -> dict[str, Any]:
    """The share of pictures that the judge calls neither, for drawn scenes and corrupted ones.

    The limit is set so that one drawn scene in a hundred is refused, on scenes of its own.
    """
    judge = load_judge(scenes_judge["weights"])
    doubt, _, _ = doubting(judge, run.seed, drawn)
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
    return {"blurred": blurred, **{name: to_bytes(image) for name, image in spoilt.items()}}


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
