"""reportgen status"""

import gc
import json
from collections.abc import Iterable
from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.cli.table import print_table
from reportgen.engine.plan import duration, price_of
from reportgen.engine.session import Session
from reportgen.registry import Node


@click.command("status")
@click.argument("selection", nargs=-1, shell_complete=names)
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@session_options
def command(selection: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Say of each figure and artifact whether it is fresh, and why not.

    Exits with 1 when anything selected is not fresh.
    """
    gc.disable()  # all that is made here stays; to look for garbage in it costs half a second
    session = open_session(**options)
    rows = rows_of(session, selected(session, selection))
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print_table(
            ("id", "state", "depends on", "last cost", "why, or what it shows"),
            [
                (
                    row["id"],
                    row["state"],
                    ", ".join(row["inputs"]) or "—",
                    row["cost"],
                    row["reason"] or row["caption"],
                )
                for row in rows
            ],
        )
    return 0 if all(row["state"] in ("fresh", "env-stale") for row in rows) else 1


def rows_of(session: Session, nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """One dict a node, as ``--json`` prints it."""
    rows = [row_of(session, node) for node in nodes]
    session.remember()
    return rows


def row_of(session: Session, node: Node) -> dict[str, Any]:
    """What is told of one node."""
    status, price = session.status(node), price_of(session, node)
    return {
        "id": node.id,
        "kind": node.kind,
        "state": status.state,
        "reason": status.reason,
        "inputs": list(node.inputs),
        "seconds": price.seconds,
        "cost": duration(price.seconds),
        "caption": node.caption or "",
    }
