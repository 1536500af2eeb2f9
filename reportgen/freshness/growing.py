"""A breadth-first walk, without a queue."""

from collections.abc import Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def growing(seen: dict[T, Any]) -> Iterator[T]:
    """Iterate over the keys of a dict, also those added on the way."""
    done = 0
    while done < len(seen):
        fresh = list(seen)[done:]
        done = len(seen)
        yield from fresh
