"""Part B, the columns that every table of samples has: shares and distances with intervals."""

from typing import Any

SCORED = ["as asked", "as asked, interval", "Fréchet distance", "Fréchet, interval"]

UNITS = {"as asked": "%", "as asked, interval": "%"}

DECIMALS = {"as asked": 1, "Fréchet distance": 1}
"""One decimal: the second is within what another set of as many samples would change."""


def scored(score: dict[str, Any]) -> list[str | float]:
    """The cells under `SCORED` of what a referee says of one set of samples."""
    low, high = (100 * share for share in score["accuracy_interval"])
    least, most = (max(0.0, distance) for distance in score["frechet_interval"])
    return [
        100 * score["accuracy"],
        f"{low:.1f} to {high:.1f}",
        score["frechet"],
        f"{least:.1f} to {most:.1f}",
    ]
