"""Which own code has started in this process: what ran counts, however it was found.

Python 3.12 and later tell by ``sys.monitoring``, once for each piece of code and free of cost. In
3.11 every code object counts its first eight starts, where an attribute that Python does not show
can be read. What a compiler of another package inlines (``torch.compile``, ``torch.jit.script``)
is seen by neither, only by the static part.
"""

import ctypes
import inspect
import sys
from collections.abc import Container, Iterable, Iterator
from types import CodeType

from reportgen.registry.imports import loaded

TOOL = 4  # 0 to 2 belong to debuggers, coverage and profilers
WARMUP = 52  # bytes from the start of a code object of 3.11 to its counter, which begins at -8
FRESH = -8

_started: set[CodeType] = set()
_before: dict[int, int] = {}


def clear() -> None:
    """Begin anew: what has started so far is forgotten."""
    _started.clear()
    _before.clear()
    if sys.version_info >= (3, 12):
        if sys.monitoring.get_tool(TOOL) is None:
            sys.monitoring.use_tool_id(TOOL, "reportgen")
            events = sys.monitoring.events
            sys.monitoring.register_callback(TOOL, events.PY_START, _note)
            sys.monitoring.set_events(TOOL, events.PY_START)
        sys.monitoring.restart_events()
    elif _counts():
        _before.update((id(code), _count(code)) for code in all_loaded())


def started() -> Iterator[CodeType]:
    """The functions of own modules that have started since, those in them included."""
    found: Iterable[CodeType] = ()
    if sys.version_info >= (3, 12):
        found = list(_started)
    elif _counts():
        found = [code for code in all_loaded() if _is_new(code)]
    return filter(is_function, found)


def is_function(code: CodeType) -> bool:
    """Whether code is a function's, not that of a module or a class, which runs on import."""
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


def all_loaded() -> Iterator[CodeType]:
    """All code objects of the modules that are loaded."""
    waiting = [code for _, code in loaded.values()]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += (constant for constant in code.co_consts if isinstance(constant, CodeType))


def _note(
    code: CodeType,
    offset: int,
    *,
    loaded: Container[str] = loaded,  # of its own: a module's names are gone at the very end
    started: set[CodeType] = _started,
    disable: object = getattr(getattr(sys, "monitoring", None), "DISABLE", None),  # from 3.12
) -> object:
    if code.co_filename in loaded:
        started.add(code)
    return disable


def _count(code: CodeType) -> int:
    return ctypes.c_short.from_address(id(code) + WARMUP).value


def _is_new(code: CodeType) -> bool:
    """Whether the counter has moved since, or had come to its end before."""
    count = _count(code)
    return count == 0 or count not in (FRESH, _before.get(id(code), FRESH))


def _counts() -> bool:
    """Whether the counter is where we look for it."""
    if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 11):
        return False
    names: dict[str, object] = {}
    exec("def f(): pass", names)
    function = names["f"]
    assert inspect.isfunction(function)
    before = _count(function.__code__)
    function()
    return (before, _count(function.__code__)) == (FRESH, FRESH + 1)
