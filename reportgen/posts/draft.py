"""A post whose template has run: its text, and the numbers of what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reportgen.errors import ReportgenError
from reportgen.posts.environment import make_environment, render
from reportgen.posts.functions import of_filter, template_names
from reportgen.posts.items import FigureItem, RefItem, ValueItem, anchor
from reportgen.posts.scan import Segment, segments
from reportgen.posts.source import Source
from reportgen.posts.tex import LABEL, Equation, FormulaError, Macro, defined, expanded, numbered
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
    """``figures`` by id in order of appearance; ``formulas`` by where their segments start.

    ``labels`` of equations have the number that a reference shows, and its anchor.
    """

    source: Source
    text: Text
    tokens: Tokens
    segments: list[Segment]
    macros: dict[str, Macro] = field(default_factory=dict)
    figures: dict[str, Numbered] = field(default_factory=dict)
    formulas: dict[int, Equation] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    referenced: set[str] = field(default_factory=set)


def draft(source: Source, results: Results, macros: Mapping[str, Macro]) -> Draft:
    """Run a post's template and number what it shows. Raises ReportgenError with file and line."""
    tokens = Tokens()
    environment = make_environment(tokens)
    environment.filters["of"] = of_filter(results, tokens)
    names = template_names(results, tokens)
    text = unmark(render(environment, source, {**names, "post": source.front_matter}))
    post = Draft(source, text, tokens, list(segments(text.text)), dict(macros))
    number_figures(post)
    number_equations(post)
    return post


def number_figures(post: Draft) -> None:
    """Number figures and tables from 1, each in order of appearance; no id may come twice."""
    counts = {"figure": 0, "table": 0}
    anchors: dict[str, str] = {}
    for match in TOKEN.finditer(post.text.text):
        item: Any = post.tokens.get(match)
        if isinstance(item, RefItem | ValueItem) and item.id:
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
    """Write out the macros of all formulas, and number the equations from 1."""
    count = 0
    for segment in post.segments:
        if segment.kind not in ("math", "display"):
            continue
        try:
            tex = expanded(defined(segment.tex, post.macros), post.macros)
            equation = Equation(tex, None, {}, 0)
            if is_block(post, segment):
                equation = numbered(tex, segment.label, count + 1)
            elif segment.label or LABEL.search(tex):
                message = "A numbered equation must stand on lines of its own."
                raise FormulaError(message, "{#" if segment.label else r"\label")
        except FormulaError as error:
            raise formula_error(post, segment, error) from None
        count += equation.used
        post.formulas[segment.start] = equation
        anchor = ""
        for label, number in equation.labels.items():
            if label in post.labels:
                twice = FormulaError(f"Two equations have the label '{label}'.", label)
                raise formula_error(post, segment, twice)
            anchor = anchor or anchor_of(label)
            post.labels[label] = number, anchor


def is_block(post: Draft, segment: Segment) -> bool:
    """Whether a formula is displayed, and begins its line and ends it."""
    text, end = post.text.text, segment.start + len(segment.text)
    before = text[text.rfind("\n", 0, segment.start) + 1 : segment.start]
    after = text[end : (text.find("\n", end) + 1 or len(text))].strip()
    return segment.kind == "display" and not before and not after


def anchor_of(label: str) -> str:
    return re.sub(r"[^\w:-]+", "-", label)


def formula_error(post: Draft, segment: Segment, error: FormulaError) -> ReportgenError:
    """An error in a formula, at the line of it that holds the needle."""
    needle = error.needle
    inside = max(0, segment.text.find(needle)) if needle else 0
    line = post.text.line(segment.start + inside)
    if not needle or needle not in post.source.lines[line - 1]:
        needle = segment.text.split("\n")[0]
    return post.source.error(error.message, line, needle, error.hint)
