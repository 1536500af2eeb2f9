"""The HTML of figures. Inline styles carry what a theme that knows nothing of us must have."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.media.canvas import ASSETS
from reportgen.media.labels import label_html, text_html

GAP = 14  # CSS px between tiles
TWO_A_ROW = f"calc(50% - {GAP // 2}px)"
LABEL = "font-size:.8125rem;line-height:1.45"


def tag(name: str, content: str | None = None, **attributes: str | int | None) -> str:
    """An element; ``content`` None makes a void tag. ``class_`` is class, ``_`` becomes ``-``."""
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{text} />" if content is None else f"<{name}{text}>{content}</{name}>"


def img(
    name: str,
    alt: str,
    size: tuple[int, int],
    *,
    pixelated: bool = True,
    fluid: bool = False,
    style: str = "",
) -> str:
    """An image of (width, height) CSS px: never wider than its column, lazy.

    Its style says the width too, as some themes stretch all images of a figure; a ``fluid`` one,
    a file of two pixels for one of the page, may be stretched.
    """
    look = "image-rendering:pixelated;" if pixelated else ""
    look += "" if fluid else f"width:{size[0]}px;"
    return tag(
        "img",
        class_="px" if pixelated else None,
        src=f"{ASSETS}/{name}",
        srcset=f"{ASSETS}/{name} 2x" if fluid else None,
        alt=alt,
        width=size[0],
        height=size[1],
        loading="lazy",
        style=f"{look}{style or 'max-width:100%;'}height:auto",
    )


def tile_grid(
    tiles: Sequence[str],
    width: int,
    *,
    class_: str = "panels",
    element: str = "div",
    least: str = TWO_A_ROW,
) -> str:
    """Tiles side by side, ``width`` CSS px each, as many a row as fit.

    Where the page is narrow they shrink to ``least``: two a row.
    """
    columns = f"repeat(auto-fill,min({width}px,{least}))"
    style = f"display:grid;gap:{GAP}px;justify-content:start;grid-template-columns:{columns}"
    if element != "div":
        style += ";list-style:none;margin:0;padding:0"
    return tag(element, "".join(tiles), class_=class_, style=style)


def tile(
    content: str,
    label: str | None,
    *,
    width: int,
    id_: str | None = None,
    element: str = "div",
) -> str:
    """One tile of a ``tile_grid`` with the label (HTML) under it."""
    below = tag("p", label, style=f"margin:.45rem 0 0;{LABEL}") if label else ""
    style = f"min-width:0;max-width:min({width}px,100%);margin:0"
    return tag(element, content + below, class_="panel", id_=id_, style=style)


def scroller(content: str, what: str) -> str:
    """A box that scrolls sideways where the page is narrow, by keyboard too."""
    return tag(
        "div",
        content,
        class_="sheet",
        tabindex=0,
        role="group",
        aria_label=f"{what}, scrolls sideways on small screens",
        style="overflow-x:auto;max-width:100%",
    )


def heads(labels: Sequence[str], *, column: int = 1, class_: str = "heads") -> str:
    """Labels over (or under) the equal columns of a sheet, which alone decides their width."""
    style = (
        "display:grid;grid:auto/auto-flow minmax(0,1fr);width:0;min-width:100%;text-align:center;"
        f"align-items:{'start' if class_ == 'heads below' else 'end'}"
    )
    if column > 1:
        style += f";grid-column:{column}"
    return tag("div", _spans(labels), class_=class_, style=style)


def rows(labels: Sequence[str]) -> str:
    """Labels beside the equal rows of a sheet."""
    style = "display:grid;grid-auto-rows:1fr;align-items:center"
    return tag("div", _spans(labels), class_="rows", style=style)


def _spans(labels: Sequence[str]) -> str:
    return "".join(tag("span", label_html(label)) for label in labels)


def _attribute(value: str | int) -> str:
    text = str(value)
    if text.startswith(ASSETS):  # the one brace that is ours
        return ASSETS + text_html(text[len(ASSETS) :])
    return text_html(text)
