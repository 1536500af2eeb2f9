"""A dict whose large values are read when they are first asked for, and which is a dict to all."""

from collections.abc import Callable, Iterator
from typing import Any


class Later:
    """A value that has not been read yet."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self.read = read


class LazyDict(dict[Any, Any]):
    """A dict that holds ``Later`` values until somebody looks at them.

    Whatever looks at all values reads them all. That ``__iter__`` is defined here tells CPython
    not to copy the values behind our back: ``dict(d)`` and ``{**d}`` then ask for each.
    """

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        if isinstance(value, Later):
            value = value.read()
            self[key] = value
        return value

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()

    def whole(self) -> dict[Any, Any]:
        """An ordinary dict with all values read."""
        return {key: self[key] for key in self}

    def get(self, key: Any, default: Any = None) -> Any:
        """As of a dict; the value is read."""
        return self[key] if key in self else default  # noqa: SIM401 - this is get itself

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """As of a dict; the value is read."""
        return self[key] if key in self else super().setdefault(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        """As of a dict; the value is read."""
        if key in self:
            self[key]
        return super().pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        """As of a dict; all values are read."""
        self.whole()
        return super().popitem()

    def items(self) -> Any:
        """As of a dict; all values are read."""
        self.whole()
        return super().items()

    def values(self) -> Any:
        """As of a dict; all values are read."""
        self.whole()
        return super().values()

    def copy(self) -> dict[Any, Any]:
        """A plain dict; all values are read."""
        return self.whole()

    def __eq__(self, other: object) -> bool:
        return self.whole() == other

    def __ne__(self, other: object) -> bool:
        return self.whole() != other

    def __or__(self, other: Any) -> Any:
        return self.whole() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.whole()

    def __repr__(self) -> str:
        return repr(self.whole())

    def __reduce__(self) -> Any:
        return dict, (self.whole(),)

    __hash__ = None
