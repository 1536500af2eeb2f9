"""reportgen pdf"""

from pathlib import Path

import click

from reportgen.errors import WrongUse, did_you_mean
from reportgen.project import find_project


@click.command("pdf")
@click.argument("post")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; SLUG.pdf here without it.",
)
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"], case_sensitive=False),
    default="a4",
    show_default=True,
    help="The size of the sheets.",
)
def command(post: str, output: Path | None, paper: str) -> None:
    """Print a built post as PDF: reportgen pdf SLUG"""
    from reportgen.site.pdf import print_pdf
    from reportgen.site.preview import FOLDER

    folder = find_project().site_dir / FOLDER
    built = sorted(page.parent.name for page in folder.glob("*/index.html"))
    if post not in built:
        hint = did_you_mean(post, built) or "Build it first with: reportgen build."
        raise WrongUse(f"There is no built post '{post}'.", hint=hint)
    click.echo(print_pdf(folder / post / "index.html", output or Path(f"{post}.pdf"), paper))
