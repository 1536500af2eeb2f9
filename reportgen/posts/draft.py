"""A post whose template has run: its text, and the numbers of what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reportgen.posts.environment import make_environment, render
from reportgen.posts.functions import of_filter, template_names
from reportgen.posts.items import FigureItem, RefItem, ValueItem, anchor
from reportgen.posts.scan import Segment, segments
from reportgen.posts.source import Source
from reportgen.posts.tokens import TOKEN, Text, Tokens, unmark

if TYPE_CHECKING:
    from reportgen.engine.results import Results


@dataclass(frozen=True)
class Numbered:
    """A figure or table with its number. ``line`` is where the source shows it."""

    item: FigureItem
    number: int
    line: int

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def anchor(self) -> str:
        return anchor(self.item.id, self.item.kind)

    @property
    def label(self) -> str:
        return f"{self.item.kind.capitalize()} {self.number}"


@dataclass
class Draft:
    """``figures`` by id and ``equations`` (label to number) in order of appearance."""

    source: Source
    text: Text
    tokens: Tokens
    segments: list[Segment]
    figures: dict[str, Numbered] = field(default_factory=dict)
    equations: dict[str, int] = field(default_factory=dict)
    referenced: set[str] = field(default_factory=set)


def draft(source: Source, results: Results) -> Draft:
    """Run a post's template and number what it shows. Raises ReportgenError with file and line."""
    tokens = Tokens()
    environment = make_environment()
    environment.filters["of"] = of_filter(results, tokens)
    names = template_names(results, tokens)
    text = unmark(render(environment, source, {**names, "post": source.front_matter}))
    post = Draft(source, text, tokens, list(segments(text.text)))
    number_figures(post)
    number_equations(post)
    return post


def number_figures(post: Draft) -> None:
    """Number figures and tables from 1, each in order of appearance; no id may come twice."""
    counts = {"figure": 0, "table": 0}
    anchors: dict[str, str] = {}
    for match in TOKEN.finditer(post.text.text):
        item: Any = post.tokens.get(match)
        if isinstance(item, RefItem | ValueItem):
            post.referenced.add(item.id)
        if not isinstance(item, FigureItem):
            continue
        line = post.text.line(match.start())
        if item.id in post.figures:
            first = post.figures[item.id].line
            message = f"{item.kind.capitalize()} '{item.id}' is shown twice; first in line {first}."
            hint = f'Point to it with: ref("{item.id}").'
            raise post.source.error(message, line, item.id, hint)
        counts[item.kind] += 1
        shown = Numbered(item, counts[item.kind], line)
        if shown.anchor in anchors:
            message = (
                f"'{item.id}' and '{anchors[shown.anchor]}' share the anchor '{shown.anchor}'."
            )
            raise post.source.error(message, line, item.id, "Rename one of the figures.")
        anchors[shown.anchor] = item.id
        post.figures[item.id] = shown


def number_equations(post: Draft) -> None:
    for segment in post.segments:
        if segment.kind == "display" and segment.label:
            line = post.text.line(segment.start + len(segment.text) - 1)
            if segment.label in post.equations:
                message = f"Two equations have the label '{segment.label}'."
                raise post.source.error(message, line, segment.label)
            post.equations[segment.label] = len(post.equations) + 1
