"""The nodes of a project and how they depend on each other."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.registry.node import Node


class Graph:
    """All nodes by function name. Raises ReportgenError where names, ids or inputs do not fit."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: dict[str, Node] = {}
        self.figures: dict[str, Node] = {}
        for node in nodes:
            self.add(node)
        artifacts = [node.name for node in self.nodes.values() if not node.is_figure]
        for node in self.nodes.values():
            self.check_inputs(node, dict.fromkeys(artifacts))
        self.check_earlier_names()
        self.order = self.sort()
        self.used_by: dict[str, list[Node]] = {name: [] for name in self.order}
        for node in self:
            for name in dict.fromkeys(node.inputs):
                self.used_by[name].append(node)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes[name] for name in self.order)

    def __len__(self) -> int:
        return len(self.nodes)

    def add(self, node: Node) -> None:
        """Add a node. Raises ReportgenError for a name or id that another one has."""
        if other := self.nodes.get(node.name):
            raise ReportgenError(
                f"'{node.name}' is registered twice, here and at {other.place}.",
                place=node.place,
                hint="Give one of the two functions another name.",
            )
        if node.is_figure and (other := self.figures.get(node.id)):
            raise ReportgenError(
                f"Two figures have the id '{node.id}': '{node.name}' here and '{other.name}' at "
                f"{other.place}.",
                place=node.place,
                hint="Give one of them another id.",
            )
        self.nodes[node.name] = node
        if node.is_figure:
            self.figures[node.id] = node

    def check_earlier_names(self) -> None:
        """Refuse a ``was`` that is the name of another node, now or before."""
        owner = dict(self.nodes)
        for node in self.nodes.values():
            for name in node.was:
                if name in owner:
                    raise ReportgenError(
                        f"'{node.name}' was '{name}', but so is or was '{owner[name].name}' at "
                        f"{owner[name].place}.",
                        place=node.place,
                        hint="'was' names what a function was called before it was renamed.",
                    )
                owner[name] = node

    def check_inputs(self, node: Node, artifacts: Mapping[str, None]) -> None:
        """Raise ReportgenError for an input that no artifact makes."""
        for name in node.inputs:
            if name in artifacts:
                continue
            what = "a figure, not an artifact" if name in self.nodes else "not an artifact"
            raise ReportgenError(
                f"Input '{name}' of '{node.name}' is {what}.",
                place=node.place,
                hint=did_you_mean(name, [*artifacts, "run"])
                + f" A parameter is keyword-only: def {node.name}(…, *, {name}=…).",
            )

    def sort(self) -> list[str]:
        """Names in an order in which inputs come first, otherwise as registered."""
        try:
            return list(
                TopologicalSorter({n.name: n.inputs for n in self.nodes.values()}).static_order()
            )
        except CycleError as error:
            cycle = [str(name) for name in error.args[1]]
            raise ReportgenError(
                f"The inputs form a cycle: {' → '.join(reversed(cycle))}.",
                place=self.nodes[cycle[0]].place,
                hint="An artifact cannot depend on itself, not even through others.",
            ) from None

    def find(self, name: str) -> Node | None:
        """The node of a figure id or a function name."""
        return self.figures.get(name) or self.nodes.get(name)

    def ancestors(self, nodes: Iterable[Node]) -> set[str]:
        """The names of all nodes that these need, themselves included."""
        found: set[str] = set()
        queue = [node.name for node in nodes]
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                queue += self.nodes[name].inputs
        return found

    def dependents(self, node: Node) -> list[Node]:
        """The nodes that take this one as an input, in order."""
        return self.used_by[node.name]

    def descendants(self, node: Node) -> set[str]:
        """The names of all nodes that need this one, itself included."""
        found: set[str] = set()
        queue = [node]
        while queue:
            node = queue.pop()
            if node.name not in found:
                found.add(node.name)
                queue += self.used_by[node.name]
        return found
