"""The order in which nodes come up: inputs before what needs them, the cheapest first if asked."""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from reportgen.registry import Graph, Node


class Turns:
    """Nodes that wait for inputs, or for their turn. Taking one costs little among ten thousand.

    A node is *settled* once nobody need wait for it any more. ``rank`` says which of the nodes
    that are ready comes first; of equals the first in the graph's order.
    """

    def __init__(self, graph: Graph, nodes: Iterable[Node], rank: Callable[[Node], float]) -> None:
        self.graph, self.rank = graph, rank
        self.place = {name: i for i, name in enumerate(graph.order)}
        self.waiting: dict[str, Node] = {node.name: node for node in nodes}
        self.unsettled = set(self.waiting)
        self.ready: list[tuple[float, int, str]] = []
        for node in self.waiting.values():
            self.offer(node)

    def __len__(self) -> int:
        return len(self.waiting)

    def offer(self, node: Node) -> None:
        """Put a node in line where all of its inputs are settled."""
        if self.unsettled.isdisjoint(node.inputs):
            heappush(self.ready, (self.rank(node), self.place[node.name], node.name))

    def take(self) -> Node | None:
        """The next node whose inputs are all settled, None where every node waits for another."""
        while self.ready:
            name = heappop(self.ready)[2]
            if name in self.waiting and self.unsettled.isdisjoint(self.graph.nodes[name].inputs):
                return self.waiting.pop(name)
        return None

    def put(self, node: Node) -> None:
        """Have a node wait, perhaps again; what needs it waits too."""
        self.waiting[node.name] = node
        self.unsettled.add(node.name)
        self.offer(node)

    def settle(self, node: Node) -> None:
        """Say that a node has ended, and offer those that waited for it."""
        self.unsettled.discard(node.name)
        for other in self.graph.dependents(node):
            if other.name in self.waiting:
                self.offer(other)

    def clear(self) -> list[Node]:
        """Give up what waits, and return it."""
        left, self.waiting, self.ready = list(self.waiting.values()), {}, []
        return left
