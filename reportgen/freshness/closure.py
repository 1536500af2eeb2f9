"""All code that a producer can reach, and one digest of it.

From the producer we walk to every definition that a name may mean. The digest is that of a sorted
list, with one line for each definition: what it says, and what those say that its names stand for.
Where no two say the same, these lines are the whole graph; those that do are told apart by file.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from reportgen.freshness.facts import Statement
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


# Packages that take docstrings for prompts and descriptions.
READ_DOCS = frozenset(
    {"dspy", "docstring_parser", "ell", "fastmcp", "instructor", "langchain", "langchain_core"}
    | {"marvin", "pydantic_ai", "smolagents"}
)
MEANT: dict[str, Callable[[Statement], bool]] = {
    "reads_subclasses": lambda statement: bool(statement.bases),
    "reads_modules": lambda statement: statement.kind != "function",
}
"""What else a definition can reach that asks in this way."""
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

    def closure(self, file: str, name: str) -> Closure:
        """The closure of what ``name`` is in ``file``; of the whole file if it is nothing."""
        known = self.memory.get(file, name)
        if known is None:
            known = self._digest(self.graph.find(file, name))
            self.memory.note(file, name, *known)
        return Closure(*known, self, (file, name))

    def save(self) -> None:
        """Keep what was found out, for the next process that looks at the same files."""
        self.memory.save(self.graph.consulted)

    def reached(self, roots: tuple[Node, ...]) -> dict[Node, Node | None]:
        """All nodes that the roots reach, each with the one before it on a shortest way. Where one
        asks for subclasses, every class with bases that is imported may be the answer; where one
        looks into a module by an object of it, all but functions, which are seen if they run."""
        parents: dict[Node, Node | None] = dict.fromkeys(roots)
        self._spread(parents, roots[0])
        for trait, is_meant in MEANT.items():
            if asks := next((n for n in parents if self._has(n, trait)), None):
                for file in self.imported(parents):
                    for number, statement in enumerate(self.graph.facts(file).statements):
                        if is_meant(statement):
                            parents.setdefault(Node(file, number), asks)
                self._spread(parents, roots[0])
        return parents

    def _spread(self, parents: dict[Node, Node | None], root: Node) -> None:
        for node in growing(parents):
            for target in _nodes(self.graph.edges(node, root)):
                parents.setdefault(target, node)

    def _has(self, node: Node, trait: str) -> bool:
        return node.number >= 0 and bool(getattr(self.graph.statement(node), trait))

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
        return _mix(self.graph.own(node, root), self.graph.edges(node, root), names)

    # Digests -----------------------------------------------------------------------------------

    def _digest(self, roots: tuple[Node, ...]) -> tuple[str, tuple[str, ...]]:
        """One digest of all that the roots reach, and the packages that it uses. Each line tells
        what a node says and what its names stand for say. A producer's defaults are parameters,
        which its key has already."""
        graph, root, reached = self.graph, roots[0], self.reached(roots)
        says = {node: self._says(node, root) for node in reached}
        alike = {text for text, count in Counter(says.values()).items() if count > 1}
        says = {n: f"{text} {n.file}" if text in alike else text for n, text in says.items()}
        lines = sorted(_mix(says[node], graph.edges(node, root), says) for node in reached)
        lines += [says[node] for node in roots]
        outside = {
            target
            for node in reached
            for _, targets in graph.edges(node, root)
            for target in targets
            if isinstance(target, str) and " " not in target
        }
        tops = {target.partition(".")[0] for target in outside}
        if any(self._has(n, "reads_docs") for n in reached) or not READ_DOCS.isdisjoint(tops):
            lines += sorted(graph.statement(n).doc for n in reached if n.number >= 0)
        packages = sorted(t for t in tops if t and t != "reportgen" and not is_standard(t))
        return digest_bytes(" ".join(lines).encode()), tuple(packages)

    def _says(self, node: Node, root: Node) -> str:
        """What a node itself says; of what a module does on import, what each part of that says."""
        own = self.graph.own(node, root)
        if node.number >= 0:
            return own
        edges = self.graph.edges(node, root)
        return _mix(own, edges, {target: self.graph.own(target) for target in _nodes(edges)})


def _mix(own: str, edges: Iterable[Edge], says: Mapping[Node, str]) -> str:
    lines = [own]
    for use, targets in edges:
        shown = [says[t] if isinstance(t, Node) else f"{len(t)}:{t}" for t in targets]
        lines.append(f"{use} {len(shown)} {' '.join(shown)}")
    return digest_bytes("\n".join(lines).encode())


def _nodes(edges: Iterable[Edge]) -> Iterator[Node]:
    for _, targets in edges:
        yield from (target for target in targets if isinstance(target, Node))
