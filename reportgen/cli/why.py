"""reportgen why"""

import json
from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.engine.explain import Change, Explanation, explain
from reportgen.engine.plan import duration


@click.command("why", epilog="Example: reportgen why B.1b")
@click.argument("selection", nargs=-1, required=True, shell_complete=names)
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@session_options
def command(selection: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say what made a node stale: the definition or value, its diff, and the way it gets there."""
    session = open_session(**options)
    found = [explain(session, node) for node in selected(session, selection)]
    if as_json:
        click.echo(json.dumps([e.to_json() for e in found], indent=1, ensure_ascii=False))
        return
    click.echo("\n\n".join(text_of(e) for e in found))


def text_of(explanation: Explanation) -> str:
    """The explanation as lines for a terminal."""
    reason = f": {explanation.reason}" if explanation.reason else ""
    lines = [f"{explanation.id} is {explanation.state}{reason}."]
    for change in explanation.changes:
        lines += change_lines(change)
    lines.append(f"Last cost: {duration(explanation.seconds)}.")
    if explanation.changes and explanation.then:
        lines.append(f"May follow: {', '.join(explanation.then)}.")
    return "\n".join(lines)


def change_lines(change: Change) -> list[str]:
    """One change: what, on which way it is reached, and its diff."""
    lines = [f"  {change.kind}: {change.what}"]
    if len(change.path) > 1:
        lines.append(f"    reached by {' → '.join(change.path)}")
    lines += [f"    {line}" for line in change.diff.splitlines()]
    return lines
