"""From what a person types to nodes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from reportgen.errors import WrongUse, did_you_mean
from reportgen.registry.graph import Graph
from reportgen.registry.node import Node


def select(
    graph: Graph, patterns: Iterable[str], posts: Mapping[str, Sequence[str]] | None = None
) -> list[Node]:
    """The nodes that ``patterns`` name, in the graph's order; all of them for no pattern.

    A pattern is a figure id or the first components of one (``A.4`` selects A.4, A.4a and A.4.1,
    never A.40), a glob, a function name, or the slug of a post (``posts`` gives the ids it shows).
    Raises WrongUse for a pattern that names nothing.
    """
    patterns = list(patterns)
    if not patterns:
        return list(graph)
    chosen = set[str]()
    for pattern in patterns:
        found = matches(graph, pattern, posts or {})
        if not found and pattern not in (posts or {}):  # a post may show no figure
            known = [*graph.figures, *graph.nodes, *(posts or {})]
            raise WrongUse(
                f"Nothing is named '{pattern}'.",
                hint=f"{did_you_mean(pattern, known)} 'reportgen list' shows all names.".strip(),
            )
        chosen |= found
    return [node for node in graph if node.name in chosen]


def matches(graph: Graph, pattern: str, posts: Mapping[str, Sequence[str]]) -> set[str]:
    """The names of the nodes that a pattern, a file or a post selects."""
    if pattern in posts:
        return {graph.figures[id].name for id in posts[pattern] if id in graph.figures}
    if set(pattern) & set("*?["):
        return {n.name for n in graph if fnmatchcase(n.id, pattern) or fnmatchcase(n.name, pattern)}
    wanted = components(pattern)
    return {
        node.name
        for node in graph
        if node.name == pattern
        or (wanted and node.is_figure and components(node.id)[: len(wanted)] == wanted)
    }


def components(id: str) -> list[str]:
    """``B.1a`` as ``["B", "1", "a"]``."""
    return re.findall(r"[^\W\d_]+|\d+", id)
