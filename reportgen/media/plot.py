"""Plot: whatever a plotting library has drawn, for what Curve cannot say."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from reportgen.errors import ReportgenError
from reportgen.media import charts, markup, moving
from reportgen.media.adapt import STATIC, is_pixels, library, matplotlib_figure, static
from reportgen.media.base import Media
from reportgen.media.canvas import Canvas, View, picture
from reportgen.media.charts import DARK_INK, LIGHT_INK
from reportgen.media.export import csv_text, short
from reportgen.media.fonts import HINT, families, noting_missing
from reportgen.media.pixels import Pixels, as_pixels, check_varied
from reportgen.media.recolour import Colours, for_dark, for_light, recoloured

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


BLANK = 16  # px of the file that are left over and under what is drawn
READ_WHOLE = 440  # CSS px: a wider plot scrolls on a phone, where its letters could not be read


class Plot(Media):
    """A figure, drawn at once: pixels, the numbers of its lines and what it shows.

    Takes what matplotlib, seaborn, pandas and plotnine return (figures, axes, grids, plots), and
    charts of Plotly, Altair and Bokeh, which stay as they are on dark pages. White and what is
    transparent become the page's background. For dark pages a figure on white is drawn once more
    with its colours changed, unless ``dark`` gives a figure of its own or is False; one whose
    background has a colour stays as it is. Sizes are the figure's own, larger only where something
    stands outside of it, and without what is blank above and below; 6.65 in is the width of the
    text.

    ``interactive``: a chart of Plotly, Altair or Bokeh becomes the library's own when a reader asks
    for it; until then, on paper and without scripts it is the picture. The library's script (0.9 to
    4.8 MB) travels with the post and loads only then.
    """

    fields: ClassVar = ("figure", "dark", "lines", "summary", "wide", "interactive")

    def __init__(
        self,
        figure: Any,
        dark: Any = None,
        *,
        lines: list[dict[str, Any]] | None = None,
        summary: str = "",
        wide: bool = False,
        interactive: bool | Mapping[str, Any] = False,
    ) -> None:
        self.interactive = moving.chart(figure) if interactive is True else interactive or None
        if library(figure) in STATIC:
            figure, found, told = static(figure)
            lines, summary, dark = lines or found, summary or f"Plot: {told}" * bool(told), False
        elif not is_pixels(figure):
            figure = matplotlib_figure(figure) or figure
        drawn = hasattr(figure, "savefig")
        self.figure: Pixels = figure_pixels(figure, for_light, LIGHT_INK)
        check_varied(self.figure, "The plot")
        self.dark: Pixels | None = None
        if dark is None and drawn and on_paper(figure):
            self.dark = figure_pixels(figure, for_dark, DARK_INK)
        elif dark is not None and dark is not False:
            self.dark = figure_pixels(dark, None, DARK_INK)
        self.lines = lines if lines is not None else figure_lines(figure) if drawn else []
        self.summary = summary or (describe_plot(figure, self.lines) if drawn else "")
        self.wide = wide

    def view(self, canvas: Canvas) -> View:
        """The pixels as they were drawn, and the numbers of the lines as CSV."""
        light = charts.few_colours(without_blank(picture(self.figure)))
        width, height = light.size
        alt = canvas.told(self.summary or f"Plot of {width // 2} × {height // 2} pixels")
        name = canvas.picture(light)
        sources = self.dark_source(canvas)
        if webp := canvas.webp(light, name):
            sources += charts.source(webp, "image/webp", "image", light.size)
        inside = sources + markup.img(
            name, alt, (width // 2, height // 2), pixelated=False, fluid=True
        )
        html = markup.tag("picture", inside) if sources else inside
        if width // 2 > READ_WHOLE:
            html = markup.scroller(html, "Plot")
        if self.interactive and canvas.theme.moving:
            html = moving.box(html, self.interactive, canvas)
        return View(
            html=html,
            alt=alt,
            width=width // 2,
            wide=self.wide,
            composite=light,
            full=name,
            data=[canvas.text(lines_csv(self.lines), ".csv")] if self.lines else [],
        )

    def dark_source(self, canvas: Canvas) -> str:
        """The variant for dark pages, or ""."""
        if self.dark is None or not canvas.theme.dark:
            return ""
        dark = charts.few_colours(without_blank(picture(self.dark)))
        return charts.source(*charts.write_variant(canvas, dark, "dark"), "dark", dark.size)


def without_blank(image: Picture) -> Picture:
    """The picture without the rows above and below that have the colour of its corner only."""
    rows = np.asarray(image).reshape(image.height, -1, len(image.getbands()))
    drawn = np.flatnonzero((rows != rows[0, 0]).any(axis=(1, 2)))
    top = max(0, int(drawn[0]) - BLANK) // 2 * 2
    bottom = min(image.height, (int(drawn[-1]) + BLANK + 2) // 2 * 2)
    return image.crop((0, top, image.width, bottom))


def on_paper(figure: Any) -> bool:
    """Whether a figure and its axes have a white or clear background."""
    from matplotlib.colors import to_rgba

    faces = [figure.get_facecolor(), *(axes.get_facecolor() for axes in figure.axes)]
    return all(to_rgba(face)[3] < 0.1 or min(to_rgba(face)[:3]) > 0.85 for face in faces)


def figure_pixels(
    figure: Any, change: Callable[[Colours], Colours] | None, ink: charts.Ink
) -> Pixels:
    """The figure at 192 dpi as (H, W, 3) bytes; bytes stay as they are."""
    if not hasattr(figure, "savefig"):
        return as_pixels(figure, what="The plot")
    if not figure.axes and not figure.texts and not figure.patches and not figure.lines:
        raise ReportgenError("Plot got a figure with nothing on it.")
    with lettered(figure):
        figure.draw_without_rendering()  # makes ticks and legends, which have colours too
        with recoloured(figure, change) if change else nullcontext():
            return np.asarray(charts.figure_picture(figure, ink.background), dtype=np.uint8)


@contextmanager
def lettered(figure: Any) -> Iterator[None]:
    """Texts whose letters their font lacks have an installed one that has them, meanwhile.

    Warns once, with the letters that none has.
    """
    from matplotlib.text import Text

    changed = []
    with noting_missing() as missing:
        for text in figure.findobj(Text):
            found = families([text.get_text()])
            if len(found) > 1:
                changed.append((text, text.get_fontfamily()))
                text.set_fontfamily([*text.get_fontfamily(), *found])
        yield
    for text, before in changed:
        text.set_fontfamily(before)
    if missing:
        warnings.warn(f"No font here has {''.join(sorted(missing))}. {HINT}", stacklevel=4)


def figure_lines(figure: Any) -> list[dict[str, Any]]:
    """Label, x and y of every labelled line, in drawing order."""
    found: list[dict[str, Any]] = []
    for axes in figure.axes:
        for i, line in enumerate(axes.get_lines(), 1):
            label = str(line.get_label())
            x, y = (np.asarray(v, dtype=np.float64) for v in line.get_data())
            known = any(np.array_equal(x, f["x"]) and np.array_equal(y, f["y"]) for f in found)
            if len(x) > 1 and not known:
                name = f"line {i}" if label.startswith("_") or not label else label
                found.append({"name": name, "x": x, "y": y})
    return found


def describe_plot(figure: Any, lines: list[dict[str, Any]]) -> str:
    """Titles, axes and the ends of its lines, for an alt text."""
    told = []
    for axes in figure.axes:
        title, x, y = axes.get_title(), axes.get_xlabel(), axes.get_ylabel()
        text = f"{y} against {x}" if x and y else x or y
        told += [": ".join(part for part in (title, text) if part)]
    told += [f"{n['name']}: from {short(n['y'][0])} to {short(n['y'][-1])}" for n in lines]
    known = "; ".join(part for part in told if part)
    return f"Plot: {known}" if known else ""


def lines_csv(lines: list[dict[str, Any]]) -> str:
    """Rows (series, x, y)."""
    rows = [
        [line["name"], x, y]
        for line in lines
        for x, y in zip(line["x"].tolist(), line["y"].tolist(), strict=True)
    ]
    return csv_text(["series", "x", "y"], rows)
