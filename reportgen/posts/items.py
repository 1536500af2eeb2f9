"""What the functions of a template leave in the text, to be settled when all numbers are known."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reportgen.posts.origins import Origin


@dataclass(frozen=True)
class FigureItem:
    """A figure or table to be shown here; ``caption`` replaces the one from the run."""

    id: str
    kind: Literal["figure", "table"]
    caption: str | None = None


@dataclass(frozen=True)
class RefItem:
    """A reference to a figure, table or ``panel`` (its letter) of this or another post; ``text``
    replaces "Figure 7"."""

    id: str
    text: str | None = None
    panel: str = ""
    panel_anchor: str = ""


@dataclass(frozen=True)
class EquationRef:
    """A reference to a numbered equation of this post."""

    label: str


@dataclass(frozen=True)
class ValueItem:
    """A quoted value, as it is printed: ``how`` names the filter, with its arguments.

    It links to the figure ``id`` in which it can be seen, if there is one.
    """

    text: str
    id: str = ""
    value: Any = None
    origin: Origin | None = None
    how: tuple[Any, ...] = ()


@dataclass(frozen=True)
class TextItem:
    """A text that shows as itself; one that is ``html`` is markup."""

    text: str
    html: bool = False


@dataclass(frozen=True)
class FormulaItem:
    """A formula; ``alone`` in its line or table cell; ``block`` when between paragraphs.

    ``values`` are those that are quoted in it.
    """

    tex: str
    display: bool
    alone: bool = False
    block: bool = False
    number: int | None = None
    label: str = ""
    values: tuple[ValueItem, ...] = ()


@dataclass(frozen=True)
class CiteItem:
    """A citation of works by their keys, with words ``before`` and ``after`` them.

    ``textual``: the authors are part of the sentence; ``bare``: without parentheses; ``text``
    replaces authors and year.
    """

    keys: tuple[str, ...]
    before: str = ""
    after: str = ""
    textual: bool = False
    bare: bool = False
    text: str = ""


@dataclass(frozen=True)
class ListItem:
    """The list of references, or the block that says how to cite the post."""

    kind: Literal["references", "cite_this"]


@dataclass(frozen=True)
class Address:
    """An address below the site: of a post's figures, of the site's files, or of a post.

    ``bibtex`` is the line of a BibTeX entry that has the address of the post's own page.
    """

    kind: Literal["figures", "site", "post", "bibtex"]
    source: Path = Path()


def anchor(id: str, kind: str) -> str:
    """``fig-b-1b`` for figure B.1b: it never changes, whatever number the figure gets."""
    prefix = "table" if kind == "table" else "fig"
    return f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', id.lower()).strip('-')}"
