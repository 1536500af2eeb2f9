"""A post whose template has run: its text, and the numbers of what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reportgen.blog.kramdown import Document, Tangled
from reportgen.errors import ReportgenError
from reportgen.posts.bibliography import Library
from reportgen.posts.citations import CITED, Citations, keys_of
from reportgen.posts.environment import make_environment, render
from reportgen.posts.functions import of_filter, template_names
from reportgen.posts.items import CiteItem, FigureItem, ListItem, RefItem, ValueItem, anchor
from reportgen.posts.kramdown import CONTAINER
from reportgen.posts.post import Asset
from reportgen.posts.scan import Segment, read, segments
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
        """The id of the figure."""
        return self.item.id

    @property
    def anchor(self) -> str:
        """Where links to it lead in the page."""
        return anchor(self.item.id, self.item.kind)

    @property
    def label(self) -> str:
        """Such as 'Figure 7'."""
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
    citations: Citations = field(default_factory=Citations)
    how_to_cite: str = ""  # HTML, for the place that asks for it
    versions: Mapping[str, tuple[Asset, ...]] = field(default_factory=dict)  # by figure's id
    thumbnails: Mapping[str, Asset] = field(default_factory=dict)  # by figure's id

    def beside(self, id: str) -> tuple[Asset, ...]:
        """The files that lie beside a figure's own."""
        thumbnail = self.thumbnails.get(id)
        return (*self.versions.get(id, ()), *filter(None, [thumbnail]))

    @cached_property
    def document(self) -> Document:
        """The text as kramdown reads it, once it is whole. Raises ReportgenError with its place."""
        try:
            return read(self.text.text)
        except Tangled as error:
            line = self.text.line(error.offset)
            raise self.source.error(error.message, line, hint=error.hint) from None


def draft(
    source: Source,
    results: Results,
    macros: Mapping[str, Macro],
    library: Library | None = None,
    *,
    numbered_citations: bool = False,
) -> Draft:
    """Run a post's template and number what it shows. Raises ReportgenError with file and line."""
    library = library or Library({})
    tokens = Tokens()
    environment = make_environment(tokens)
    environment.filters["of"] = of_filter(results, tokens)
    names = template_names(results, tokens, library)
    rendered = render(environment, source, {**names, "post": source.front_matter})
    citations = Citations(library, numbered_citations)
    post = Draft(source, unmark(rendered), tokens, [], dict(macros), citations=citations)
    number_figures(post)
    number_citations(post, results)
    post.text = unmark(rendered + ending(post))
    post.segments = list(segments(post.text.text, post.document))
    number_equations(post)
    return post


def number_citations(post: Draft, results: Results) -> None:
    """Find all citations in order of appearance, those in captions where their figure stands."""
    found: list[CiteItem] = []
    for match in TOKEN.finditer(post.text.text):
        item: Any = post.tokens.get(match)
        if isinstance(item, FigureItem):
            caption = results[item.id].caption if item.caption is None else item.caption
            inner = TOKEN.finditer(cited_in(caption, post, post.figures[item.id].line))
            found += [i for i in map(post.tokens.get, inner) if isinstance(i, CiteItem)]
        elif isinstance(item, CiteItem):
            found.append(item)
    for item in found:
        post.citations.add(item)
    post.citations.settle()


def cited_in(caption: str, post: Draft, line: int) -> str:
    """A caption with tokens for its citations ``[@key]``."""

    def token(match: re.Match[str]) -> str:
        try:
            return post.tokens.put(CiteItem(post.citations.library.check(keys_of(match))))
        except ReportgenError as error:
            message = f"A caption cites '{match[0]}': {error.message}"
            raise post.source.error(message, line, "", error.hint) from None

    return CITED.sub(token, caption)


def ending(post: Draft) -> str:
    """The lists that a post which cites ends with, but for those that have their place in it.

    Raises ReportgenError for a list that has two.
    """
    placed: set[str] = set()
    for match in TOKEN.finditer(post.text.text):
        if isinstance(item := post.tokens.get(match), ListItem):
            if item.kind in placed:
                raise item_error(post, item, f"{item.kind}() can stand but once.", item.kind)
            placed.add(item.kind)
    parts = []
    if post.citations.works and "references" not in placed:
        parts.append(f"## References\n\n{post.tokens.put(ListItem('references'))}")
    wanted = post.source.front_matter.get("cite_this", bool(post.citations.works))
    if wanted and "cite_this" not in placed:
        parts.append(post.tokens.put(ListItem("cite_this")))
    return "".join(f"\n\n{part}\n" for part in parts)


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


def around(post: Draft, segment: Segment) -> tuple[str, str]:
    """What stands before and after a piece of the text in its lines."""
    text, end = post.text.text, segment.start + len(segment.text)
    before = text[text.rfind("\n", 0, segment.start) + 1 : segment.start]
    return before, text[end : (text.find("\n", end) + 1 or len(text))].strip()


def is_block(post: Draft, segment: Segment) -> bool:
    """Whether a formula is displayed and alone in its lines, in whatever list, quote or note."""
    before, after = around(post, segment)
    return segment.kind == "display" and not after and bool(CONTAINER.fullmatch(before))


def anchor_of(label: str) -> str:
    """The id in the page of an equation with this label."""
    return re.sub(r"[^\w:-]+", "-", label)


def formula_error(post: Draft, segment: Segment, error: FormulaError) -> ReportgenError:
    """An error in a formula, at the line of it that holds the needle."""
    needle = error.needle
    inside = max(0, segment.text.find(needle)) if needle else 0
    line = post.text.line(segment.start + inside)
    if not needle or needle not in post.source.lines[line - 1]:
        needle = segment.text.split("\n")[0]
    return post.source.error(error.message, line, needle, error.hint)


def item_error(
    post: Draft, item: Any, message: str, needle: str, hint: str | None = None
) -> ReportgenError:
    """An error at the first place where an item stands in the text."""
    places = (m.start() for m in TOKEN.finditer(post.text.text) if post.tokens.get(m) is item)
    at = next(places, None)
    line = None if at is None else post.text.line(at)
    return post.source.error(message, line, needle, hint)


def refuse_citation(post: Draft, item: Any, where: str) -> None:
    """Raises ReportgenError for a citation where no link can stand."""
    if isinstance(item, CiteItem):
        raise item_error(post, item, f"A citation cannot stand in {where}.", item.keys[0])
