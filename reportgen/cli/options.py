"""Options that several commands share, and what they have in common."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from reportgen.distribution import extra
from reportgen.engine.nodes import discover
from reportgen.engine.plan import parse_duration
from reportgen.engine.session import Options, Session
from reportgen.errors import ReportgenError, WrongUse
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
        """Seconds from ``90``, ``5m`` or ``1h30m``."""
        try:
            return parse_duration(str(value))
        except ValueError:
            self.fail(f"'{value}' is no duration; write 90s, 20m or 1.5h.", param, ctx)


class Device(click.ParamType[str]):
    """``cpu``, ``cuda``, ``cuda:1`` or ``mps``; "" stands for whichever is there."""

    name = "device"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The device's name as it is, where it is one."""
        if not re.fullmatch(r"(cpu|mps|cuda(:\d+)?)?", value):
            self.fail(f"'{value}' is no device; write cpu, cuda, cuda:1 or mps.", param, ctx)
        return str(value)


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a shell may complete a selection to: figure ids, artifacts, slugs of posts."""
    with suppress(ReportgenError):
        project = find_project()
        graph = discover(project)
        known = [*graph.figures, *(n.name for n in graph if not n.is_figure)]
        if param.name == "selection":
            known += shown_figures(project)
        return [name for name in known if name.startswith(incomplete)]
    return []


def artifacts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a shell may complete the name of an artifact to."""
    with suppress(ReportgenError):
        graph = discover(find_project())
        return [n.name for n in graph if not n.is_figure and n.name.startswith(incomplete)]
    return []


def settings(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a shell may complete ``--set`` to: a parameter with its default, to be changed."""
    with suppress(ReportgenError):
        nodes = discover(find_project())
        known = [f"{n.id}.{name}={text(value)}" for n in nodes for name, value in n.params.items()]
        return [setting for setting in known if setting.startswith(incomplete)]
    return []


def text(value: Any) -> str:
    """A value as ``--set`` reads it, or nothing where a shell would take it for several words."""
    written = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return written if re.fullmatch(r"[\w.,:+/-]*", written) else ""


def profiles(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a shell may complete ``--profile`` to."""
    with suppress(ReportgenError):
        project = find_project()
        known = dict.fromkeys([project.profile, *project.profiles])
        return [name for name in known if name.startswith(incomplete)]
    return []


def session_options(command: Command) -> Command:
    """--profile, --set, --seed, --device, --env."""
    for decorate in (
        click.option("--env", type=click.Choice(["warn", "rebuild"]), default="warn",
                     help="What to do with nodes that ran under other package versions."),
        click.option("--device", type=Device(), default="", metavar="NAME",
                     help="cpu, cuda, cuda:1 or mps; found by itself otherwise."),
        click.option("--seed", type=int, help="The project seed for this command."),
        click.option("--set", "sets", multiple=True, metavar="NODE.PARAM=VALUE",
                     shell_complete=settings,
                     help="Change a parameter; may be repeated."),
        click.option("--profile", default="", metavar="NAME", shell_complete=profiles,
                     help="A table of parameters in pyproject.toml, such as quick."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def site_option(what: str) -> Callable[[Command], Command]:
    """``--site DIR``, a Jekyll site that is there."""
    return click.option(
        "--site",
        "site_dir",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=jekyll_site,
        metavar="DIR",
        help=f"{what}, instead of the project's own.",
    )


def jekyll_site(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a folder full of something else."""
    signs = ("_config.yml", "_config.yaml", "_config.toml", "_posts", "_layouts")
    if value and any(value.iterdir()) and not any((value / sign).exists() for sign in signs):
        raise click.BadParameter(f"'{value}' is no Jekyll site: it has no _config.yml.")
    return value


def open_session(
    profile: str = "",
    sets: Sequence[str] = (),
    seed: int | None = None,
    device: str = "",
    env: str = "warn",
) -> Session:
    """A look at the project; until the command ends, ``gc`` leaves the store alone.

    Raises WrongUse where there is nothing to look at.
    """
    project = find_project()
    context = click.get_current_context()
    if device not in ("", "cpu") and not context.params.get("executor") and not has_torch():
        raise WrongUse(
            f"There is no '{device}' without torch, which is not installed.", hint=extra("torch")
        )
    context.with_resource(using(project.store_dir))
    session = Session(project, Options(profile, tuple(sets), seed, device, env))
    context.call_on_close(lambda: tell_bad_records(session, context))
    if not session.graph.nodes and not has_posts(project):
        folders = " or ".join(f"'{name}'" for name in project.experiments)
        raise WrongUse(
            f"The project in '{project.root}' is empty: there is no @artifact or @figure in "
            f"{folders}, and no post in '{project.templates}/posts'.",
            hint='Add one: reportgen new figure A.1, or reportgen new post "A title".',
        )
    return session


def has_torch() -> bool:
    """Whether torch is installed; nothing of it is imported."""
    return find_spec("torch") is not None


def tell_bad_records(session: Session, context: click.Context) -> None:
    """Name the records that a command has left aside, each once."""
    said = context.meta.setdefault("reportgen.bad-records", set[str]())
    for message in session.store.bad_records():
        if message not in said:
            click.echo(message, err=True)
        said.add(message)


def selected(session: Session, patterns: Sequence[str]) -> list[Node]:
    """The nodes that the patterns name; slugs of posts name the figures they show."""
    return select(session.graph, patterns, shown_figures(session.project) if patterns else None)


def has_posts(project: Project) -> bool:
    """Whether there is the source of a post."""
    from reportgen.posts import post_files

    return bool(post_files(project))


def shown_figures(project: Project) -> dict[str, list[str]]:
    """Slug of each post to the ids of the figures that its source shows."""
    from reportgen.posts import figures_of, post_files

    shown: dict[str, list[str]] = {}
    for file in post_files(project):
        with suppress(ReportgenError):  # its own faults stop it, and no other post
            shown[file.stem[11:]] = list(figures_of(file, project.root).figures)
    return shown
