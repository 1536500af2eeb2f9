"""What the store does not keep, and how to write it so that it does."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.errors import ReportgenError


@dataclass(frozen=True)
class Way:
    """``text`` tells a user how to write a value; ``write`` does so."""

    text: str
    write: Callable[[Any], Any]


def as_list(name: str) -> Way:
    """The way to write a value as a list."""
    return Way(f"Return it as list({name}).", list)


def as_text(name: str) -> Way:
    """The way to write a value as text."""
    return Way(f"Return it as text, str({name}).", str)


SPARSE = Way("Return it dense, matrix.toarray(), or its parts in a dict.", lambda m: m.toarray())
ISO = Way("Return it as text, time.isoformat().", lambda time: time.isoformat())
STATE = Way("Return its numbers, such as model.state_dict().", lambda model: model.state_dict())

WAYS: dict[str, Way] = {
    "builtins.bytearray": Way("Return it as bytes(data).", bytes),
    "builtins.complex": Way("Return [z.real, z.imag].", lambda z: [z.real, z.imag]),
    "builtins.frozenset": Way("Return it in an order, sorted(items).", list),
    "builtins.memoryview": Way("Return it as bytes(data).", bytes),
    "builtins.range": as_list("numbers"),
    "builtins.set": Way("Return it in an order, sorted(items).", list),
    "collections.deque": as_list("items"),
    "datetime.date": ISO,
    "datetime.time": ISO,
    "datetime.timedelta": Way("Return span.total_seconds().", lambda span: span.total_seconds()),
    "decimal.Decimal": as_text("number"),
    "enum.Enum": Way("Return its value, member.value.", lambda member: member.value),
    "fractions.Fraction": as_text("number"),
    "matplotlib.Figure": Way("A figure function returns reportgen.Plot(figure).", repr),
    "numpy.MaskedArray": Way(
        'Return {"data": x.data, "mask": numpy.ma.getmaskarray(x)}, or x.filled(value).',
        lambda x: {"data": x.data, "mask": (x * 0 + 1).filled(0) == 0},
    ),
    "numpy.complexfloating": Way('Return {"real": x.real, "imag": x.imag}.', complex),
    "numpy.datetime64": Way("Return it as text, str(time).", str),
    "numpy.timedelta64": Way("Return it as text, str(span).", str),
    "pandas.DataFrame": Way(
        'Return frame.to_dict("list"); pandas.DataFrame(…) makes a frame of that again.',
        lambda frame: frame.to_dict("list"),
    ),
    "pandas.Index": Way("Return index.tolist().", lambda index: index.tolist()),
    "pandas.Series": Way(
        "Return series.to_numpy() or series.to_dict(); pandas.Series(…) reads both.",
        lambda series: series.to_dict(),
    ),
    "pathlib.PurePath": as_text("path"),
    "polars.DataFrame": Way(
        "Return frame.to_dict(as_series=False).", lambda frame: frame.to_dict(as_series=False)
    ),
    "polars.Series": Way("Return series.to_list().", lambda series: series.to_list()),
    "pyarrow.Table": Way("Return table.to_pydict().", lambda table: table.to_pydict()),
    "scipy._spbase": SPARSE,
    "scipy.spmatrix": SPARSE,
    "torch.Generator": Way("Return generator.get_state().", lambda g: g.get_state()),
    "torch.Module": STATE,
    "torch.Optimizer": STATE,
    "torch.dtype": as_text("dtype"),
    "torch.device": as_text("device"),
    "uuid.UUID": as_text("uuid"),
}
"""By the package and the name of a class; classes that are derived from it count too."""

OTHER = Way(
    "Return dicts, lists and tuples of numbers, text, bytes, arrays, tensors and PIL images.", repr
)
DATACLASS = Way("Return dataclasses.asdict(value).", lambda value: vars(value))
STORED = (bool, int, float, str, bytes, Mapping, list, tuple)


def way_of(kind: type) -> Way | None:
    """How to write a value of this class, None for one that the store may keep as it is."""
    for base in kind.__mro__:
        if way := WAYS.get(f"{base.__module__.partition('.')[0]}.{base.__name__}"):
            return way
    return DATACLASS if hasattr(kind, "__dataclass_fields__") else None


def check_annotation(producer: Callable[..., Any], node: str) -> None:
    """Raise ReportgenError where a function says itself that it returns what is not kept."""
    try:
        returned = typing.get_type_hints(producer).get("return")
    except Exception:  # names that only a type checker knows
        return
    if kind := refused_in(returned):
        way = way_of(kind)
        assert way is not None
        raise ReportgenError(
            f"'{node}' says that it returns a {kind.__name__}, which the store cannot keep.",
            hint=way.text,
        )


def refused_in(annotation: Any) -> type | None:
    """A class in an annotation that makes every value of it one that is not kept."""
    parts = [refused_in(part) for part in typing.get_args(annotation) if part is not type(None)]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return parts[0] if all(parts) else None
    kind = typing.get_origin(annotation) or annotation
    if isinstance(kind, type) and not issubclass(kind, STORED) and way_of(kind):
        return kind
    return next(filter(None, parts), None)
