"""What a build will cost: said before it starts, and asked about where that is much."""

import sys

import click

from reportgen.engine.plan import Plan, duration, parse_duration
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.messages import say


def agree(session: Session, todo: Plan, yes: bool) -> None:
    """Say what the plan costs, and ask before one that is priced above ``confirm-above``."""
    if not todo.run:
        return
    say(price_line(todo))
    if yes or todo.seconds <= parse_duration(session.project.confirm_above):
        return
    if not sys.stdin.isatty():
        raise ReportgenError(
            f"This build is priced at {duration(todo.seconds)}, above "
            f"{session.project.confirm_above}.",
            hint="Add --yes to run it, or see what would run with: reportgen build --dry-run",
        )
    click.confirm("Go on?", abort=True, err=True)


def price_line(todo: Plan) -> str:
    """How many nodes run, how many were never timed, and what the others cost."""
    count = len(todo.run) + len(todo.maybe)
    parts = [f"{count} node{'s' * (count != 1)} to run"]
    if todo.unknown < count:
        memory = f" and {todo.memory / 2**30:.1f} GiB" if todo.memory else ""
        parts.append(f"{duration(todo.seconds)}{memory} by their last runs")
    if todo.unknown:
        last = ", which may outlast the budget" if todo.budget is not None else ""
        parts.append(f"{todo.unknown} never timed{last}")
    if todo.left:
        parts.append(f"{len(todo.left)} left out, over the budget")
    return ", ".join(parts) + "."
