"""Interactive charts: what Plotly, Altair and Bokeh need to draw in the reader's browser.

A chart is its description in JSON and the script of the library that made it. The script draws
through ``rgLive[LIBRARY](box, description)``, so a page's own script knows none of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from reportgen.errors import ReportgenError
from reportgen.media import markup
from reportgen.media.adapt import article, library
from reportgen.media.canvas import ASSETS, Canvas

Chart = Mapping[str, Any]
"""``library``, ``chart`` (JSON text) and ``script`` (its bytes)."""


def chart(value: Any) -> Chart:
    """The chart with the script that draws it; raises ReportgenError where no library has one."""
    name = library(value)
    if name not in LIBRARIES:
        raise ReportgenError(
            f"{article(value).capitalize()} cannot be interactive.",
            hint="Plotly, Altair and Bokeh make charts that can. Leave interactive=True out.",
        )
    described, script = LIBRARIES[name](value)
    code = np.frombuffer(script.encode(), dtype=np.uint8)
    return {"library": name, "chart": described, "script": code}


def plotly(figure: Any) -> tuple[str, str]:
    """The figure as JSON, and plotly.js; as high as its picture."""
    from plotly.offline import get_plotlyjs

    described = json.loads(figure.to_json())
    described["layout"].setdefault("height", 400)
    draw = "Plotly.newPlot(box,c.data,c.layout,{responsive:true,displaylogo:false})"
    return json.dumps(described), get_plotlyjs() + adapter("plotly", draw)


def altair(made: Any) -> tuple[str, str]:
    """The chart as Vega-Lite, and Vega with its interpreter, which needs no ``eval``."""
    try:
        import vl_convert
    except ImportError:
        raise ReportgenError(
            "An interactive Altair chart needs 'vl-convert-python', which is not installed.",
            hint="Install it with: pip install vl-convert-python",
        ) from None
    draw = adapter("altair", "vegaEmbed(box,c,{ast:true,actions:false})")
    return json.dumps(made.to_dict()), vl_convert.javascript_bundle(draw)


def bokeh(model: Any) -> tuple[str, str]:
    """The model as a JSON item, and BokehJS."""
    from bokeh.embed import json_item
    from bokeh.resources import INLINE

    draw = "Bokeh.embed.embed_item(c,box)"
    return json.dumps(json_item(model)), "\n".join(INLINE.js_raw) + adapter("bokeh", draw)


LIBRARIES = {"plotly": plotly, "altair": altair, "bokeh": bokeh}


def adapter(name: str, draw: str) -> str:
    """The end of a library's script: how it draws the description ``c`` into ``box``."""
    return f"\n(globalThis.rgLive??={{}}).{name}=(box,c)=>{draw};\n"


def box(picture: str, made: Chart, canvas: Canvas) -> str:
    """The picture in a box that names what draws the chart; figures of a post share the script."""
    script = bytes(made["script"])
    name = f"{made['library']}-{sha256(script).hexdigest()[:10]}.js"
    canvas.shared(name, script)
    described = canvas.text(made["chart"], ".chart.json")
    return markup.tag(
        "div",
        picture,
        class_="moves",
        data_library=made["library"],
        data_script=f"{ASSETS}/{name}",
        data_chart=f"{ASSETS}/{described}",
    )
