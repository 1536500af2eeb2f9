"""A matplotlib figure in the colours of a light or a dark page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.media.charts import DARK_INK, LIGHT_INK

Colours = NDArray[np.float64]
GREY = 0.12  # chroma below which a colour is a shade of the page, not of the data
PROPERTIES = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


@contextmanager
def recoloured(figure: Any, change: Callable[[Colours], Colours]) -> Iterator[None]:
    """Every colour of the figure's texts, lines and areas changed, and afterwards put back."""
    undo: list[tuple[Callable[[Any], Any], Any]] = []
    for artist in _artists(figure):
        for name in PROPERTIES:
            undo += _change(artist, name, change)
    try:
        yield
    finally:
        for setter, old in reversed(undo):
            setter(old)


def _artists(figure: Any) -> Iterator[Any]:
    """All that has a colour of its own, once; not what maps values to colours."""
    for artist in figure.findobj():
        mapped = getattr(artist, "get_array", lambda: None)() is not None
        if not mapped and not hasattr(artist, "patch"):  # figure and axes pass it on to that
            yield artist
        for part in (getattr(artist, "_bbox_patch", None), getattr(artist, "arrow_patch", None)):
            if part is not None:  # of a text; not among the children
                yield part


def for_light(colours: Colours) -> Colours:
    """White becomes the page's background; all else stays."""
    from matplotlib.colors import to_rgb

    white = (colours[:, :3] >= 0.999).all(axis=1)
    changed = colours.copy()
    changed[white, :3] = to_rgb(LIGHT_INK.background)
    return changed


def for_dark(colours: Colours) -> Colours:
    """Greys run from the dark page's ink (black) to its background (white); hues get lighter."""
    from matplotlib.colors import to_rgb

    ink, page = np.array(to_rgb(DARK_INK.ink)), np.array(to_rgb(DARK_INK.background))
    rgb = colours[:, :3]
    light = rgb.mean(axis=1, keepdims=True)
    grey = np.ptp(rgb, axis=1, keepdims=True) < GREY
    inverted = ink + (page - ink) * light
    lifted = np.where(light < 0.6, rgb + (1 - rgb) * 0.4, rgb)
    tinted = np.where(light > 0.8, page + (rgb - 0.8) * 0.6, lifted)  # pale areas become dim ones
    changed = np.where(grey, inverted, tinted)
    return np.concatenate([np.clip(changed, 0, 1), colours[:, 3:]], axis=1)


def _change(
    artist: Any, name: str, change: Callable[[Colours], Colours]
) -> list[tuple[Callable[[Any], Any], Any]]:
    """Change one property; return how to put it back."""
    from matplotlib.colors import to_rgba_array

    getter, setter = (getattr(artist, f"{verb}_{name}", None) for verb in ("get", "set"))
    if getter is None or setter is None:
        return []
    old = getter()
    colours = to_rgba_array(old)
    if not colours.size:
        return []
    new = change(colours)
    setter(new if np.ndim(old) == 2 else tuple(new[0]))
    return [(setter, old)]
