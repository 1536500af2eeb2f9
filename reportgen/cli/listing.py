"""reportgen list"""

import json

import click

from reportgen.cli.options import names, open_session, selected
from reportgen.cli.status import rows_of
from reportgen.cli.table import print_table


@click.command("list")
@click.argument("selection", nargs=-1, shell_complete=names)
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@click.option("--profile", default="", metavar="NAME", help="Parameters of this profile.")
def command(selection: tuple[str, ...], as_json: bool, profile: str) -> None:
    """List figures and artifacts: what they depend on, what they cost, what they show."""
    session = open_session(profile)
    rows = rows_of(session, selected(session, selection))
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    print_table(
        ("id", "state", "depends on", "last cost", "caption"),
        [
            (row["id"], row["state"], ", ".join(row["inputs"]) or "—", row["cost"], row["caption"])
            for row in rows
        ],
    )
