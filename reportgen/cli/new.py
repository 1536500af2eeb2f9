"""reportgen new"""

import os
import shlex
import sys
from pathlib import Path

import click

from reportgen.cli.options import artifacts
from reportgen.errors import did_you_mean
from reportgen.messages import say, warn


class Default(click.Group):
    """A group in which whatever is no command of it is the folder of ``project``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take words for the group that stand before the folder's name."""
        while args and args[0] in ("-q", "--quiet", "-v", "--verbose") and len(args) > 1:
            args = [*args[1:], args[0]]
        if not args or args[0] not in {*self.commands, "-h", "--help"}:
            if args[1:] and not args[0].startswith("-") and not args[1].startswith("-"):
                hint = did_you_mean(args[0], list(self.commands))
                ctx.fail(f"No such command 'new {args[0]}'. {hint}")
            args = ["project", *args]
        return super().parse_args(ctx, args)


EXAMPLES = """\b
Examples:
  reportgen new notes               a project in the folder notes
  cd my-blog; reportgen new         one in a Jekyll blog, with settings for its theme
  reportgen new figure A.1          one more figure
"""


@click.group("new", cls=Default, epilog=EXAMPLES)
def command() -> None:
    """Begin: a project, or one more figure, artifact or post.

    'reportgen new DIR' is short for 'reportgen new project DIR'. Nothing is written over.
    """


@command.command("project")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--title", help="The title of the site.  [default: the folder's name]")
@click.option(
    "--example",
    type=click.Choice(["line", "diffusion", "none"]),
    help="What to begin with: a line fitted by gradient descent, a small diffusion model "
    "(needs torch), or nothing.  [default: line]",
)
@click.option(
    "--blog",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A Jekyll blog to write into.  [default: the folder itself where it is one]",
)
def project(folder: Path, title: str | None, example: str | None, blog: Path | None) -> int:
    """A project that builds at once: settings, an experiment, a post, a workflow.

    In a Jekyll blog, the settings are chosen for its theme. At a terminal, what no option says is
    asked.
    """
    from reportgen.scaffold.project import check_new, new_project

    check_new(folder, blog)
    asks = sys.stdin.isatty() and sys.stderr.isatty()
    title = title or answer("Title", folder.resolve().name, asks)
    example = example or answer("Begin with (line, diffusion, none)", "line", asks)
    made = new_project(folder, title=title, example=example, site=blog)
    for path in made.written:
        click.echo(os.path.normpath(folder / path))
    if made.theme:
        say(f"The blog's theme is {made.theme}; the settings are chosen for it.")
    for note in made.notes:
        warn(note)
    there = f"cd {shlex.quote(str(folder))}; " if folder != Path() else ""
    what = (
        "reportgen build; reportgen serve --open"
        if example != "none"
        else "reportgen new figure A.1"
    )
    say(f"Next: {there}{what}")
    return 0


def answer(question: str, default: str, asks: bool) -> str:
    """What a person says, or the default where none is there to ask."""
    return click.prompt(question, default=default, err=True) if asks else default


@command.command("figure", epilog="Example: reportgen new figure A.1 --of line_fit")
@click.argument("id")
@click.option("--of", "artifact", default="", metavar="ARTIFACT", shell_complete=artifacts,
              help="What it draws.")  # fmt: skip
def figure(id: str, artifact: str) -> int:
    """A module with one figure."""
    from reportgen.engine.nodes import discover
    from reportgen.project import find_project
    from reportgen.scaffold.pieces import new_figure

    project = find_project()
    written(project.root / new_figure(project, discover(project), id, artifact))
    say(f"Next: reportgen figure {id} --open")
    say(f'In a post: <%= figure("{id}") %>')
    return 0


@command.command("artifact", epilog="Example: reportgen new artifact denoiser")
@click.argument("name")
def artifact(name: str) -> int:
    """A module with one artifact."""
    from reportgen.engine.nodes import discover
    from reportgen.project import find_project
    from reportgen.scaffold.pieces import new_artifact

    project = find_project()
    written(project.root / new_artifact(project, discover(project), name))
    say(f"Next: reportgen build {name}")
    say(f"A figure of it: reportgen new figure ID --of {name}")
    return 0


@command.command("post", epilog='Example: reportgen new post "A walk"')
@click.argument("title")
def post(title: str) -> int:
    """A post with the figures that no post shows yet."""
    from reportgen.cli.options import shown_figures
    from reportgen.engine.nodes import discover
    from reportgen.project import find_project
    from reportgen.scaffold.pieces import new_post

    project = find_project()
    shown = {id for ids in shown_figures(project).values() for id in ids}
    written(project.root / new_post(project, discover(project), title, shown))
    say("Next: reportgen serve --open")
    return 0


def written(path: Path) -> None:
    """Print a path as one can type it here."""
    click.echo(os.path.relpath(path))
