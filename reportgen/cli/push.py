"""reportgen push"""

from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.messages import warn
from reportgen.store.private import private_in
from reportgen.store.remote import Moved, Remote, open_remote, push_records


@click.command("push", epilog="Example: reportgen push B --profile paper")
@click.argument("selection", nargs=-1, shell_complete=names)
@click.option("--force", is_flag=True, help="Send again what is there already, as after damage.")
@session_options
def command(selection: tuple[str, ...], force: bool, **options: Any) -> int:
    """Send fresh results, and what they were made from, to the remote store.

    What is not fresh stays here and is named. Exits with 1 when anything selected stayed.
    """
    session = open_session(**options)
    remote = open_remote(session.project)
    wanted = session.graph.ancestors(selected(session, selection))
    statuses = [(node, session.status(node)) for node in session.graph if node.name in wanted]
    records = [s.record for _, s in statuses if s.usable and s.record]
    private = {r.node: list(private_in(r, session.project.public)) for r in records}
    sent = [record for record in records if not private[record.node]]
    moved = push_records(remote, session.store, sent, force=force)
    moved.faults += [fault for faults in private.values() for fault in faults]
    moved.faults += [f"'{n.id}' is {s.state}: {s.reason}." for n, s in statuses if not s.usable]
    return report(moved, remote, "sent to")


def report(moved: Moved, remote: Remote, done: str) -> int:
    """Say what was moved and what was not; return the exit code."""
    for fault in moved.faults:
        warn(fault)
    click.echo(
        f"{moved.records} record{'s' * (moved.records != 1)} and {moved.objects} "
        f"object{'s' * (moved.objects != 1)} ({moved.bytes / 1e6:.1f} MB) {done} {remote.url}."
    )
    return 1 if moved.faults else 0
