"""Files that only save time: kept whole or not at all, and never missed."""

import contextlib
import os
from pathlib import Path


def keep(place: Path, data: bytes) -> None:
    """Write a file of a cache. Where that cannot be, all is slower, not wrong; for the same reason
    it is not synced to the disk, as results are."""
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        draft.write_bytes(data)
        os.replace(draft, place)
