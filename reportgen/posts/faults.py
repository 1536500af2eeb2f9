"""What is wrong in posts, found before anything runs: all of it at once."""

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from reportgen.blog.blog import Blog
from reportgen.engine.results import unfillable
from reportgen.errors import Place, ReportgenError, WrongUse, did_you_mean, together
from reportgen.posts.bibliography import Shelf
from reportgen.posts.citations import keys_in
from reportgen.posts.source import Source, post_files, read_source, slug_of
from reportgen.posts.uses import Uses, parsed, uses_in

if TYPE_CHECKING:
    from reportgen.project import Project
    from reportgen.registry import Graph

PRIMER = ("default", "home", "page", "post")
"""The layouts that GitHub Pages gives a blog without a theme."""
NAMES = (
    *("figure", "table", "ref", "eqref", "param", "code", "post"),
    *("cite", "citet", "references", "cite_this"),
)
"""What a template may name beside artifacts."""


def check_posts(project: "Project", graph: "Graph", selection: Collection[str] = ()) -> None:
    """Find what is wrong in posts without running them, or anything.

    Only posts that are selected, by slug or by a figure that they show, are looked at; without
    a ``selection`` all are. Raises ReportgenError with all faults together.
    """
    faults: list[ReportgenError] = []
    blog = Blog(project.site_dir)
    shelf = Shelf(project)
    for path in post_files(project):
        named = {slug_of(path), path.name} & set(selection)
        try:
            source = read_source(path, project.root)
            tree, words = parsed(source)
        except ReportgenError as error:
            if not selection or named:
                faults.append(error)
            continue
        uses = uses_in(tree)
        nodes = {node.id for id in uses.figures if (node := graph.find(id))}
        if selection and not named and not {*uses.figures, *nodes} & set(selection):
            continue
        faults += [*words, *unknown(source, uses, graph)]
        faults += [*unknown_layout(source, blog), *no_code(source, uses, project)]
        faults += unknown_works(source, uses, graph, shelf)
        faults += unknown_quotes(source, uses, graph)
    if faults:
        raise together(faults)


def unknown(source: Source, uses: Uses, graph: "Graph") -> Iterator[ReportgenError]:
    """Figures and names that a post asks for, and that nothing has."""
    from reportgen.posts.environment import make_environment

    figures = list(graph.figures)
    for id in dict.fromkeys([*uses.figures, *uses.refs]):
        node = graph.find(id)
        if node is None or not node.is_figure:
            hint = did_you_mean(id, figures) or "See all with: reportgen list."
            what = "There is no figure" if node is None else "No figure, but an artifact, is"
            yield source.error(f"{what} '{id}'.", line_quoting(source, id), id, hint)
    artifacts = [node.name for node in graph if not node.is_figure]
    known = [*artifacts, *NAMES, *make_environment().globals]
    for name in uses.names:
        if name not in known and name not in uses.assigned:
            hint = did_you_mean(name, known)
            hint = hint or "It must be an artifact, a function or a variable."
            line = line_of(source, re.compile(rf"<%.*\b{re.escape(name)}\b"))
            yield source.error(f"Nothing here is called '{name}'.", line, name, hint)


def unknown_layout(source: Source, blog: Blog) -> Iterator[ReportgenError]:
    """A layout that the blog has not: Jekyll would show the bare text, and only warn."""
    name = source.front_matter.get("layout")
    given = {"", "none", "null"} if blog.theme.name else {"", "none", "null", *PRIMER}
    if isinstance(name, str) and name not in given and not blog.theme.has_layout(name):
        line = line_of(source, re.compile(r"layout\s*:"))
        known = blog.theme.layouts()
        yield WrongUse(
            f"The blog has no layout '{name}'.",
            place=Place(source.shown, line),
            hint=did_you_mean(name, known) or None,
        )


def no_code(source: Source, uses: Uses, project: "Project") -> Iterator[ReportgenError]:
    """Definitions that a post quotes, and that are gone."""
    from reportgen.engine.code import Codes
    from reportgen.freshness.sources import Sources

    if not uses.codes:
        return
    codes = Codes(project.root, Sources(project.root, project.store_dir / "parse"))
    for name in uses.codes:
        try:
            codes.named(name)
        except ReportgenError as error:
            yield source.error(error.message, line_quoting(source, name), name, error.hint)


def unknown_works(
    source: Source, uses: Uses, graph: "Graph", shelf: Shelf
) -> Iterator[ReportgenError]:
    """Works that a post, or a caption in it, cites and that no bibliography has."""
    captions = [(node, node.caption) for id in uses.figures if (node := graph.find(id))]
    quoted = [(node, key) for node, text in captions for keys in keys_in(text) for key in keys]
    if not uses.cited and not quoted:
        return
    try:
        library = shelf.library(source.path)
    except ReportgenError as fault:
        yield fault
        return
    for key in uses.cited:
        if key not in library.works:
            error = library.unknown(key)
            yield source.error(error.message, line_quoting(source, key), key, error.hint)
    for node, key in quoted:
        if key not in library.works:
            error = library.unknown(key)
            message = f"The caption of '{node.id}' cites '@{key}'. {error.message}"
            yield ReportgenError(message, place=node.place, hint=error.hint)


def unknown_quotes(source: Source, uses: Uses, graph: "Graph") -> Iterator[ReportgenError]:
    """Values in captions and alt texts, ``{denoiser.epochs}``, of what there is not."""
    for id in uses.figures:
        node = graph.find(id)
        if node is None:
            continue
        for written, message, hint in unfillable(uses.captions.get(id, ""), node, graph):
            line = line_of(source, re.compile(re.escape(written)))
            yield source.error(f"The caption of '{id}': {message}", line, written, hint)
        for text in (node.caption, node.alt):
            for _, message, hint in unfillable(text, node, graph):
                where = f"'{id}', which {source.path.name} shows: {message}"
                yield ReportgenError(where, place=node.place, hint=hint)


def line_quoting(source: Source, name: str) -> int | None:
    """The first line, from 1, in which a tag has a name in quotes."""
    return line_of(source, re.compile(rf"""<%.*["']{re.escape(name)}["']"""))


def line_of(source: Source, pattern: re.Pattern[str]) -> int | None:
    """The first line, from 1, in which a pattern is found."""
    return next((n for n, text in enumerate(source.lines, 1) if pattern.search(text)), None)
