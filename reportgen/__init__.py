"""reportgen: an artifact computes, a figure draws, a post tells.

The public names, loaded when first used, so that the command line starts without any of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from reportgen.api import load as load
    from reportgen.engine.run import Checkpoint as Checkpoint
    from reportgen.engine.run import Run as Run
    from reportgen.engine.run import derive_seed as derive_seed
    from reportgen.errors import Place as Place
    from reportgen.errors import ReportgenError as ReportgenError
    from reportgen.errors import did_you_mean as did_you_mean
    from reportgen.media import Animation as Animation
    from reportgen.media import Compare as Compare
    from reportgen.media import Curve as Curve
    from reportgen.media import Grid as Grid
    from reportgen.media import Image as Image
    from reportgen.media import Panels as Panels
    from reportgen.media import Picture as Picture
    from reportgen.media import Plot as Plot
    from reportgen.media import Steps as Steps
    from reportgen.media import Strip as Strip
    from reportgen.media import Table as Table
    from reportgen.metrics import read_metrics as read_metrics
    from reportgen.registry.decorators import artifact as artifact
    from reportgen.registry.decorators import figure as figure

HOMES = {
    "reportgen.api": ("load",),
    "reportgen.engine.run": ("Checkpoint", "Run", "derive_seed"),
    "reportgen.errors": ("Place", "ReportgenError", "did_you_mean"),
    "reportgen.media": (
        "Animation",
        "Compare",
        "Curve",
        "Grid",
        "Image",
        "Panels",
        "Picture",
        "Plot",
        "Steps",
        "Strip",
        "Table",
    ),
    "reportgen.metrics": ("read_metrics",),
    "reportgen.registry.decorators": ("artifact", "figure"),
}
HOME_OF = {name: module for module, names in HOMES.items() for name in names}

__all__ = ["__version__", *sorted(HOME_OF)]


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__file__", "__name__", "__path__"]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext reportgen`` adds ``%%figure ID`` to a notebook."""
    from reportgen.media import notebook

    notebook.load_ipython_extension(shell)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from reportgen.distribution import version

        return version()
    if name not in HOME_OF:
        raise AttributeError(f"module 'reportgen' has no attribute '{name}'")
    value = getattr(import_module(HOME_OF[name]), name)
    globals()[name] = value
    return value
