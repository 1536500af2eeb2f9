"""One colour a thing: lines of one name have one colour in all charts of a post."""

import re

from reportgen.media.charts import LIGHT_INK

CHART = '<div class="chart"'
NAME = re.compile(r'<g data-name="([^"]*)"')
COLOUR = re.compile(r"var\(--rg-c(\d+),#\w+\)")


def same_colours(html: str, palette: dict[str, int]) -> str:
    """The HTML of a figure with the colours that earlier charts gave to the names in it.

    ``palette`` maps a name to its colour (from 1) and learns those that are new.
    """
    head, *charts = html.split(CHART)
    return CHART.join([head, *(recoloured(chart, palette) for chart in charts)])


def recoloured(chart: str, palette: dict[str, int]) -> str:
    """One chart; where two of its names had one colour, the later one takes a free one here."""
    names = NAME.findall(chart)
    count = len(LIGHT_INK.series)
    if len(names) > count:
        return chart
    taken: dict[str, int] = {}
    for name in names:
        if name in palette and palette[name] not in taken.values():
            taken[name] = palette[name]
    for name in names:
        if name not in taken:
            free = [c for c in range(1, count + 1) if c not in taken.values()]
            taken[name] = min(free, key=lambda c: (c in palette.values(), c))
            palette.setdefault(name, taken[name])
    new = [taken[name] for name in names]

    def replace(match: re.Match[str]) -> str:
        colour = new[int(match[1]) - 1]
        return f"var(--rg-c{colour},{LIGHT_INK.series[colour - 1]})"

    return COLOUR.sub(replace, chart)
