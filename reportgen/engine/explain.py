"""Why a node is not fresh: what changed, where, how that reaches the node, and what it costs."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

from reportgen.engine.plan import price_of
from reportgen.engine.session import Session
from reportgen.freshness import still_holds
from reportgen.freshness.states import Status, changed_definitions
from reportgen.registry import Node
from reportgen.store import Record


@dataclass(frozen=True)
class Change:
    """One difference between the latest run and now.

    ``path`` leads from the producer to what changed; ``diff`` is a unified diff where both texts
    are known.
    """

    kind: str
    what: str
    path: tuple[str, ...] = ()
    diff: str = ""


@dataclass(frozen=True)
class Explanation:
    """``seconds`` is the cost of the last run, ``then`` what would have to follow."""

    id: str
    state: str
    reason: str
    changes: tuple[Change, ...] = ()
    seconds: float | None = None
    then: tuple[str, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        return {
            **{k: v for k, v in vars(self).items() if k not in ("changes", "then")},
            "changes": [vars(change) for change in self.changes],
            "then": list(self.then),
        }


def explain(session: Session, node: Node) -> Explanation:
    """Compare a node with its latest record."""
    status = session.status(node)
    then = tuple(
        n.id for n in session.graph if n != node and node.name in session.graph.ancestors([n])
    )
    changes = (
        () if status.usable or status.record is None else tuple(changes_of(session, node, status))
    )
    return Explanation(
        node.id, status.state, status.reason, changes, price_of(session, node).seconds, then
    )


def changes_of(session: Session, node: Node, status: Status) -> Iterator[Change]:
    record = status.record
    assert record is not None
    yield from code_changes(session, status, record)
    for name in sorted(record.params.keys() | status.params.keys()):
        old, new = record.params.get(name), status.params.get(name)
        if old != new:
            yield Change("parameter", f"{name}: {old} → {new}")
    for name in node.inputs:
        other = session.status(session.graph.nodes[name])
        if not other.usable:
            yield Change("input", f"{name} is {other.state}: {other.reason}")
        elif other.record and record.inputs.get(name) != other.record.output:
            yield Change("input", f"{name} has a new value")
    if broken := still_holds(record.observed, session.project.root, session.sources):
        yield Change("observed", broken)


def code_changes(session: Session, status: Status, record: Record) -> Iterator[Change]:
    """Changed definitions; one that only means something else by a name follows what changed."""
    for label in changed_definitions(record.code, status.closure.definitions):
        definition = label.removesuffix(" (new)").removesuffix(" (gone)")
        diff = definition_diff(session, definition, record.sources)
        yield Change("code", label, status.closure.paths.get(definition, ()), diff)


def definition_diff(session: Session, definition: str, sources: Mapping[str, str]) -> str:
    """The diff of a definition between the run and now, '' where the old text is not kept."""
    file, _, name = definition.partition(":")
    old = session.sources.text(file, sources[file]) if file in sources else ""
    new = session.sources.text(file) if file in session.sources.files else ""
    if old is None or new is None:
        return ""
    before, after = segment(old, name), segment(new, name)
    return "".join(unified_diff(before, after, f"{file} (recorded)", f"{file} (now)", n=2))


def segment(source: str, name: str) -> list[str]:
    """The lines of a top-level definition; the whole source where there is none of that name."""
    lines = source.splitlines(keepends=True)
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return lines
    for statement in body:
        if name in defined_names(statement):
            first = min(
                [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]
            )
            return lines[first - 1 : statement.end_lineno]
    return lines if name in ("import", "*") else []


def defined_names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
