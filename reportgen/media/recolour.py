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
    """All that has a colour of its own, once; not what maps values to colours, or lies on that."""
    kept = {part for axes in figure.axes for part in _on_a_map(axes)}
    for artist in figure.findobj():
        if _maps(artist) or artist in kept:
            continue
        if not hasattr(artist, "patch"):  # figure and axes pass it on to that
            yield artist
        for part in (getattr(artist, "_bbox_patch", None), getattr(artist, "arrow_patch", None)):
            if part is not None:  # of a text; not among the children
                yield part


def _maps(artist: Any) -> bool:
    """Whether it maps values to colours, which are the same on every page."""
    return getattr(artist, "get_array", lambda: None)() is not None


def _on_a_map(axes: Any) -> Iterator[Any]:
    """What is drawn in axes that a map fills: chosen to be seen on it, whatever the page."""
    from matplotlib.axis import Axis
    from matplotlib.spines import Spine

    around = {axes.patch, axes.title, axes._left_title, axes._right_title}
    inside = [
        a for a in axes.get_children() if not isinstance(a, (Axis, Spine)) and a not in around
    ]
    grounds = [_extent(artist).padded(1) for artist in inside if _maps(artist)]
    if any(g.contains(*axes.bbox.min) and g.contains(*axes.bbox.max) for g in grounds):
        for artist in inside:
            yield from artist.findobj()


def _extent(artist: Any) -> Any:
    """Where an artist lies, in pixels; matplotlib does not say it of contours."""
    from matplotlib.transforms import Bbox

    box = artist.get_window_extent()
    if np.isfinite(box.extents).all():
        return box
    paths = (path for path in artist.get_paths() if len(path.vertices))
    return Bbox.union([path.get_extents(artist.get_transform()) for path in paths] or [Bbox.null()])


def for_light(colours: Colours) -> Colours:
    """White becomes the page's background; all else stays."""
    from matplotlib.colors import to_rgb

    white = (colours[:, :3] >= 0.999).all(axis=1)
    changed = colours.copy()
    changed[white, :3] = to_rgb(LIGHT_INK.background)
    return changed


def for_dark(colours: Colours) -> Colours:
    """Greys run from the dark page's ink (black) to its background (paper); hues get lighter."""
    from matplotlib.colors import to_rgb

    ink, page = np.array(to_rgb(DARK_INK.ink)), np.array(to_rgb(DARK_INK.background))
    rgb = colours[:, :3]
    light = rgb.mean(axis=1, keepdims=True)
    grey = np.ptp(rgb, axis=1, keepdims=True) < GREY
    paper = np.mean(to_rgb(LIGHT_INK.background))
    inverted = ink + (page - ink) * np.minimum(light / paper, 1)
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
