"""Do the things that a run was seen to read still say the same?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.freshness.sources import Sources


def still_holds(observed: Mapping[str, Any], root: Path, sources: Sources) -> str | None:
    """None if all that ``observed`` (of an Observer) says is still so, else what is not."""
    return None
