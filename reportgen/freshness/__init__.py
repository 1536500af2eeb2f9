"""When is a result still right?

``closure`` finds, without importing anything, all code that a producer can reach, and sums it up
in a digest; ``Observer`` notes what a run reads besides, and ``still_holds`` looks at that again;
``environment`` names the versions of Python and of the packages. See ``docs/freshness.md``.
"""

from typing import TYPE_CHECKING, Any

from reportgen.freshness.closure import Closure as Closure
from reportgen.freshness.closure import closure as closure
from reportgen.freshness.environment import environment as environment
from reportgen.freshness.holds import still_holds as still_holds
from reportgen.freshness.sources import Sources as Sources

if TYPE_CHECKING:
    from reportgen.freshness.observe import Observer as Observer


def __getattr__(name: str) -> Any:
    """``Observer`` is only needed by workers; a build with nothing to do starts without it."""
    if name != "Observer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reportgen.freshness.observe import Observer

    return Observer
