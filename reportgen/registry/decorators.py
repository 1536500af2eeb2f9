"""The public decorators. They mark a function and leave it as it is."""

import inspect
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, overload

from reportgen.registry.node import Node, Parameter, make_node

Function = TypeVar("Function", bound=Callable[..., Any])

REGISTERED: dict[str, tuple[Node, Callable[..., Any]]] = {}
"""What the modules imported so far have registered, by function name."""


@overload
def artifact(function: Function) -> Function: ...
@overload
def artifact(
    *,
    volatile: bool = False,
    version: str = "",
    ignore: tuple[str, ...] = (),
    was: str | tuple[str, ...] = (),
) -> Callable[[Function], Function]: ...


def artifact(
    function: Any = None,
    *,
    volatile: bool = False,
    version: str = "",
    ignore: tuple[str, ...] = (),
    was: str | tuple[str, ...] = (),
) -> Any:
    """Register a function whose result is expensive: it runs once and is kept.

    Positional parameters name other artifacts, or ``run``; keyword-only parameters are JSON values
    that profiles and ``--set`` change. The function returns nested dicts and lists of JSON
    scalars, NumPy arrays, torch tensors and PIL images.

    ``volatile`` reruns it in every build; a new ``version`` makes earlier results stale;
    ``ignore`` names parameters that do not change the result. ``was`` is the name
    that the function had before it was renamed, so that results, checkpoints and seed stay; of
    several the first comes first.
    """
    options = {"volatile": volatile, "version": version, "ignore": ignore, "was": was}
    if function is not None:
        return register("artifact", function, options)
    return lambda function: register("artifact", function, options)


def figure(
    id: str,
    *,
    caption: str,
    alt: str = "",
    volatile: bool = False,
    version: str = "",
    ignore: tuple[str, ...] = (),
    was: str | tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Register a function that returns media: what a post shows under this ``id``.

    ``caption`` and ``alt`` may quote values, ``{denoiser.epochs}`` or ``{denoiser.psnr:.1f}``,
    and the figure's own parameters, ``{sigma}``. Without ``alt`` a text is derived from the data.
    The other options are those of ``artifact``.
    """
    options = {
        "id": id,
        "caption": caption,
        "alt": alt,
        "volatile": volatile,
        "version": version,
        "ignore": ignore,
        "was": was,
    }
    return lambda function: register("figure", function, options)


def register(kind: str, function: Function, options: dict[str, Any]) -> Function:
    """Note the function as a node, and return it as it is."""
    code = inspect.unwrap(function).__code__
    node = make_node(
        kind,
        options,
        [parameter_of(p) for p in inspect.signature(function).parameters.values()],
        name=function.__name__,
        module=function.__module__,
        file=relative_file(code.co_filename),
        line=line_of_def(code.co_filename, code.co_firstlineno),
        definition=function.__qualname__.split(".")[0],
    )
    REGISTERED[node.name] = (node, function)
    return function


def parameter_of(p: inspect.Parameter) -> Parameter:
    """The parameter of a signature, as nodes keep it."""
    return Parameter(
        p.name,
        keyword=p.kind is p.KEYWORD_ONLY,
        default=p.default,
        has_default=p.default is not p.empty,
        variadic=p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD),
    )


def line_of_def(filename: str, first: int) -> int:
    """The line of the ``def`` of a function whose first decorator is on line ``first``."""
    line = first
    while text := linecache.getline(filename, line):
        if text.lstrip().startswith(("def ", "async def ")):
            return line
        line += 1
    return first


def relative_file(filename: str) -> str:
    """The file as a path relative to the folder on ``sys.path`` that it was imported from."""
    for folder in sys.path:
        try:
            return Path(filename).relative_to(Path(folder or ".").resolve()).as_posix()
        except ValueError:
            continue
    return filename
