"""Why a node is not fresh: what changed, where, how that reaches the node, and what it costs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reportgen.engine.plan import price_of
from reportgen.engine.session import Session
from reportgen.freshness.diff import code_changes
from reportgen.freshness.holds import broken
from reportgen.freshness.states import Status, changed_settings
from reportgen.registry import Node


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
        """The explanation as ``why --json`` prints it."""
        return {
            **{k: v for k, v in vars(self).items() if k not in ("changes", "then")},
            "changes": [vars(change) for change in self.changes],
            "then": list(self.then),
        }


def explain(session: Session, node: Node) -> Explanation:
    """Compare a node with its latest record."""
    status = session.status(node)
    after = session.graph.descendants(node) - {node.name}
    then = tuple(n.id for n in session.graph if n.name in after)
    changes = (
        () if status.usable or status.record is None else tuple(changes_of(session, node, status))
    )
    return Explanation(
        node.id, status.state, status.reason, changes, price_of(session, node).seconds, then
    )


def changes_of(session: Session, node: Node, status: Status) -> Iterator[Change]:
    """What differs between the record of a node and the project now."""
    record = status.record
    assert record is not None
    code = code_changes(record.code, record.sources, status.closure, session.sources)
    yield from (Change("code", str(change), change.path, change.diff) for change in code)
    for kind, what in changed_settings(record, node, status.params, session.seed(node)):
        yield Change(kind, what)
    for name in node.inputs:
        other = session.status(session.graph.nodes[name])
        if not other.usable:
            yield Change("input", f"{name} is {other.state}: {other.reason}")
        elif other.record and record.inputs.get(name) != other.record.output:
            yield Change("input", f"{name} has a new value")
    for what in broken(record.observed, session.project.root, session.sources):
        yield Change("observed", what)
