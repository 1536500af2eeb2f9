"""A node: an artifact or a figure as it was registered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportgen.errors import Place, ReportgenError

RUN = "run"
"""The reserved parameter through which a producer receives its run."""


@dataclass(frozen=True)
class Node:
    """One registered function. ``file`` is relative to the project, ``line`` is its ``def``.

    ``definition`` is the top-level definition of the module that holds the code: the function
    itself, or the function that made it. ``was`` are the names it had before, the first one first.
    """

    kind: str
    name: str
    id: str
    module: str
    file: str
    line: int
    definition: str
    inputs: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""
    alt: str = ""
    volatile: bool = False
    version: str = ""
    ignore: tuple[str, ...] = ()
    was: tuple[str, ...] = ()

    @property
    def first_name(self) -> str:
        """The name that its seed comes from: the one before any renaming."""
        return self.was[0] if self.was else self.name

    @property
    def place(self) -> Place:
        """Where it is defined."""
        return Place(self.file, self.line)

    @property
    def is_figure(self) -> bool:
        """Whether a post can show it."""
        return self.kind == "figure"


@dataclass(frozen=True)
class Parameter:
    """A parameter in a producer's signature; ``default`` is only meaningful for keyword ones."""

    name: str
    keyword: bool
    default: Any = None
    has_default: bool = False
    variadic: bool = False


OPTIONS = {"volatile": False, "version": "", "ignore": (), "was": (), "caption": "", "alt": ""}


def make_node(
    kind: str,
    options: Mapping[str, Any],
    parameters: Sequence[Parameter],
    *,
    name: str,
    module: str,
    file: str,
    line: int,
    definition: str | None = None,
) -> Node:
    """Check a registration and return its node. Raises ReportgenError with file and line."""
    place = Place(file, line)
    id = options.get("id", name)
    check_options(kind, name, options, place)
    positional = tuple(p.name for p in parameters if not p.keyword)
    params = {p.name: json_value(p, name, place) for p in parameters if p.keyword}
    for parameter in parameters:
        check_parameter(parameter, name, place)
    return Node(
        kind=kind,
        name=name,
        id=id,
        module=module,
        file=file,
        line=line,
        definition=definition or name,
        inputs=tuple(p for p in positional if p != RUN),
        params=params,
        caption=options.get("caption", ""),
        alt=options.get("alt", ""),
        volatile=options.get("volatile", False),
        version=options.get("version", ""),
        ignore=tuple(options.get("ignore", ())),
        was=names_of(options.get("was", ())),
    )


def check_options(kind: str, name: str, options: Mapping[str, Any], place: Place) -> None:
    """Raise ReportgenError for options of a decorator that mean nothing."""
    for option, value in options.items():
        if option == "was" and isinstance(value, str):
            continue
        expected = OPTIONS.get(option, "")
        good = isinstance(value, (list, tuple) if expected == () else type(expected))
        if not good:
            raise ReportgenError(
                f"'{option}' of '{name}' is {value!r}, which is of the wrong type.", place=place
            )
    if kind == "figure":
        id = options.get("id", "")
        if not id or not id[0].isalnum() or not all(c.isalnum() or c in ".-_" for c in id):
            raise ReportgenError(
                f"'{id}' cannot be the id of a figure.",
                place=place,
                hint="An id has letters, digits, '.', '-' and '_', such as 'A.4a' or 'loss-curve'.",
            )
        if not options.get("caption", "").strip():
            raise ReportgenError(
                f"Figure '{id}' has no caption.",
                place=place,
                hint=f'Write @figure("{id}", caption="What the reader sees.").',
            )


def names_of(was: str | Sequence[str]) -> tuple[str, ...]:
    """The earlier names as a tuple."""
    return (was,) if isinstance(was, str) else tuple(was)


def check_parameter(parameter: Parameter, name: str, place: Place) -> None:
    """Raise ReportgenError for a parameter that is neither an input nor a value."""
    if parameter.variadic:
        raise ReportgenError(
            f"'{name}' takes '*{parameter.name}', but inputs and parameters are found by name.",
            place=place,
        )
    if not parameter.keyword and parameter.has_default:
        raise ReportgenError(
            f"'{parameter.name}' of '{name}' has a default, but positional parameters are inputs.",
            place=place,
            hint=f"A parameter stands behind a '*': def {name}(…, *, {parameter.name}=…).",
        )


def json_value(parameter: Parameter, name: str, place: Place) -> Any:
    """A parameter's default as JSON would give it back: tuples are lists."""
    if not parameter.has_default:
        raise ReportgenError(
            f"Parameter '{parameter.name}' of '{name}' has no default.",
            place=place,
            hint="Every keyword-only parameter needs one; profiles and --set change it.",
        )
    try:
        return as_json(parameter.default)
    except TypeError as error:
        raise ReportgenError(
            f"Parameter '{parameter.name}' of '{name}' is {error}, which JSON cannot hold.",
            place=place,
            hint="Use numbers, strings, booleans, None, lists or dicts; pass tensors as artifacts.",
        ) from None


def as_json(value: Any) -> Any:
    """``value`` with tuples as lists. Raises TypeError naming the type that JSON lacks."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TypeError(f"the float {value}")
        return value
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: as_json(item) for key, item in value.items()}
    raise TypeError(f"of type '{type(value).__name__}'")
