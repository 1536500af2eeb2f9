"""reportgen verify"""

import random
from typing import Any

import click

from reportgen.cli.options import names, open_session, selected, session_options
from reportgen.engine.pool import LocalExecutor
from reportgen.engine.progress import Reporter
from reportgen.engine.verify import verify_node
from reportgen.messages import warn


@click.command("verify")
@click.argument("selection", nargs=-1, shell_complete=names)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only N of them, at random.")
@click.option(
    "--tolerance",
    default=1e-4,
    show_default=True,
    help="Allowed difference, relative to an array's largest magnitude.",
)
@session_options
def command(
    selection: tuple[str, ...], sample: int | None, tolerance: float, **options: Any
) -> int:
    """Run fresh nodes again, apart from the store, and compare what comes out.

    Wall times, values named "seconds" or "..._seconds", are not compared.
    """
    session = open_session(**options)
    nodes = [node for node in selected(session, selection) if session.status(node).usable]
    if sample is not None and sample < len(nodes):
        nodes = random.sample(nodes, sample)
    executor, bad = LocalExecutor(1), 0
    try:
        for node in nodes:
            found = verify_node(session, node, executor, Reporter(), tolerance)
            bad += bool(found)
            click.echo(f"{node.id}: {'differs' if found else 'the same again'}")
            for line in found:
                click.echo(f"  {line}")
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()
    if not nodes:
        warn("Nothing selected is fresh.")
    return 1 if bad or not nodes else 0
