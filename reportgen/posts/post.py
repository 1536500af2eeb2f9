"""What a rendered post consists of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from reportgen.posts.source import site_path

Places = tuple[tuple[tuple[str, int], ...], ...]
"""For each outermost element of a page, the tags in it that count, in order, with their lines."""


@dataclass(frozen=True)
class Heading:
    """A heading of a post: ``html`` is its text as inline HTML, ``id`` its anchor."""

    level: int
    id: str
    html: str
    line: int


@dataclass(frozen=True)
class Asset:
    """A file that a post shows: where it lies, and its path below the site."""

    source: Path
    path: str


@dataclass(frozen=True)
class Post:
    """A post, rendered.

    ``markdown`` is the whole file for a blog's ``_posts``; ``html`` the article's body for the
    preview, whose links expect a page two folders below the site. ``slug`` is that of the source's
    name, by which we call the post, whatever Jekyll makes of its address. ``figures`` are the ids
    of its figures and tables in order of appearance. ``find_places`` gives ``places``.
    """

    source: Path
    slug: str
    date: datetime
    front_matter: dict[str, Any]
    markdown: str
    html: str
    figures: tuple[str, ...]
    assets: tuple[Asset, ...]
    warnings: tuple[str, ...]
    headings: tuple[Heading, ...]
    find_places: Callable[[], Places] = field(compare=False)

    @cached_property
    def places(self) -> Places:
        """The lines of the source that the HTML comes from, found when somebody asks."""
        return self.find_places()

    @property
    def title(self) -> str:
        """The title in the front matter."""
        return str(self.front_matter["title"])

    @property
    def path(self) -> str:
        """Where Jekyll wants the file, below the site."""
        return site_path(self.source)
