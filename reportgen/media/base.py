"""What every media kind has in common: a value to store, a view to draw, checks on input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from reportgen.errors import ReportgenError, did_you_mean

if TYPE_CHECKING:
    from reportgen.media.canvas import Canvas, View

KINDS: dict[str, type[Media]] = {}


class Media:
    """What a figure returns: arrays and labels, from which pages, files and alt texts are made.

    A kind is one subclass in one module. It names the attributes that make it up in ``fields``
    (each also a keyword of its constructor) and draws itself in ``view``.
    """

    kind: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__
        KINDS[cls.kind] = cls

    def to_value(self) -> dict[str, Any]:
        """The media as JSON scalars, lists, dicts and NumPy arrays; ``from_value`` reads it."""
        return {"kind": self.kind} | {name: getattr(self, name) for name in self.fields}

    @classmethod
    def restore(cls, fields: dict[str, Any]) -> Media:
        """The media whose ``to_value`` gave these fields."""
        return cls(**fields)

    def view(self, canvas: Canvas) -> View:
        """Write the image and data files to the canvas; return the HTML that shows them."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """The figure in a notebook."""
        from reportgen.media.notebook import html_of

        return html_of(self)

    def _repr_png_(self) -> bytes | None:
        """The figure where a notebook shows no HTML."""
        from reportgen.media.notebook import png_of

        return png_of(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Media) and _same(self.to_value(), other.to_value())

    __hash__ = None  # type: ignore[assignment]


def from_value(value: Mapping[str, Any]) -> Media:
    """The media that ``Media.to_value`` described. Raises ReportgenError for an unknown kind."""
    fields = dict(value)
    kind = fields.pop("kind", None)
    if kind not in KINDS:
        raise ReportgenError(
            f"No media kind is called {kind!r}.", hint=did_you_mean(str(kind), sorted(KINDS))
        )
    return KINDS[kind].restore(fields)


def check_labels(
    labels: Sequence[object] | None, count: int, *, what: str, of: str
) -> list[str] | None:
    """The labels as text, or None for none. Refuses a count that does not match."""
    if labels is None:
        return None
    if isinstance(labels, str):
        raise ReportgenError(f"{what} must be a list of labels, not the text {labels!r}.")
    if len(labels) != count:
        shown = ", ".join(repr(str(label)) for label in list(labels)[:8])
        raise ReportgenError(
            f"{what} has {plural(len(labels), 'label')} for {plural(count, of)}: {shown}.",
            hint="Make the labels from the same values that computed what they label.",
        )
    return [str(label) for label in labels]


def plural(count: int, noun: str) -> str:
    """``3 images``, ``1 image``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _same(a: Any, b: Any) -> bool:
    """Whether two stored values are equal, arrays by content."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if hasattr(a, "dtype") and hasattr(b, "dtype"):
        return bool(a.dtype == b.dtype and a.shape == b.shape and (a == b).all())
    return type(a) is type(b) and bool(a == b)
