"""Options that several commands share, and what they have in common."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from reportgen.engine.plan import parse_duration
from reportgen.engine.session import Options, Session
from reportgen.project import Project, find_project
from reportgen.registry import Node
from reportgen.registry.select import select
from reportgen.store.usage import using

Command = Callable[..., Any]


class Duration(click.ParamType[float]):
    """``90``, ``90s``, ``20m`` or ``1.5h``, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return parse_duration(str(value))
        except ValueError:
            self.fail(f"'{value}' is no duration; write 90s, 20m or 1.5h.", param, ctx)


def session_options(command: Command) -> Command:
    """--profile, --set, --seed, --device, --env."""
    for decorate in (
        click.option("--env", type=click.Choice(["warn", "rebuild"]), default="warn",
                     help="What to do with nodes that ran under other package versions."),
        click.option("--device", default="", metavar="NAME",
                     help="cpu, cuda, cuda:1 or mps; found by itself otherwise."),
        click.option("--seed", type=int, help="The project seed for this command."),
        click.option("--set", "sets", multiple=True, metavar="NODE.PARAM=VALUE",
                     help="Change a parameter; may be repeated."),
        click.option("--profile", default="", metavar="NAME",
                     help="A table of parameters in pyproject.toml, such as quick."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def open_session(
    profile: str = "",
    sets: Sequence[str] = (),
    seed: int | None = None,
    device: str = "",
    env: str = "warn",
) -> Session:
    """A look at the project; until the command ends, ``gc`` leaves the store alone."""
    project = find_project()
    click.get_current_context().with_resource(using(project.store_dir))
    return Session(project, Options(profile, tuple(sets), seed, device, env))


def selected(session: Session, patterns: Sequence[str]) -> list[Node]:
    """The nodes that the patterns name; slugs of posts name the figures they show."""
    return select(session.graph, patterns, shown_figures(session.project) if patterns else None)


def shown_figures(project: Project) -> dict[str, list[str]]:
    """Slug of each post to the ids of the figures that its source shows."""
    from reportgen.posts import figures_of, post_files

    return {file.stem[11:]: list(figures_of(file).figures) for file in post_files(project)}
