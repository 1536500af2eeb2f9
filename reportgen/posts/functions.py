"""The functions that a post's template can call."""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from reportgen.engine.draw import stem
from reportgen.errors import ReportgenError
from reportgen.posts.bibliography import Library
from reportgen.posts.environment import as_markdown, value_item
from reportgen.posts.items import CiteItem, EquationRef, FigureItem, ListItem, RefItem
from reportgen.posts.tokens import Tokens
from reportgen.posts.values import artifacts, find_result, parameter

if TYPE_CHECKING:
    from reportgen.engine.results import Result, Results


def is_table(result: Any) -> bool:
    """Whether a figure was drawn as a table."""
    return result.drawn is not None and result.drawn.kind.lower() == "table"


def template_names(results: Results, tokens: Tokens, library: Library) -> dict[str, Any]:
    """Everything that a template can name: the artifacts, and the functions below."""

    def shown(id: str, kind: Literal["figure", "table"], caption: str | None) -> Markup:
        caption = None if caption is None else as_markdown(caption, tokens)
        return tokens.mark(FigureItem(id, kind, caption))

    def figure(id: str, caption: str | None = None) -> Markup:
        """Show a figure here, with its number, caption, links and provenance."""
        is_one = is_table(find_result(results, id, "figure"))
        return shown(id, "table" if is_one else "figure", caption)

    def table(id: str, caption: str | None = None) -> Markup:
        """Show a figure whose media is a Table, numbered among the tables."""
        result = find_result(results, id, "figure")
        if result.drawn is not None and not is_table(result):
            raise ReportgenError(
                f"'{id}' is of kind {result.drawn.kind}, not a table.",
                hint=f'Show it with: figure("{id}").',
            )
        return shown(id, "table", caption)

    def ref(id: str, text: str | None = None, panel: str = "") -> Markup:
        """A link to a figure or table, "Figure 7", or to one of its panels, "Figure 7(a)"."""
        result = find_result(results, id, "figure")
        return tokens.mark(RefItem(id, text, panel, panel_anchor(result, panel) if panel else ""))

    def eqref(name: str) -> Markup:
        """A link to the equation with this label: "equation 2"."""
        return tokens.mark(EquationRef(name))

    def param(node: str, name: str) -> Any:
        """The value of a node's parameter in this build."""
        value = parameter(results, node, name)
        return tokens.noted(value, (results[node].node.name, name))

    def code(name: str) -> Markup:
        """A function, a class or another definition of the project: "package.module.name"."""
        found = results.definition(name)
        ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", f"{found.text}`")))
        return Markup(f"{ticks}python\n{dedent(found.text)}\n{ticks}")

    def cite(
        *keys: str, before: str = "", after: str = "", bare: bool = False, text: str = ""
    ) -> Markup:
        """Cite works by their BibTeX keys: "(Ho et al. 2020; Song et al. 2021)"."""
        found = library.check(keys)
        return tokens.mark(CiteItem(found, str(before), str(after), bare=bare, text=str(text)))

    def citet(*keys: str, after: str = "") -> Markup:
        """Cite works whose authors are part of the sentence: "Ho et al. (2020)"."""
        return tokens.mark(CiteItem(library.check(keys), after=str(after), textual=True))

    def references() -> Markup:
        """The list of the works that are cited here, which else ends the post."""
        return tokens.mark(ListItem("references"))

    def cite_this() -> Markup:
        """BibTeX of this post, which else ends a post that cites."""
        return tokens.mark(ListItem("cite_this"))

    functions: list[Callable[..., Any]] = [
        *(figure, table, ref, eqref, param, code),
        *(cite, citet, references, cite_this),
    ]
    return {**artifacts(results, tokens), **{function.__name__: function for function in functions}}


def panel_anchor(result: Result, panel: str) -> str:
    """``fig-b-1b-a``. Raises ReportgenError for a panel that a drawn figure has not."""
    prefix = f"fig-{stem(result.node)}-"
    letters = re.findall(rf'id="{prefix}([a-z])"', result.drawn.html) if result.drawn else [panel]
    if panel not in letters:
        there = f"has the panels {', '.join(letters)}" if letters else "has no panels"
        raise ReportgenError(f"'{result.node.id}' {there}; there is no '{panel}'.")
    return prefix + panel


def of_filter(results: Results, tokens: Tokens) -> Callable[[Any, str], Markup]:
    """``denoiser.test_psnr | db | of("B.1d")``: the number links to the figure that shows it."""

    def of(value: Any, id: str) -> Markup:
        find_result(results, id, "figure")
        return tokens.mark(value_item(value, tokens, id))

    return of
