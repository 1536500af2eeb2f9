"""reportgen gc"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import click

from reportgen.engine.places import checkpoint_folder
from reportgen.engine.session import Options, Session
from reportgen.files import WRITING
from reportgen.project import Project, find_project
from reportgen.store import Record, Records
from reportgen.store.bundle import sweep
from reportgen.store.layers import Layer
from reportgen.store.usage import alone


@click.command("gc")
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Records to keep of every node, beside the fresh ones of every profile.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would go.")
def command(keep: int, dry_run: bool) -> None:
    """Remove from the local store what no current record needs. The bundle stays.

    While another command is at work in the project, nothing is removed.
    """
    project = find_project()
    with alone(project.store_dir):
        clean(project, keep, dry_run)


def clean(project: Project, keep: int, dry_run: bool) -> None:
    """Drop, or list, what no profile and none of the last results needs."""
    names = dict.fromkeys([project.profile, *project.profiles])
    sessions = [Session(project, Options(profile=name)) for name in names]
    local = Layer("local", project.store_dir).records
    old = old_records(sessions, local, keep)
    for fault in local.faults:
        click.echo(f"{fault} Until it is gone, all objects are kept.", err=True)
    before = folder_size(project.store_dir)
    if dry_run:
        click.echo(f"{len(old)} records would go, and the objects that only they need.")
        return
    for record in old:
        local.remove(record)
    loose = sweep(Layer("local", project.store_dir))
    for name in ("drawn", "registry", "scratch"):
        shutil.rmtree(project.store_dir / name, ignore_errors=True)
    for folder in useless_checkpoints(sessions):
        shutil.rmtree(folder, ignore_errors=True)
    sweep_sources(sessions[0])
    sweep_unfinished(project.store_dir)
    freed = (before - folder_size(project.store_dir)) / 1e6
    click.echo(f"{len(old)} records and {len(loose)} objects removed, {freed:.1f} MB freed.")


def old_records(sessions: Sequence[Session], local: Records, keep: int) -> list[Record]:
    """Local records that are neither shown under any profile nor among the newest of a node that
    still exists."""
    found = []
    names = {record.node for record in local}
    for name in sorted(names):
        node = sessions[0].graph.nodes.get(name)
        current = [session.status(node).record for session in sessions] if node else []
        newest = local.of(name)[:keep] if node else []
        found += [r for r in local.of(name) if r not in newest and r not in current]
    return found


def useless_checkpoints(sessions: Sequence[Session]) -> list[Path]:
    """What killed runs left that no profile would go on with. While an input of a node is stale,
    nobody can tell, and its checkpoints stay."""
    store = sessions[0].project.store_dir
    useless = []
    for folder in (store / "checkpoints").glob("*/*"):
        name = folder.parent.name
        node = sessions[0].graph.nodes.get(name)
        keys = [session.status(node).key for session in sessions] if node else []
        wanted = [checkpoint_folder(store, name, key) for key in keys if key]
        if folder not in wanted and None not in keys:
            useless.append(folder)
    return useless


def sweep_sources(session: Session) -> None:
    """Remove what was found out about sources, but keep the texts that ``why`` compares with."""
    records = [record for layer in session.store.layers for record in layer.records]
    named = {f"{digest}.txt" for record in records for digest in record.sources.values()}
    for path in (session.project.store_dir / "parse").rglob("*"):
        if path.is_file() and path.name not in named:
            path.unlink(missing_ok=True)


def sweep_unfinished(folder: Path) -> None:
    """Remove what killed processes were writing an hour ago or earlier."""
    for path in folder.rglob(f"{WRITING}*"):
        if time.time() - path.stat().st_mtime > 3600:
            path.unlink(missing_ok=True)


def folder_size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
