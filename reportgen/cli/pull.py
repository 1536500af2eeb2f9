"""reportgen pull"""

from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.cli.push import report
from reportgen.engine.fetch import pull_nodes
from reportgen.engine.session import check_writable
from reportgen.store.remote import open_remote


@click.command("pull", epilog="Example: reportgen pull && reportgen build --require-fresh")
@click.argument("selection", nargs=-1, shell_complete=names)
@session_options
def command(selection: tuple[str, ...], **options: Any) -> int:
    """Fetch from the remote store the results that the present sources and parameters call for.

    Only those: what the remote has for other code or other values stays there. Exits with 1 when
    anything selected is not fresh afterwards.
    """
    session = open_session(**options)
    remote = open_remote(session.project)
    check_writable(session.project)
    nodes = selected(session, selection)
    moved = pull_nodes(session, nodes, remote)
    statuses = [(node, session.status(node)) for node in nodes]
    moved.faults += [f"'{n.id}' is {s.state}: {s.reason}." for n, s in statuses if not s.usable]
    return report(moved, remote, "fetched from")
