"""Media: what figures return, and how arrays and labels become files and HTML.

One module a kind (image, strip, grid, curve, table, picture, plot, steps, animation, compare,
panels); ``base`` is what they share, ``canvas`` writes files, ``markup`` writes HTML, ``composite``
draws the labelled picture for feeds. Pixels hold no text. Pillow and matplotlib load when drawing.
"""

from reportgen.media.adapt import as_media as as_media
from reportgen.media.animation import Animation as Animation
from reportgen.media.base import Media as Media
from reportgen.media.base import from_value as from_value
from reportgen.media.canvas import Drawn as Drawn
from reportgen.media.canvas import DrawnFile as DrawnFile
from reportgen.media.canvas import Theme as Theme
from reportgen.media.canvas import draw as draw
from reportgen.media.compare import Compare as Compare
from reportgen.media.curve import Curve as Curve
from reportgen.media.grid import Grid as Grid
from reportgen.media.image import Image as Image
from reportgen.media.panels import Panels as Panels
from reportgen.media.picture import Picture as Picture
from reportgen.media.plot import Plot as Plot
from reportgen.media.steps import Steps as Steps
from reportgen.media.strip import Strip as Strip
from reportgen.media.table import Table as Table

SHARED = tuple(
    f"assets/{name}"
    for name in (
        "reportgen.css",
        "reportgen.js",
        "reportgen-gallery.css",
        "reportgen-gallery.js",
        "reportgen-math.woff2",
        "reportgen-math.txt",
    )
)
"""The files here that a site holds once, at the same paths, for all figures and formulas."""
