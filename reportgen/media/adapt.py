"""From what plotting libraries return to one of our media.

A library is known by the module of the object's class, so that none need be installed. Those that
draw with matplotlib give a figure; Plotly, Altair and Bokeh give pixels and their data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from reportgen.errors import ReportgenError
from reportgen.media.base import Media


def as_media(value: Any, what: str) -> Media:
    """The media that a figure function returned, or made of what it returned.

    Takes media, whatever ``Plot`` takes, PIL images and data frames. Raises ReportgenError for
    anything else, naming its type.
    """
    from reportgen.media.image import Image
    from reportgen.media.plot import Plot
    from reportgen.media.table import Table

    if isinstance(value, Media):
        return value
    if is_frame(value):
        return Table(value)
    if hasattr(value, "convert") and hasattr(value, "getbands"):
        return Image(value)
    if library(value) in STATIC:
        return Plot(value)
    if (figure := matplotlib_figure(value)) is not None:
        return Plot(figure)
    hint = "Return one of reportgen's media, or what a plotting library returns."
    if value is None:
        hint = "End with: return figure. After pyplot's functions: return plt.gcf()."
    raise ReportgenError(f"{what} returned {article(value)}, not media.", hint=hint)


def article(value: Any) -> str:
    """``None``, ``a dict``, ``an int``."""
    name = type(value).__name__
    return "None" if value is None else f"a{'n' * (name[0].lower() in 'aeiou')} {name}"


def library(value: Any) -> str:
    """The package of the object's class, such as "plotly"."""
    return type(value).__module__.partition(".")[0]


def is_pixels(value: Any) -> bool:
    """Whether this is an array of numbers, not of axes."""
    return isinstance(value, np.ndarray) and value.dtype != object


def is_frame(value: Any) -> bool:
    """Whether this is a data frame or series of pandas or a data frame of polars."""
    if hasattr(value, "to_frame") and hasattr(value, "iloc"):
        return True
    return hasattr(value, "columns") and (hasattr(value, "to_dicts") or hasattr(value, "iloc"))


def frame_rows(frame: Any) -> tuple[list[list[Any]], list[str]]:
    """Rows and columns of a data frame; what is missing is None, an index with names is kept."""
    if hasattr(frame, "to_dicts"):
        return [list(row) for row in frame.rows()], [str(name) for name in frame.columns]
    frame = frame.to_frame() if hasattr(frame, "to_frame") else frame
    numbered = type(frame.index).__name__ == "RangeIndex" and frame.index.name is None
    if not numbered:
        names = [name or "" for name in frame.index.names]
        frame = frame.reset_index(names=[name or f"level {i}" for i, name in enumerate(names)])
        if names == [""]:
            frame = frame.rename(columns={"level 0": ""})
    columns = [
        " ".join(str(part) for part in name if part != "") if isinstance(name, tuple) else str(name)
        for name in frame.columns
    ]
    series = [frame.iloc[:, i] for i in range(len(columns))]
    cells = [
        [None if gone else plain(cell) for cell, gone in zip(column, column.isna(), strict=True)]
        for column in series
    ]
    return [list(row) for row in zip(*cells, strict=True)], columns


def plain(cell: Any) -> Any:
    """A cell as a JSON scalar: dates as ISO text, NumPy scalars as Python's."""
    if hasattr(cell, "isoformat"):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    cell = cell.item() if hasattr(cell, "item") else cell
    return cell if isinstance(cell, (str, int, float)) else str(cell)


def matplotlib_figure(value: Any) -> Any:
    """The matplotlib figure in or behind a value, or None.

    Figures, axes and artists, arrays and tuples of them; the grids and objects of seaborn;
    plotnine's plots.
    """
    if hasattr(value, "savefig") and hasattr(value, "axes") and library(value) == "matplotlib":
        return value
    if library(value) == "plotnine":
        return value.draw()
    if type(value).__module__.startswith("seaborn._core"):
        from matplotlib.figure import Figure

        value.on(drawn := Figure()).plot()
        return drawn
    if isinstance(value, np.ndarray) and not is_pixels(value):
        value = list(value.flat)
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return next((f for f in map(matplotlib_figure, value) if f is not None), None)
    figure = getattr(value, "figure", None)
    return matplotlib_figure(figure) if figure is not None and figure is not value else None


Lines = list[dict[str, Any]]
"""``name``, ``x`` and ``y`` of each line of numbers."""


def static(value: Any) -> tuple[Any, Lines, str]:
    """Pixels (H, W, 3), lines and summary of a chart of Plotly, Altair or Bokeh."""
    return STATIC[library(value)](value)


