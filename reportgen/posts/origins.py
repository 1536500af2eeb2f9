"""Values that know which of a run they are, also when a template computes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

MOST = 10_000
"""Items of a list that are told apart; a longer one is told of as a whole."""


@dataclass(frozen=True)
class Origin:
    """Paths of recorded values, each the node's name and the keys below it.

    ``itself`` is False for what a template has computed from them.
    """

    paths: tuple[tuple[str, ...], ...]
    itself: bool = True

    def at(self, key: object) -> Origin:
        """The origin of one item of a value."""
        return Origin(tuple((*path, str(key)) for path in self.paths), self.itself)


class Traced:
    """A number or a text with its ``origin``, or None for one that comes from no run."""

    origin: Origin | None = None


class TracedFloat(Traced, float):
    """A float that remembers."""


class TracedInt(Traced, int):
    """An int that remembers."""


class TracedText(Traced, str):
    """A str that remembers."""


KINDS: dict[type, Any] = {float: TracedFloat, int: TracedInt, str: TracedText}


def traced(value: Any, origin: Origin) -> Any:
    """``value`` with its origin; lists and dicts with those of their items."""
    if kind := KINDS.get(type(value)):
        value = kind(value)
        value.origin = origin
        return value
    if type(value) in (list, tuple) and len(value) <= MOST:
        return type(value)(traced(item, origin.at(i)) for i, item in enumerate(value))
    if isinstance(value, dict):
        return {key: traced(value[key], origin.at(key)) for key in value}
    return value


def origin_of(value: Any) -> Origin | None:
    """The origin of a value, of a list those of its items together."""
    if isinstance(value, list | tuple):
        return together(value)
    return value.origin if isinstance(value, Traced) else None


def together(values: Iterable[Any]) -> Origin | None:
    """The origin of what was computed from ``values``."""
    origins = [origin for value in values if (origin := origin_of(value))]
    paths = dict.fromkeys(path for origin in origins for path in origin.paths)
    return Origin(tuple(paths), itself=False) if paths else None


def remembering(plain: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of numbers whose result remembers where they come from."""

    def operation(*values: Any) -> Any:
        result, origin = plain(*values), together(values)
        return traced(result, origin) if origin and type(result) in KINDS else result

    return operation


OPERATIONS = "add sub mul truediv floordiv mod pow neg pos abs round"
for _name in [f"__{side}{name}__" for name in OPERATIONS.split() for side in ("", "r")]:
    for _base in (float, int):
        if hasattr(_base, _name):
            setattr(KINDS[_base], _name, remembering(getattr(_base, _name)))
