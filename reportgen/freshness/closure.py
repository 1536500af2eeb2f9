"""All code that a producer can reach, and one digest of it.

The digest of a definition is that of its own code and of what each of its names means, which in
turn are definitions: a Merkle tree, where there are no cycles. Definitions that reach one another
are told apart by refinement: give each a colour by its own code, then again and again by the
colours of what it uses, until that separates nothing more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from reportgen.freshness.graph import LOAD, WHOLE, Edge, Graph, Node, growing
from reportgen.freshness.normalise import digest_bytes
from reportgen.freshness.sources import Sources, is_standard


@dataclass(frozen=True)
class Closure:
    """What a producer's code depends on. ``digest`` changes if and only if it should rerun."""

    digest: str
    definitions: Mapping[str, str]  # "experiments/unet.py:UNet": digest of its own code
    paths: Mapping[str, tuple[str, ...]]  # how the producer reaches each of them, it included
    modules: tuple[str, ...]  # project files that are imported
    packages: tuple[str, ...]  # others: "numpy", "torch"
    sources: Mapping[str, str]  # files of the definitions: SHA-256 of their bytes

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Closure":
        paths = {name: tuple(path) for name, path in value["paths"].items()}
        lists = {name: tuple(value[name]) for name in ("modules", "packages")}
        return cls(**{**value, **lists, "paths": paths})


_SHARED: "WeakKeyDictionary[Sources, Closures]" = WeakKeyDictionary()


def closure(sources: Sources, file: str, name: str) -> Closure:
    """The closure of the function ``name`` of ``file`` (a path relative to the root).

    Closures over the same ``sources`` share all work. A file that is reached and cannot be parsed
    raises ReportgenError.
    """
    return shared(sources).closure(file, name)


def shared(sources: Sources) -> "Closures":
    """The one ``Closures`` of these sources."""
    if sources not in _SHARED:
        _SHARED[sources] = Closures(sources)
    return _SHARED[sources]