def plotly(figure: Any) -> tuple[Any, Lines, str]:
    """A Plotly figure, drawn by the browser from Plotly's own script."""
    from reportgen.media.browser import screenshot

    layout = figure.layout
    width, height = layout.width or 640, layout.height or 400
    still = figure.to_html(include_plotlyjs=True, full_html=True, config={"staticPlot": True},
                           default_width=f"{width}px", default_height=f"{height}px")  # fmt: skip
    pixels = screenshot(still, int(width), int(height))
    title, x, y = (str(part.title.text or "") for part in (layout, layout.xaxis, layout.yaxis))
    traces = [
        line(trace.name or f"line {i}", trace.x, trace.y)
        for i, trace in enumerate(figure.data, 1)
        if getattr(trace, "x", None) is not None and getattr(trace, "y", None) is not None
    ]
    return pixels, [found for found in traces if found], summary(title, x, y)


def altair(chart: Any) -> tuple[Any, Lines, str]:
    """An Altair chart, drawn by vl-convert, which needs no browser."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    try:
        chart.save(buffer, format="png", scale_factor=2)
    except (ImportError, ValueError) as error:
        if "vl-convert" not in str(error) and "vl_convert" not in str(error):
            raise
        raise ReportgenError(
            "An Altair chart is drawn with 'vl-convert-python', which is not installed.",
            hint="Install it with: pip install vl-convert-python",
        ) from None
    spec = chart.to_dict()
    first: dict[str, Any] = next(iter(spec.get("layer", ())), {})
    encoding = spec.get("encoding") or first.get("encoding", {})
    x, y = (axis_name(encoding.get(axis)) for axis in ("x", "y"))
    title = spec.get("title", "")
    title = title.get("text", "") if isinstance(title, Mapping) else title
    rows = [row for rows in spec.get("datasets", {}).values() for row in rows]
    lines = altair_lines(rows, encoding)
    return np.asarray(Image.open(buffer).convert("RGB")), lines, summary(str(title), x, y)


def axis_name(axis: Any) -> str:
    """The title of an axis, or the field that it shows."""
    axis = axis if isinstance(axis, Mapping) else {}
    return str(axis.get("title") or axis.get("field") or "")


def altair_lines(rows: list[Mapping[str, Any]], encoding: Mapping[str, Any]) -> Lines:
    """The numbers of the chart's data by colour, where x and y are fields of it."""
    x, y, colour = (str((encoding.get(k) or {}).get("field", "")) for k in ("x", "y", "color"))
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows if x and y else ():
        if x in row and y in row:
            groups.setdefault(str(row.get(colour, y)), []).append(row)
    found = [line(k, [r[x] for r in rows], [r[y] for r in rows]) for k, rows in groups.items()]
    return [numbers for numbers in found if numbers]


def bokeh(model: Any) -> tuple[Any, Lines, str]:
    """A Bokeh figure or layout, drawn by the browser from Bokeh's own script."""
    from bokeh.embed import file_html
    from bokeh.models import GlyphRenderer, Plot
    from bokeh.resources import INLINE

    from reportgen.media.browser import screenshot

    plots = list(model.select({"type": Plot}))
    width = model.width or 1280
    height = model.height or 1000
    for plot in plots:
        plot.toolbar_location = None
    pixels = screenshot(file_html(model, INLINE, "plot"), int(width) + 10, int(height) + 10)
    lines = []
    for i, renderer in enumerate(model.select({"type": GlyphRenderer}), 1):
        data, glyph = renderer.data_source.data, renderer.glyph
        x, y = getattr(glyph, "x", ""), getattr(glyph, "y", "")
        if isinstance(x, str) and isinstance(y, str) and x in data and y in data:
            lines.append(line(renderer.name or f"line {i}", data[x], data[y]))
    told = [
        summary(plot.title.text or "", plot.xaxis.axis_label or "", plot.yaxis.axis_label or "")
        for plot in plots
    ]
    return pixels, [found for found in lines if found], "; ".join(filter(None, told))


STATIC = {"plotly": plotly, "altair": altair, "bokeh": bokeh}


def line(name: str, xs: Iterable[Any], ys: Iterable[Any]) -> dict[str, Any] | None:
    """x and y as numbers; None where they are none, or fewer than two."""
    try:
        x, y = (np.asarray(list(values), dtype=np.float64) for values in (xs, ys))
    except (TypeError, ValueError):
        return None
    return {"name": str(name), "x": x, "y": y} if len(x) == len(y) and len(x) > 1 else None


def summary(title: str, x: str, y: str) -> str:
    """``Title: y against x``, with what there is of it."""
    axes = f"{y} against {x}" if x and y else x or y
    return ": ".join(part for part in (title, axes) if part)
