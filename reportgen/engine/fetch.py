"""Take from a remote what a build would otherwise compute."""

from collections.abc import Sequence
from itertools import chain

from reportgen.engine.renamed import renamed
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.freshness import environment, still_holds
from reportgen.freshness.states import FRESH, environment_change
from reportgen.registry import Node
from reportgen.store import Record
from reportgen.store.layers import Layer
from reportgen.store.remote import Moved, Remote, pull_record


def pull_nodes(session: Session, targets: Sequence[Node], remote: Remote) -> Moved:
    """Fetch the records, with their objects, under the keys that the targets and inputs have now.

    Inputs come first, since a key is known only when they are. What is damaged there is named in
    ``faults`` and not kept.
    """
    local = Layer("local", session.project.store_dir)
    needed = session.graph.ancestors(targets)
    total = Moved()
    for node in session.graph:
        if node.name not in needed or is_here(session, node):
            continue
        for record in usable_records(session, node, remote):
            try:
                moved = pull_record(remote, local, record)
            except ReportgenError as error:
                total.faults.append(f"'{node.id}': {error}")
                continue
            total.records, total.objects = total.records + 1, total.objects + moved.objects
            total.bytes += moved.bytes
            session.forget(node)
            break
    total.faults += [f"'{p}' there is no record: {why}." for p, why in remote.bad.items()]
    return total


def is_here(session: Session, node: Node) -> bool:
    """Whether a fresh result is here with its value."""
    return session.status(node).state == FRESH and not session.absent(node)


def usable_records(session: Session, node: Node, remote: Remote) -> list[Record]:
    """The remote's records that stand for this node now; those of another environment come last,
    and not at all where we have one of these already."""
    key, closure = session.status(node).key, session.closure(node)
    if key is None:
        return []
    have = session.status(node).usable and not session.absent(node)
    root = session.project.root
    found = [
        record
        for record in chain(
            remote.records_of(node.name),
            renamed(node, (r for old in node.was for r in remote.records_of(old))),
        )
        if record.key == key and still_holds(record.observed, root, session.sources) is None
    ]
    other = {
        r.name: environment_change(r.environment, environment((*closure.packages, *r.environment)))
        is not None
        for r in found
    }
    return sorted((r for r in found if not (have and other[r.name])), key=lambda r: other[r.name])
