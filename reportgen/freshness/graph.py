"""Which definition reaches which: every name of every statement, resolved over all files.

Nodes are top-level statements, modules (what runs when one is imported) and whole modules (for
``import *``, ``getattr(module, …)`` and the like). An edge is labelled by the name that the code
uses, so a definition says *helper* and the edge says what *helper* is. Module names are in no
label: moving a function to another file changes nothing that it does.
"""

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from reportgen.freshness.effects import is_effect
from reportgen.freshness.facts import Facts, Part, Statement
from reportgen.freshness.growing import growing
from reportgen.freshness.sources import Sources, is_ours, is_standard

HERE = frozenset({"__name__", "__file__", "__path__", "__package__", "__spec__", "__loader__"})
BUILTINS = frozenset(dir(builtins))


class Node(NamedTuple):
    """A statement of a file by number, or with a negative number one of the kinds below."""

    file: str
    number: int


LOAD, WHOLE = -1, -2  # what importing the file does; everything in it
Target = Node | str  # a string is something outside: "numpy.zeros"
Edge = tuple[str, tuple[Target, ...]]


@dataclass
class Graph:
    """The nodes of ``sources`` and their edges, found when asked for. ``consulted`` notes which
    files had to be looked at to tell what names of a file mean."""

    sources: Sources
    consulted: dict[str, set[str]] = field(default_factory=dict)
    _edges: dict[Node, tuple[Edge, ...]] = field(default_factory=dict)
    _loud: dict[str, bool] = field(default_factory=dict)
    _names: dict[tuple[str, str], tuple[Target, ...]] = field(default_factory=dict)
    _effects: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _events: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def facts(self, file: str) -> Facts:
        """What the text of a file says."""
        return self.sources.facts(file)

    def module_file(self, file: str, module: str) -> str | None:
        """The file of a module, asked for on behalf of ``file``."""
        other = self.sources.module_file(module)
        if other and other != file:
            self.consulted.setdefault(file, set()).add(other)
        return other

    def statement(self, node: Node) -> Statement:
        """The statement of a node that is one."""
        return self.facts(node.file).statements[node.number]

    def find(self, file: str, name: str) -> tuple[Node, ...]:
        """The statements that define ``name``; the whole file if none does."""
        known = name in self.facts(file).names
        found = self.resolve(file, name) if known else ()
        return tuple(node for node in found if isinstance(node, Node)) or (Node(file, WHOLE),)

    def own(self, node: Node, root: Node | None = None) -> str:
        """The digest of what ``node`` itself says. A producer's defaults are its parameters and
        count as such, so they are left out where ``node`` is the ``root``."""
        if node.number < 0:
            return ("", "load", "whole")[-node.number]
        statement = self.statement(node)
        parts = [statement.own, *(part.own for part in self._parts(node, root))]
        return parts[0] if len(parts) == 1 else " ".join(parts)

    def edges(self, node: Node, root: Node | None = None) -> tuple[Edge, ...]:
        """What ``node`` uses: pairs of a name and all that it may stand for, in a fixed order."""
        if node == root:
            return tuple(self._find_edges(node, root))
        if node not in self._edges:
            self._edges[node] = tuple(self._find_edges(node, None))
        return self._edges[node]

    def _find_edges(self, node: Node, root: Node | None) -> Iterator[Edge]:
        if node.number == LOAD:
            yield from self._load_edges(node.file)
        elif node.number == WHOLE:
            yield from self._whole_edges(node.file)
        else:
            yield from self._statement_edges(node, root)

    def _statement_edges(self, node: Node, root: Node | None) -> Iterator[Edge]:
        """The edges of a statement. Of one that reads names when the module is imported, labels
        tell its place among what binds a name several times, and among the module's effects."""
        statement, parts = self.statement(node), list(self._parts(node, root))
        uses = {*statement.uses, *(use for part in parts for use in part.uses)}
        eager = statement.eager or any(part.uses for part in parts)
        for use in sorted(uses):
            if targets := self.resolve(node.file, use):
                here = [t.number for t in targets if isinstance(t, Node) and t.file == node.file]
                several = eager and len(here) > 1
                yield use + f" {_before(node, here)}" * several, targets
        if self.loud(node.file):
            events = self.events(node.file) if eager else ()
            yield f"import {_before(node, events)}", (Node(node.file, LOAD),)

    def _parts(self, node: Node, root: Node | None) -> Iterator[Part]:
        statement = self.statement(node)
        others = [part for part in statement.decorators if not self.is_node(node.file, part)]
        yield from others
        if statement.defaults and (node != root or others == statement.decorators):
            yield statement.defaults

    def is_node(self, file: str, decorator: Part) -> bool:
        """Whether a decorator is ours; it says how to draw and tell, never what to compute."""
        targets = self.resolve(file, decorator.ref) if decorator.ref else ()
        return any(isinstance(target, str) and is_ours(target) for target in targets)

    # Names -------------------------------------------------------------------------------------

    def resolve(self, file: str, use: str) -> tuple[Target, ...]:
        """All that a reference (see ``scopes``) of ``file`` may stand for; nothing for builtins."""
        known = self._names.get((file, use))
        if known is None:
            known = tuple(dict.fromkeys(self._resolve(file, use)))
            if not self._asked:  # within a cycle of imports the answer is not whole
                self._names[file, use] = known
        return known

    def _resolve(self, file: str, use: str) -> Iterator[Target]:
        if use == "*":
            yield Node(file, WHOLE)
        elif use.endswith("!"):
            yield from (Node(m, LOAD) for m in self._modules_run(file, use[:-1]) if self.loud(m))
        elif ":" in use:
            module, _, path = use.partition(":")
            yield from self._member(file, module, path.split(".") if path else [])
        else:
            head, *rest = use.split(".")
            yield from list(self._global(file, head, rest)) or self._unknown(file, head)

    def _unknown(self, file: str, name: str) -> Iterator[Target]:
        """A global name that no statement of ``file`` binds."""
        if name in HERE:
            yield f"at {file}"
        elif name == "__doc__":
            yield f"doc {self.facts(file).doc}"
        elif name not in BUILTINS:  # perhaps made by code that cannot be read
            for star in self.facts(file).stars:
                yield from self._member(file, star, [])

    def _global(self, file: str, head: str, path: list[str]) -> Iterator[Target]:
        """What the statements and star imports of ``file`` make of a global name."""
        if (file, head) in self._asked:
            return
        self._asked.add((file, head))
        facts = self.facts(file)
        for entry in facts.names.get(head, []):
            if isinstance(entry, int):
                yield Node(file, entry)
            else:
                module, _, name = entry.partition(":")
                yield from self._member(file, module, [*name.split("."), *path] if name else path)
        for star in facts.stars:
            other = self.module_file(file, self._absolute(file, star))
            if other and (found := list(self._global(other, head, path))):
                yield from (*found, *self._global(other, "__all__", []))
        if "__module__" in path:
            yield f"at {file}"
        self._asked.discard((file, head))

    def _absolute(self, file: str, module: str) -> str:
        """A module by its full name. One that is not in the root but beside ``file`` is found
        too, as when ``file`` is a script or its folder is on the path."""
        name = module.lstrip(".")
        if level := len(module) - len(name):
            return ".".join(filter(None, (self.sources.package(file, level), name)))
        if self.sources.has(name.partition(".")[0]) or is_standard(name):
            return name
        beside = f"{self.sources.package(file, 1)}.{name}"
        return beside if self.sources.has(beside) else name

    def _member(self, file: str, module: str, path: list[str]) -> Iterator[Target]:
        """``module.path`` as seen from ``file``."""
        name = self._absolute(file, module)
        if not self.sources.has(name.partition(".")[0]):
            yield ".".join([name, *path])
            return
        other = self.module_file(file, name)
        if not path:
            yield from [Node(other, WHOLE)] if other else []
        elif other and (found := list(self._global(other, path[0], path[1:]))):
            yield from found
        elif self.sources.has(f"{name}.{path[0]}"):
            yield from self._member(file, f"{name}.{path[0]}", path[1:])
        elif other and path[0] in (*HERE, "__doc__"):
            yield from self._unknown(other, path[0])
        elif other:
            yield Node(other, WHOLE)

    # Modules -----------------------------------------------------------------------------------

    def _modules_run(self, file: str, target: str) -> Iterator[str]:
        """Files that run when ``module:name`` is imported: the module, its parents, and ``name``
        where that is a module itself."""
        module, _, name = target.partition(":")
        parts = [*self._absolute(file, module).split("."), *([name] if name else [])]
        for depth in range(1, len(parts) + 1):
            other = self.module_file(file, ".".join(parts[:depth]))
            if other and other != file:
                yield other

    def parents(self, file: str) -> tuple[str, ...]:
        """The ``__init__.py`` files that run before ``file``."""
        folder = file.rpartition("/")[0]
        return tuple(self._modules_run(file, folder.replace("/", ".") + ":")) if folder else ()

    def imported(self, file: str) -> tuple[str, ...]:
        """Project files that run when ``file`` is imported, its parents first."""
        loads = [use for statement in self.facts(file).statements for use in statement.loads]
        runs = [module for use in loads for module in self._modules_run(file, use[:-1])]
        return tuple(dict.fromkeys([*self.parents(file), *runs]))

    def imported_by(self, node: Node) -> tuple[str, ...]:
        """Project files that a definition imports when it runs."""
        uses = self.statement(node).uses if node.number >= 0 else ()
        imports = [use[:-1] for use in uses if use.endswith("!")]
        return tuple(m for use in imports for m in self._modules_run(node.file, use))

    def loud(self, file: str) -> bool:
        """Whether importing ``file`` does anything but define names, itself or by its imports."""
        if file not in self._loud:
            seen = {file: None}
            for module in growing(seen):
                if self._loud.get(module) or self.effects(module):
                    self._loud[file] = True
                    break
                seen.update(dict.fromkeys(self.imported(module)))
            else:
                self._loud.update(dict.fromkeys(seen, False))
        return self._loud[file]

    def effects(self, file: str) -> tuple[int, ...]:
        """The statements that do something when ``file`` is imported."""
        if file not in self._effects:
            numbers = range(len(self.facts(file).statements))
            self._effects[file] = tuple(n for n in numbers if is_effect(self, Node(file, n)))
        return self._effects[file]

    def events(self, file: str) -> tuple[int, ...]:
        """Its effects and its imports of modules that have some."""
        if file not in self._events:
            numbers = enumerate(self.facts(file).statements)
            loud = {n for n, s in numbers if any(self.resolve(file, use) for use in s.loads)}
            self._events[file] = tuple(sorted(loud.union(self.effects(file))))
        return self._events[file]

    def _load_edges(self, file: str) -> Iterator[Edge]:
        """What importing ``file`` does, in order: its parents, its effects, and the imports of
        modules that have some; once there was an effect, those of other packages too, which may
        see it (``os.environ["X"] = …`` before ``import torch``)."""
        yield "parents", tuple(Node(m, LOAD) for m in self.parents(file) if self.loud(m))
        effects, started = set(self.effects(file)), False
        for number, statement in enumerate(self.facts(file).statements):
            loads = tuple(target for use in statement.loads for target in self.resolve(file, use))
            outside = [use.partition(":")[0] for use in statement.loads]
            if started and not loads and statement.kind != "effect":
                tops = {name.partition(".")[0] for name in outside}
                loads = tuple(t for t in sorted(tops) if t and not self._ours(t))
            if loads:
                yield "import", tuple(dict.fromkeys(loads))
            if number in effects:
                started = True
                yield "run", (Node(file, number),)

    def _ours(self, top: str) -> bool:
        return is_standard(top) or self.sources.has(top) or top == "reportgen"

    def _whole_edges(self, file: str) -> Iterator[Edge]:
        facts = self.facts(file)
        yield "doc", (f"doc {facts.doc}",)
        for name in sorted(facts.names):
            yield name, self.resolve(file, name)
        if self.loud(file):
            yield "import", (Node(file, LOAD),)
        for star in facts.stars:
            yield "*", tuple(self._member(file, star, []))
        if file.endswith("/__init__.py"):  # its modules are attributes of a package
            below = self.sources.inside(file)
            self.consulted.setdefault(file, set()).update(below)
            yield "modules", tuple(Node(other, WHOLE) for other in below)


def _before(node: Node, numbers: Iterable[int]) -> int:
    return sum(number < node.number for number in numbers)
