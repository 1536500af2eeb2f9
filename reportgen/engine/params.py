"""Which values the parameters have: default < profile < ``--set``."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from reportgen.errors import Place, WrongUse, did_you_mean
from reportgen.project import Params, Project
from reportgen.registry import Graph, Node
from reportgen.registry.node import as_json

DEFAULT_PROFILE = "standard"


def resolve_params(
    project: Project, graph: Graph, *, profile: str = "", sets: Iterable[str] = ()
) -> dict[str, Params]:
    """Every node's parameters by function name.

    ``sets`` are texts such as ``denoiser.epochs=1``; the value is JSON, or a string where it is
    none. Raises WrongUse for unknown profiles, nodes or parameters and for wrong types.
    """
    resolved = {node.name: dict(node.params) for node in graph}
    place = Place(project.config_file)
    for name, table in profile_tables(project, profile or project.profile).items():
        node = known_node(graph, name, place)
        for param, value in table.items():
            resolved[node.name][param] = checked(node, param, value, place)
    for text in sets:
        node, param, value = parse_set(graph, text)
        resolved[node.name][param] = checked(node, param, value, None)
    return resolved


def profile_tables(project: Project, profile: str) -> Mapping[str, Params]:
    """The parameters of a profile, by node. Raises WrongUse for an unknown one."""
    if profile in project.profiles:
        return project.profiles[profile]
    if profile == DEFAULT_PROFILE:
        return {}
    raise WrongUse(
        f"There is no profile '{profile}'.",
        place=Place(project.config_file),
        hint=did_you_mean(profile, [DEFAULT_PROFILE, *project.profiles]),
    )


def known_node(graph: Graph, name: str, place: Place | None) -> Node:
    """A node by name or id. Raises WrongUse, with a name that is near."""
    if node := graph.find(name):
        return node
    raise WrongUse(
        f"There is no artifact or figure '{name}'.",
        place=place,
        hint=did_you_mean(name, [*graph.nodes, *graph.figures]),
    )


def parse_set(graph: Graph, text: str) -> tuple[Node, str, Any]:
    """Node, parameter and value of ``--set NODE.parameter=value``."""
    target, equals, value = text.partition("=")
    name, dot, param = target.rpartition(".")
    if not (equals and dot and name and param):
        raise WrongUse(f"'--set {text}' cannot be read.", hint="Write --set NODE.parameter=value.")
    try:
        return known_node(graph, name, None), param, json.loads(value)
    except ValueError:
        return known_node(graph, name, None), param, value


def checked(node: Node, param: str, value: Any, place: Place | None) -> Any:
    """``value`` where the node has such a parameter and the types agree."""
    if param not in node.params:
        raise WrongUse(
            f"'{node.name}' has no parameter '{param}'.",
            place=place,
            hint=did_you_mean(param, list(node.params)),
        )
    default = node.params[param]
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if default is not None and type(value) is not type(default):
        raise WrongUse(
            f"Parameter '{param}' of '{node.name}' is {value!r}, but its default {default!r} is "
            f"of type {type(default).__name__}.",
            place=place,
        )
    try:
        return as_json(value)
    except TypeError as error:
        raise WrongUse(f"Parameter '{param}' of '{node.name}' is {error}.", place=place) from None
