"""reportgen serve"""

from pathlib import Path
from typing import Any

import click

from reportgen.cli.options import session_options, site_option
from reportgen.messages import say


@click.command("serve", epilog="Example: reportgen serve --profile quick --open")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8180,
    show_default=True,
    help="Where to listen, on this machine only; 0 for any free port.",
)
@click.option("--open", "show", is_flag=True, help="Open a browser.")
@click.option("--jekyll", is_flag=True, help="Also run Jekyll, and serve the site it builds.")
@site_option("The Jekyll site whose styles to use")
@session_options
def command(port: int, show: bool, jekyll: bool, site_dir: Path | None, **options: Any) -> None:
    """Show the posts in a browser, and every change as soon as it is saved.

    Cheap figures rebuild when their code changes; those that cost more than a minute wait for a
    click. Ends with Ctrl-C.
    """
    from reportgen.engine.session import Options
    from reportgen.project import find_project
    from reportgen.serve.server import serve

    def ready(address: str) -> None:
        click.echo(address)
        say("Serving this project until Ctrl-C.")
        if show:
            click.launch(address)

    sets = tuple(options.pop("sets"))
    serve(
        find_project(),
        Options(sets=sets, **options),
        port=port,
        site=site_dir,
        jekyll=jekyll,
        ready=ready,
    )
