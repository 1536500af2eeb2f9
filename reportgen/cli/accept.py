"""reportgen accept"""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.freshness.holds import broken
from reportgen.freshness.states import STALE, changed_definitions, changed_settings
from reportgen.registry import Node
from reportgen.store import Record


@click.command("accept", epilog='Example: reportgen accept denoiser --reason "renamed a variable"')
@click.argument("selection", nargs=-1, required=True, shell_complete=names)
@click.option("--reason", required=True, help="Why the result still stands; the page shows it.")
@session_options
def command(selection: tuple[str, ...], reason: str, **options: Any) -> int:
    """Stamp a result as fresh after a change of code that does not change it.

    Only code can be accepted: where a parameter, an input, the seed, the version or a file changed
    as well, the result is another one. The page says that the figure was accepted, and why.
    """
    if not reason.strip():
        raise click.UsageError("A reason needs words.")
    session = open_session(**options)
    for node in selected(session, selection):
        if session.status(node).usable:
            click.echo(f"{node.id} is {session.status(node).state}.")
            continue
        record = accepted(session, node, reason)
        session.store.put(record)
        session.settle(node, record)
        click.echo(f"{node.id} accepted: {reason}")
    return 0


def accepted(session: Session, node: Node, reason: str) -> Record:
    """The latest record under the node's present key. Raises where more than code changed."""
    status = session.status(node)
    record, key = status.record, status.key
    if status.state != STALE or record is None or key is None:
        raise ReportgenError(
            f"'{node.id}' is {status.state} ({status.reason}), so no result can be accepted.",
            hint="Build its inputs first." if key is None else f"Run: reportgen build {node.id}",
        )
    if others := list(besides_code(session, node, record)):
        raise ReportgenError(
            f"'{node.id}' cannot be accepted: {', '.join(others)}.",
            hint="Only a change of code can be accepted. Anything else makes another result; "
            "build it.",
        )
    changed = changed_definitions(record.code, status.closure.definitions)
    if not changed:
        raise ReportgenError(
            f"'{node.id}' cannot be accepted: {status.reason}.",
            hint="Only a change of code can be accepted; build it.",
        )
    return dataclasses.replace(
        record,
        key=key,
        code=dict(status.closure.definitions),
        sources=dict(status.closure.sources),
        version=node.version,
        accepted={
            "reason": reason,
            "changed": ", ".join(changed),
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "from": record.key,
        },
    )


def besides_code(session: Session, node: Node, record: Record) -> Iterator[str]:
    """What else than code changed since the record, in words."""
    status = session.status(node)
    for kind, what in changed_settings(record, node, status.params, session.seed(node)):
        yield f"{kind} {what}"
    for name in sorted(record.inputs.keys() | status.inputs.keys()):
        if record.inputs.get(name) != status.inputs.get(name):
            yield f"input {name} has a new value"
    yield from broken(record.observed, session.project.root, session.sources)
