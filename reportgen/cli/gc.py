"""reportgen gc"""

import shutil
import time
from pathlib import Path

import click

from reportgen.engine.session import Session
from reportgen.project import find_project
from reportgen.store import Record
from reportgen.store.bundle import sweep
from reportgen.store.files import WRITING
from reportgen.store.layers import Layer
from reportgen.store.usage import alone


@click.command("gc")
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Records to keep of every node, beside the fresh ones.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would go.")
def command(keep: int, dry_run: bool) -> None:
    """Remove from the local store what no current record needs. The bundle stays.

    While another command is at work in the project, nothing is removed.
    """
    project = find_project()
    with alone(project.store_dir):
        clean(Session(project), keep, dry_run)


def clean(session: Session, keep: int, dry_run: bool) -> None:
    old = old_records(session, keep)
    before = folder_size(session)
    if dry_run:
        click.echo(f"{len(old)} records would go, and the objects that only they need.")
        return
    layer = Layer("local", session.project.store_dir)
    for record in old:
        layer.records.remove(record)
    loose = sweep(layer)
    for name in ("drawn", "parse", "registry"):
        shutil.rmtree(session.project.store_dir / name, ignore_errors=True)
    sweep_unfinished(session.project.store_dir)
    freed = (before - folder_size(session)) / 1e6
    click.echo(f"{len(old)} records and {len(loose)} objects removed, {freed:.1f} MB freed.")


def sweep_unfinished(folder: Path) -> None:
    """Remove what killed processes were writing an hour ago or earlier."""
    for path in folder.rglob(f"{WRITING}*"):
        if time.time() - path.stat().st_mtime > 3600:
            path.unlink(missing_ok=True)


def old_records(session: Session, keep: int) -> list[Record]:
    """Local records that are neither fresh nor among the newest of a node that still exists."""
    found = []
    local = Layer("local", session.project.store_dir).records
    names = {record.node for record in local}
    for name in sorted(names):
        node = session.graph.nodes.get(name)
        current = session.status(node).record if node else None
        newest = local.of(name)[:keep] if node else []
        found += [r for r in local.of(name) if r not in newest and r != current]
    return found


def folder_size(session: Session) -> int:
    return sum(p.stat().st_size for p in session.project.store_dir.rglob("*") if p.is_file())
