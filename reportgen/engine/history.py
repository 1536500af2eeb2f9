"""The results that a node has had, and what changed between two of them."""

from collections.abc import Callable, Iterator, Sequence

from reportgen.freshness.states import changed_definitions, changed_settings, differing
from reportgen.registry import Graph, Node
from reportgen.store import Record

Runs = Callable[[str], Sequence[Record]]
"""The records of a node by its name."""


def history(node: Node, graph: Graph, runs: Runs) -> list[tuple[Record, tuple[str, ...]]]:
    """The records that changed a node's result, oldest first, each with what made it another."""
    found: list[tuple[Record, tuple[str, ...]]] = []
    for record in sorted(runs(node.name), key=lambda r: (r.finished, r.name)):
        before = found[-1][0] if found else None
        if before is None or before.output != record.output:
            why = ["The first that is known."]
            if before:
                why = list(changes(before, record, node, graph, runs))
            found.append((record, tuple(dict.fromkeys(why))))
    return found


def changes(old: Record, new: Record, node: Node, graph: Graph, runs: Runs) -> Iterator[str]:
    """What differs between two runs of a node, down to the artifacts that made it differ."""
    settings = changed_settings(old, node, new.params, new.seed)
    causes = [f"{node.id}: {kind} {what}" for kind, what in settings if kind != "version"]
    if old.version != new.version and None not in (old.version, new.version):
        causes.append(f"{node.id}: version '{old.version}' → '{new.version}'")
    causes += [f"code: {name}" for name in changed_definitions(old.code, new.code)]
    for name in sorted(old.inputs.keys() & new.inputs.keys()):
        if old.inputs[name] != new.inputs[name]:
            by_output = {r.output: r for r in runs(name)}
            source = graph.nodes.get(name)
            first, last = by_output.get(old.inputs[name]), by_output.get(new.inputs[name])
            deeper = changes(first, last, source, graph, runs) if source and first and last else ()
            causes += list(deeper) or [f"input {name} had another value"]
    packages = old.environment.keys() | new.environment.keys()
    causes = causes or [
        f"package {name}: {differing(old.environment.get(name), new.environment.get(name))}"
        for name in sorted(packages)
        if old.environment.get(name) != new.environment.get(name)
    ]
    yield from causes or [f"{node.id} ran again"]
