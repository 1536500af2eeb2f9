"""reportgen figure"""

import shutil
from html import unescape
from pathlib import Path
from typing import Any

import click

from reportgen.cli.options import names, open_session, session_options
from reportgen.cli.price import agree
from reportgen.engine.build import Limits, build_nodes
from reportgen.engine.draw import draw_figure, results_of
from reportgen.engine.plan import plan
from reportgen.engine.progress import reporter
from reportgen.engine.session import check_writable
from reportgen.messages import say
from reportgen.registry.select import select


@click.command("figure", epilog="Example: reportgen figure B.1a --set denoiser.epochs=1 --open")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=names)
@click.option("--force", is_flag=True, help="Run even what is fresh (not its inputs).")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a long run.")
@click.option("--open", "show", is_flag=True, help="Show the picture when it is there.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also copy the files into this folder.",
)
@session_options
def command(
    ids: tuple[str, ...], force: bool, yes: bool, show: bool, output: Path | None, **options: Any
) -> int:
    """Make these figures (or artifacts), and only what they need. Prints the files made.

    Their captions go to stderr.
    """
    session = open_session(**options)
    nodes = select(session.graph, ids)
    check_writable(session.project)
    forced = frozenset(node.name for node in nodes) if force else frozenset()
    agree(session, plan(session, nodes, forced), yes)
    outcome = build_nodes(session, nodes, reporter(), Limits(force=forced))
    results = results_of(session)
    for node in nodes:
        if not node.is_figure or not session.status(node).usable:
            continue
        result = draw_figure(session, results, node)
        assert result.drawn is not None
        assert result.folder is not None
        folder = copy_files(result.folder, output) if output else result.folder
        say(f"{node.id}: {unescape(result.caption)}")
        click.echo(folder / result.drawn.full)
        if show:
            click.launch(str(folder / result.drawn.full))
    return 0 if outcome.good else 1


def copy_files(folder: Path, output: Path) -> Path:
    """Copy the figure's files into a folder of the caller's."""
    output.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.iterdir()):
        if file.name != "drawn.json":
            shutil.copyfile(file, output / file.name)
    return output
