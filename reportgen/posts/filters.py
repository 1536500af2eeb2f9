"""Filters for numbers with units. Each gives text that remembers the number it was made from."""

import math
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.posts.origins import Traced, origin_of

NBSP = "\u00a0"
PREFIXES = {-3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T"}
BYTES = ("B", "kB", "MB", "GB", "TB")


class Quantity(Traced, str):
    """A number as it is printed. ``value`` is the number behind it, at full precision.

    ``how`` is the filter that printed it, with its arguments.

    Against numbers it compares as what a reader sees: ``20.76 | round(1) == 20.8``.
    """

    value: float
    printed: float
    how: tuple[Any, ...] = ()

    def __new__(cls, text: str, value: float, printed: float | None = None) -> "Quantity":
        """A text that knows the value which it prints."""
        quantity = super().__new__(cls, text)
        quantity.value, quantity.printed = value, value if printed is None else printed
        return quantity

    def __eq__(self, other: object) -> bool:
        return self.printed == other if isinstance(other, int | float) else str(self) == other

    def __lt__(self, other: Any) -> bool:
        return self.printed < _number_of(other)

    def __le__(self, other: Any) -> bool:
        return self.printed <= _number_of(other)

    def __gt__(self, other: Any) -> bool:
        return self.printed > _number_of(other)

    def __ge__(self, other: Any) -> bool:
        return self.printed >= _number_of(other)

    __hash__ = str.__hash__


def _number_of(other: Any) -> float:
    return other.printed if isinstance(other, Quantity) else other


def number(value: Any, what: str) -> float:
    """A finite number from a value. Raises ReportgenError for anything else."""
    if isinstance(value, Quantity):
        value = value.value
    value = scalar(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReportgenError(f"'{what}' needs a number, not {_kind(value)}.")
    if not math.isfinite(value):
        raise ReportgenError(f"'{what}' got {value}, and no post should print that.")
    return value


def scalar(value: Any) -> Any:
    """A NumPy or torch scalar as a Python number; anything else as it is."""
    array = hasattr(type(value), "item") and hasattr(type(value), "ndim")
    return value.item() if array and value.ndim == 0 else value


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {str(value)!r}"
    return f"a {type(value).__name__}"


def fixed(value: float, digits: int = 0) -> str:
    """A number with so many digits after the point, thousands grouped, a true minus sign."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # no negative zero
    return text.replace("-", "\u2212")


def round_(value: Any, digits: int = 0) -> Quantity:
    """``20.76 | round(1)`` is 20.8; ``| round`` a whole number."""
    x = number(value, "round")
    return Quantity(fixed(x, digits), x, round(x, digits))


def db(value: Any, digits: int = 1) -> Quantity:
    """``20.76 | db`` is 20.8 dB."""
    return unit(value, "dB", digits)


def unit(value: Any, name: str, digits: int | None = None) -> Quantity:
    """``5 | unit("epochs")`` is 5 epochs, with a space that does not break."""
    x = number(value, "unit")
    text = plain_number(x) if digits is None else fixed(x, digits)
    return Quantity(f"{text}{NBSP}{name}", x, x if digits is None else round(x, digits))


def percent(value: Any, digits: int = 0) -> Quantity:
    """``0.4936 | percent`` is 49 %."""
    x = number(value, "percent")
    return Quantity(f"{fixed(100 * x, digits)}{NBSP}%", x)


def si(value: Any, name: str = "", digits: int = 3) -> Quantity:
    """``1975361 | si`` is 1.98 M; ``0.0021 | si("s")`` is 2.10 ms."""
    x = number(value, "si")
    power = 0 if x == 0 else max(-3, min(4, math.floor(math.log10(abs(x)) / 3)))
    scaled = x / 1000**power
    scaled = float(f"{scaled:.{digits}g}")
    if abs(scaled) >= 1000 and power < 4:
        power, scaled = power + 1, scaled / 1000
    whole = 1 if scaled == 0 else math.floor(math.log10(abs(scaled))) + 1
    text = fixed(scaled, max(0, digits - whole))
    suffix = f"{PREFIXES[power]}{name}"
    return Quantity(f"{text}{NBSP}{suffix}" if suffix else text, x)


def duration(value: Any) -> Quantity:
    """Seconds as people say them: 0.4 s, 41 s, 6 min 12 s, 1 h 15 min."""
    x = number(value, "duration")
    if x < 9.95:
        return Quantity(f"{x:.1f}{NBSP}s", x)
    seconds = round(x)
    if seconds < 60:
        return Quantity(f"{seconds}{NBSP}s", x)
    if seconds < 3600:
        return Quantity(_pair(seconds, 60, "min", "s"), x)
    minutes = round(x / 60)
    return Quantity(_pair(minutes, 60, "h", "min"), x)


def _pair(value: int, base: int, large: str, small: str) -> str:
    whole, rest = divmod(value, base)
    return f"{whole}{NBSP}{large}" + (f" {rest}{NBSP}{small}" if rest else "")


def size(value: Any) -> Quantity:
    """Bytes as 512 B, 1.5 MB."""
    x = number(value, "size")
    power = 0
    scaled = x
    while scaled >= 999.5 and power < len(BYTES) - 1:
        scaled, power = scaled / 1000, power + 1
    digits = 0 if power == 0 or scaled >= 99.95 else 1
    return Quantity(f"{fixed(scaled, digits)}{NBSP}{BYTES[power]}", x)


def sci(value: Any, digits: int = 1) -> Quantity:
    """``0.000197 | sci`` is 2.0 × 10⁻⁴."""
    x = number(value, "sci")
    mantissa, exponent = f"{x:.{digits}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return Quantity(f"{mantissa.replace('-', '−')}{NBSP}×{NBSP}10{raised}", x)


def integer(value: Any) -> Quantity:
    """``60000 | integer`` is 60,000."""
    x = number(value, "integer")
    if x != int(x):
        raise ReportgenError(f"'integer' got {x}.", hint="Use 'round' to drop the fraction.")
    return Quantity(fixed(x), x)


def signed(value: Any, digits: int = 1) -> Quantity:
    """``1.418 | signed`` is +1.4."""
    x = number(value, "signed")
    text = fixed(x, digits)
    return Quantity(text if text.startswith("\u2212") else f"+{text}", x)


def times(value: Any, digits: int = 1) -> Quantity:
    """``3.2 | times`` is 3.2×."""
    x = number(value, "times")
    return Quantity(f"{fixed(x, digits)}×", x)


def plain_number(value: float) -> str:
    """A number as short as six digits allow: 0.5, 1e-04, 20."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def plain_text(value: Any) -> str:
    """What ``<%= value %>`` prints. Raises ReportgenError for what has no plain form."""
    if isinstance(value, str):
        return value
    value = scalar(value)
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return plain_number(number(value, "<%= %>"))
    if isinstance(value, list | tuple) and len(value) <= 40:
        return ", ".join(plain_text(item) for item in value)
    hint = "Quote one of its values: name.key, or name.key.0 of a list."
    known = f" with {', '.join(map(str, value))}" if isinstance(value, Mapping) else ""
    raise ReportgenError(f"A {type(value).__name__}{known} cannot be printed.", hint=hint)


def remembering(name: str, filter: Callable[..., Quantity]) -> Callable[..., Quantity]:
    """A filter whose quantities know which run their number is from, and how it was printed."""

    @wraps(filter)
    def printed(value: Any, *args: Any, **kwargs: Any) -> Quantity:
        quantity = filter(value, *args, **kwargs)
        quantity.origin = origin_of(value)
        quantity.how = (name, *signature(filter).bind(value, *args, **kwargs).args[1:])
        return quantity

    return printed


PRINTING = (round_, db, unit, percent, si, duration, size, sci, integer, signed, times)
FILTERS: dict[str, Callable[..., Quantity]] = {
    name: remembering(name, filter) for filter in PRINTING if (name := filter.__name__.rstrip("_"))
}