class Closures:
    """Closures over one snapshot of the sources."""

    def __init__(self, sources: Sources) -> None:
        self.sources, self.graph = sources, Graph(sources)
        self._digests: dict[Node, str] = {}
        self._flags: dict[Node, frozenset[str]] = {}

    def closure(self, file: str, name: str) -> Closure:
        """All that the definition reaches; in breadth, so that paths are the shortest."""
        roots = self.graph.find(file, name)
        parents: dict[Node, Node | None] = dict.fromkeys(roots)
        outside: set[str] = set()
        for node in growing(parents):
            for _, targets in self.graph.edges(node, roots[0]):
                outside.update(target for target in targets if isinstance(target, str))
                for target in targets:
                    if isinstance(target, Node):
                        parents.setdefault(target, node)
        names = self._labels(parents)
        files = sorted({node.file for node in parents})
        return Closure(
            digest=self.digest(file, name),
            definitions={name: self._shown(node, roots[0], names) for node, name in names.items()},
            paths={name: tuple(self._path(node, parents, names)) for node, name in names.items()},
            modules=tuple(sorted(self._imported(files))),
            packages=tuple(sorted(_packages(outside))),
            sources={file: self.sources.files[file] for file in files},
        )

    def _imported(self, files: Iterable[str]) -> dict[str, None]:
        modules = dict.fromkeys(files)
        for module in growing(modules):
            modules.update(dict.fromkeys(self.graph.imported(module)))
        return modules

    def _labels(self, nodes: Iterable[Node]) -> dict[Node, str]:
        """``file:name`` of statements and modules; a name that is there twice gets a number."""
        labels: dict[Node, str] = {}
        count: dict[str, int] = {}
        for node in sorted(nodes):
            kinds = {LOAD: "import", WHOLE: "*"}
            name = kinds[node.number] if node.number < 0 else self.graph.statement(node).name
            name = f"{node.file}:{name}"
            count[name] = count.get(name, 0) + 1
            labels[node] = name + (f" ({count[name]})" if count[name] > 1 else "")
        return labels

    def _shown(self, node: Node, root: Node, names: Mapping[Node, str]) -> str:
        """A digest of what a definition says and of which definitions it means by its names."""
        named = {n: names[n] for n in _nodes(self.graph.edges(node, root))}
        return self._mix(self.graph.own(node, root), self.graph.edges(node, root), named)

    def _path(
        self, node: Node, parents: Mapping[Node, Node | None], names: Mapping[Node, str]
    ) -> list[str]:
        path: list[str] = []
        step: Node | None = node
        while step is not None:
            path.insert(0, names[step])
            step = parents[step]
        return path

    # Digests -----------------------------------------------------------------------------------

    def digest(self, file: str, name: str) -> str:
        """The digest of a closure, without the rest of it."""
        roots = self.graph.find(file, name)
        digests: list[str] = []
        flags: set[str] = set()
        for root in roots:
            edges = self.graph.edges(root, roots[0])
            for target in _nodes(edges):
                self._visit(target)
                flags |= self._flags[target]
            flags |= self._own_flags(root)
            digests.append(self._mix(self.graph.own(root, roots[0]), edges, self._digests))
        if flags:
            digests += self._beyond(roots, flags)
        return digest_bytes(" ".join(digests).encode())

    def _own_flags(self, node: Node) -> frozenset[str]:
        if node.number < 0:
            return frozenset()
        statement = self.graph.statement(node)
        named = {"docs": statement.reads_docs, "subclasses": statement.reads_subclasses}
        return frozenset(name for name, value in named.items() if value)

    def _beyond(self, roots: Iterable[Node], flags: set[str]) -> Iterator[str]:
        """What code sees that reads docstrings, or asks a class for its subclasses."""
        nodes: dict[Node, None] = dict.fromkeys(roots)
        for node in growing(nodes):
            nodes.update(dict.fromkeys(_nodes(self.graph.edges(node))))
        if "docs" in flags:
            yield from (self.graph.statement(node).doc for node in nodes if node.number >= 0)
        if "subclasses" in flags:
            for file in self._imported({node.file for node in nodes}):
                for number, statement in enumerate(self.graph.facts(file).statements):
                    if statement.kind == "class" and statement.bases:
                        self._visit(Node(file, number))
                        yield self._digests[Node(file, number)]

    def _mix(self, own: str, edges: Iterable[Edge], digests: Mapping[Node, str]) -> str:
        lines = [own]
        for use, targets in edges:
            shown = [digests[t] if isinstance(t, Node) else f"{len(t)}:{t}" for t in targets]
            lines.append(f"{use} {len(shown)} {' '.join(shown)}")
        return digest_bytes("\n".join(lines).encode())

    def _visit(self, start: Node) -> None:
        """Digest ``start`` and all that it reaches, the reached first (Tarjan 1972)."""
        order: dict[Node, int] = {}
        low: dict[Node, int] = {}
        stack: list[Node] = []
        calls: list[tuple[Node, Iterator[Node]]] = []

        def enter(node: Node) -> None:
            order[node] = low[node] = len(order)
            stack.append(node)
            calls.append((node, _nodes(self.graph.edges(node))))

        if start not in self._digests:
            enter(start)
        while calls:
            node, targets = calls[-1]
            target = next((t for t in targets if t not in self._digests), None)
            if target is None:
                calls.pop()
                if calls:
                    low[calls[-1][0]] = min(low[calls[-1][0]], low[node])
                if low[node] == order[node]:
                    at = stack.index(node)
                    self._digest_cycle(stack[at:])
                    del stack[at:]
            elif target not in order:
                enter(target)
            else:
                low[node] = min(low[node], order[target])

    def _digest_cycle(self, nodes: list[Node]) -> None:
        """Digest nodes that reach one another, or a single one."""
        graph = self.graph
        flags = [self._own_flags(node) for node in nodes]
        for node in nodes:
            flags += [self._flags.get(t, frozenset()) for t in _nodes(graph.edges(node))]
        self._flags.update(dict.fromkeys(nodes, frozenset().union(*flags)))
        own = {node: graph.own(node) for node in nodes}
        if len(nodes) == 1 and nodes[0] not in set(_nodes(graph.edges(nodes[0]))):
            node = nodes[0]
            self._digests[node] = self._mix(own[node], graph.edges(node), self._digests)
            return
        colours, classes = own, 0
        while len(set(colours.values())) > classes:
            classes = len(set(colours.values()))
            known = {**self._digests, **colours}
            colours = {
                node: self._mix(f"{colours[node]} {own[node]}", graph.edges(node), known)
                for node in nodes
            }
        known = {**self._digests, **colours}
        whole = sorted({self._mix(colours[n], graph.edges(n), known) for n in nodes})
        for node in nodes:
            self._digests[node] = digest_bytes("\n".join([colours[node], *whole]).encode())


def _nodes(edges: Iterable[Edge]) -> Iterator[Node]:
    for _, targets in edges:
        yield from (target for target in targets if isinstance(target, Node))


def _packages(outside: Iterable[str]) -> set[str]:
    tops = {target.partition(".")[0] for target in outside if " " not in target}
    return {top for top in tops if top and not is_standard(top) and top != "reportgen"}
