"""All code that a producer can reach, and one digest of it.

The digest of a definition is that of its own code and of what each of its names means, which in
turn are definitions: a Merkle tree, where there are no cycles. Definitions that reach one another
are told apart by refinement: give each a colour by its own code, then again and again by the
colours of what it uses, until that separates nothing more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from reportgen.freshness.graph import LOAD, WHOLE, Edge, Graph, Node
from reportgen.freshness.growing import growing
from reportgen.freshness.memory import Memory
from reportgen.freshness.normalise import digest_bytes
from reportgen.freshness.sources import Sources, is_standard


@dataclass(frozen=True)
class Closure:
    """What a producer's code depends on. ``digest`` says whether that has changed, ``packages``
    what it imports besides (``numpy``, ``torch``); the rest, which tells what it is, is only
    found when asked for."""

    digest: str
    packages: tuple[str, ...]
    _closures: "Closures" = field(repr=False, compare=False)
    _root: tuple[str, str] = field(repr=False, compare=False)

    @cached_property
    def definitions(self) -> Mapping[str, str]:
        """``experiments/unet.py:UNet`` and the like, with a digest of what each says and of what
        its names mean. What runs when a module is imported is ``experiments/unet.py:import``."""
        named, root = self._names, self._roots[0]
        return {name: self._closures.shown(node, root, named) for node, name in named.items()}

    @cached_property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """How the producer reaches each definition: the shortest chain of definitions."""
        return {name: self._path(node) for node, name in self._names.items()}

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The project files that are imported when the producer is imported and runs."""
        return tuple(sorted(self._closures.imported(self._parents)))

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The files of the definitions and the SHA-256 of their bytes."""
        files = sorted({node.file for node in self._parents})
        return {file: self._closures.sources.files[file] for file in files}

    @cached_property
    def _roots(self) -> tuple[Node, ...]:
        return self._closures.graph.find(*self._root)

    @cached_property
    def _parents(self) -> Mapping[Node, Node | None]:
        return self._closures.reached(self._roots)

    @cached_property
    def _names(self) -> Mapping[Node, str]:
        return self._closures.labels(self._parents)

    def _path(self, node: Node) -> tuple[str, ...]:
        path, step = [self._names[node]], self._parents[node]
        while step is not None:
            path.append(self._names[step])
            step = self._parents[step]
        return tuple(reversed(path))


DOCS, SUBCLASSES = "reads docstrings", "asks for subclasses"  # traits that are no packages
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
        self.memory = Memory(sources)
        self._digests: dict[Node, str] = {}
        self._traits: dict[Node, frozenset[str]] = {}

    def closure(self, file: str, name: str) -> Closure:
        """The closure of what ``name`` is in ``file``; of the whole file if it is nothing."""
        known = self.memory.get(file, name)
        if known is None:
            digest, traits = self._digest(self.graph.find(file, name))
            known = digest, tuple(sorted(traits - {DOCS, SUBCLASSES}))
            self.memory.note(file, name, *known)
        return Closure(*known, self, (file, name))

    def save(self) -> None:
        """Keep what was found out, for the next process that looks at the same files."""
        self.memory.save(self.graph.consulted)

    def reached(self, roots: tuple[Node, ...]) -> dict[Node, Node | None]:
        """All nodes that the roots reach, each with the one before it on a shortest way."""
        parents: dict[Node, Node | None] = dict.fromkeys(roots)
        for node in growing(parents):
            for target in _nodes(self.graph.edges(node, roots[0])):
                parents.setdefault(target, node)
        return parents

    def imported(self, nodes: Iterable[Node]) -> dict[str, None]:
        """The project files that are imported when the nodes' modules are, and by the nodes."""
        modules = {node.file: None for node in nodes}
        for node in nodes:
            modules.update(dict.fromkeys(self.graph.imported_by(node)))
        for module in growing(modules):
            modules.update(dict.fromkeys(self.graph.imported(module)))
        return modules

    def labels(self, nodes: Iterable[Node]) -> dict[Node, str]:
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

    def shown(self, node: Node, root: Node, names: Mapping[Node, str]) -> str:
        """A digest of what a definition says and of which definitions it means by its names."""
        return self._mix(self.graph.own(node, root), self.graph.edges(node, root), names)

    # Digests -----------------------------------------------------------------------------------

    def _digest(self, roots: tuple[Node, ...]) -> tuple[str, frozenset[str]]:
        """The digest of what the roots reach, and the traits of all that is among it. A producer
        is digested here: its defaults are parameters, which its key has already."""
        digests: list[str] = []
        traits: set[str] = set()
        for root in roots:
            edges = self.graph.edges(root, roots[0])
            for target in _nodes(edges):
                self._visit(target)
                traits |= self._traits[target]
            traits |= self._own_traits(root, edges)
            digests.append(self._mix(self.graph.own(root, roots[0]), edges, self._digests))
        if DOCS in traits:
            digests += (self.graph.statement(n).doc for n in self.reached(roots) if n.number >= 0)
        if SUBCLASSES in traits:
            digests += self._subclasses(roots)
        return digest_bytes(" ".join(digests).encode()), frozenset(traits)

    def _own_traits(self, node: Node, edges: Iterable[Edge]) -> frozenset[str]:
        """What else there is to know of a closure with ``node``: packages, and odd habits."""
        outside = (target for _, targets in edges for target in targets if isinstance(target, str))
        tops = {target.partition(".")[0] for target in outside if " " not in target}
        traits = {top for top in tops if top and top != "reportgen" and not is_standard(top)}
        if node.number >= 0:
            statement = self.graph.statement(node)
            traits.update([DOCS] * statement.reads_docs + [SUBCLASSES] * statement.reads_subclasses)
        return frozenset(traits)

    def _subclasses(self, roots: tuple[Node, ...]) -> Iterator[str]:
        """All classes with bases that are imported: one of them may be found as a subclass."""
        for file in self.imported(self.reached(roots)):
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
        traits = {self._own_traits(node, graph.edges(node)) for node in nodes}
        for node in nodes:
            traits |= {self._traits[t] for t in _nodes(graph.edges(node)) if t in self._traits}
        self._traits.update(dict.fromkeys(nodes, frozenset().union(*traits)))
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
