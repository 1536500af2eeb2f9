"""When is a result still right?

``closure`` finds, without importing anything, all code that a producer can reach, and sums it up
in a digest; ``still_holds`` looks again at what a run was seen to read besides; ``environment``
names the versions of Python and of the packages. See ``docs/freshness.md``.
"""

from reportgen.freshness.closure import Closure as Closure
from reportgen.freshness.closure import closure as closure
from reportgen.freshness.environment import environment as environment
from reportgen.freshness.holds import still_holds as still_holds
from reportgen.freshness.sources import Sources as Sources
