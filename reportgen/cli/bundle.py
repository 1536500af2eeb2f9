"""reportgen bundle"""

import shutil
from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.messages import warn
from reportgen.registry import Node
from reportgen.store import Record, Store
from reportgen.store.bundle import broken_objects, size_of, write_bundle
from reportgen.store.layers import Layer
from reportgen.store.private import private_in


@click.command("bundle", epilog="Example: reportgen bundle denoiser && git add experiments/bundle")
@click.argument("nodes", nargs=-1, metavar="NODE...", shell_complete=names)
@click.option("--check", is_flag=True, help="Only check that the bundle is whole and fresh.")
@session_options
def command(nodes: tuple[str, ...], check: bool, **options: Any) -> int:
    """Ship results with the sources, so that nobody has to compute them again."""
    session = open_session(**options)
    if check:
        return check_bundle(session)
    if not nodes:
        raise click.UsageError("Name the artifacts to ship, or use --check.")
    return ship(session, selected(session, nodes))


def ship(session: Session, nodes: list[Node]) -> int:
    """Copy the results into the bundle, which travels with the repository."""
    whole = [fresh_record(session, node) for node in nodes]
    behind = session.graph.ancestors(nodes) - {node.name for node in nodes}
    known = [fresh_record(session, session.graph.nodes[name]) for name in sorted(behind)]
    records = (*whole, *known)
    if private := [fault for r in records for fault in private_in(r, session.project.public)]:
        raise ReportgenError("\n".join(private))
    layer = Layer("bundle", session.project.bundle_dir)
    size = write_bundle(session.store, layer, whole, known)
    for old in (old for node in nodes for old in node.was):
        shutil.rmtree(layer.records.folder / old, ignore_errors=True)
    click.echo(f"{layer.folder}: {', '.join(n.id for n in nodes)}; {size / 1e6:.1f} MB in all.")
    return 0


def fresh_record(session: Session, node: Node) -> Record:
    """The record of a node that may be shipped. Raises ReportgenError for others."""
    status = session.status(node)
    if not status.usable or status.record is None:
        raise ReportgenError(
            f"'{node.id}' is {status.state}: {status.reason}.",
            hint=f"Run: reportgen build {node.id}",
        )
    return status.record


def check_bundle(session: Session) -> int:
    """Judge the bundle by its own records alone, as a fresh clone would see it."""
    layer = Layer("bundle", session.project.bundle_dir)
    session.store = Store(layer.folder)
    faults = broken_objects(layer)
    shipped = {record.node for record in layer.records}
    now = {old: node.name for node in session.graph for old in node.was}
    for name in sorted(shipped):
        node = session.graph.nodes.get(name)
        if name in now:
            faults.append(f"'{name}' is '{now[name]}' now. Run: reportgen bundle {now[name]}")
        elif node is None:
            faults.append(f"'{name}' is no longer registered.")
        elif not session.status(node).usable:
            faults.append(
                f"'{name}' is {session.status(node).state}: {session.status(node).reason}."
            )
    for fault in faults:
        warn(fault)
    if faults:
        return 1
    click.echo(f"{', '.join(sorted(shipped)) or 'Nothing'}: fresh; {size_of(layer) / 1e6:.1f} MB.")
    return 0
