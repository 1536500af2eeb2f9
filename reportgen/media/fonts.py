"""Fonts for pictures: DejaVu Sans, which matplotlib brings, and an installed one for other scripts.

Texts in a page are set by the page's own fonts; only pictures need to find one that has all their
letters. Letters that no font has are noted, so that one message can name them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

MISSING: set[str] = set()
PREFERRED = ("Noto Sans CJK", "Noto Sans", "Source Han Sans", "WenQuanYi", "Droid Sans Fallback")
HINT = "Install a font that has them (for Chinese, Japanese and Korean: Noto Sans CJK)."


@contextmanager
def noting_missing() -> Iterator[set[str]]:
    """The letters that no installed font has, of all that is drawn; none is warned of."""
    MISSING.clear()
    found: set[str] = set()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield found
    found |= MISSING


def families(texts: Sequence[str]) -> list[str]:
    """Font families that together have all letters of the texts, DejaVu Sans first."""
    return ["DejaVu Sans", *(family for family, _ in fallbacks(frozenset("".join(texts))))]


def font_file(text: str) -> Path:
    """The font for one text: DejaVu Sans, or the installed one that has its other letters."""
    found = fallbacks(frozenset(text))
    return Path(found[0][1]) if found else default_file()


def default_file() -> Path:
    """DejaVu Sans in matplotlib's folder."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


def fallbacks(letters: frozenset[str]) -> list[tuple[str, str]]:
    """(family, file) of the fonts that have what DejaVu Sans lacks; notes what none has."""
    chosen, lacking = search(letters)
    MISSING.update(lacking)
    return chosen


@cache
def search(letters: frozenset[str]) -> tuple[list[tuple[str, str]], set[str]]:
    """The fonts, as few as possible, and the letters that none has."""
    lacking = {c for c in letters if c.isprintable() and ord(c) not in charmap(str(default_file()))}
    chosen: list[tuple[str, str]] = []
    for family, file in installed() if lacking else []:
        has = {c for c in lacking if ord(c) in charmap(file)}
        if has:
            chosen.append((family, file))
            lacking -= has
        if not lacking:
            break
    return chosen, lacking


@cache
def installed() -> list[tuple[str, str]]:
    """(family, file) of the regular fonts that matplotlib knows, those of many scripts first."""
    from matplotlib.font_manager import fontManager

    real = (f for f in fontManager.ttflist if not f.name.startswith("Last Resort"))  # only boxes
    found = {(f.name, f.fname) for f in real if f.style == "normal"}

    def rank(entry: tuple[str, str]) -> tuple[int, bool, str, str]:
        places = [i for i, name in enumerate(PREFERRED) if entry[0].startswith(name)]
        return (places[0] if places else len(PREFERRED), "Bold" in entry[1], *entry)

    return sorted(found, key=rank)


@cache
def charmap(file: str) -> frozenset[int]:
    """The code points that a font has."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(file).get_charmap())
    except RuntimeError:  # not a font that FreeType reads
        return frozenset()
