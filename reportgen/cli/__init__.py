"""The commands, one module each, imported when they are called.

Results go to stdout; progress and messages to stderr. Exit codes: 0 all well, 1 something failed,
is stale or was found wrong, 2 wrong usage, 130 interrupted.
"""

import os
import traceback
from importlib import import_module

import click

from reportgen.distribution import NAME
from reportgen.errors import ReportgenError, WrongUse, did_you_mean
from reportgen.messages import NORMAL, QUIET, VERBOSE, is_heard, set_volume

COMMANDS = {
    "new": "new",
    "adopt": "adopt",
    "build": "build",
    "figure": "figure",
    "list": "listing",
    "status": "status",
    "value": "value",
    "why": "why",
    "accept": "accept",
    "verify": "verify",
    "doctor": "doctor",
    "serve": "serve",
    "check": "check",
    "audit": "audit",
    "pdf": "pdf",
    "publish": "publish",
    "bundle": "bundle",
    "push": "push",
    "pull": "pull",
    "gc": "gc",
}
"""Command name to module of this package; the order is that of the help."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, whose module loads only now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reportgen.cli.{COMMANDS[cmd_name]}").command
        return with_volume(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Tell of a misspelt command which one is near."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], list(COMMANDS))
            ctx.fail(f"No such command '{args[0]}'. {hint}".strip())
        return super().resolve_command(ctx, args)


def with_volume(command: click.Command) -> click.Command:
    """Give a command, and those below it, ``--quiet`` and ``--verbose``."""
    for inner in getattr(command, "commands", {}).values():
        with_volume(inner)
    if all(param.name != "quiet" for param in command.params):
        command.params += VOLUME
    return command


def volume_option(short: str, name: str, level: int, help: str) -> click.Option:
    """An option that sets how much is said, on its own and before all others are read."""

    def heed(ctx: click.Context, param: click.Parameter, given: bool) -> None:
        if given:
            set_volume(level)

    names = [f"-{short}", f"--{name}"]
    return click.Option(
        names, is_flag=True, is_eager=True, expose_value=False, callback=heed, help=help
    )


VOLUME = [
    volume_option("q", "quiet", QUIET, "Say nothing on stderr but warnings and errors."),
    volume_option(
        "v",
        "verbose",
        VERBOSE,
        "Say also why each node runs, all that it logs, and where an error comes from.",
    ),
]

EXAMPLES = """\b
Examples:
  reportgen build                   every stale figure, every post, the site
  reportgen figure B.1a --open      one figure, and only what it needs
  reportgen status B                what is fresh, what is not, and why
"""


@click.group(
    cls=LazyGroup, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name=NAME, prog_name="reportgen")
def group() -> None:
    """Experiment posts whose figures, captions and numbers all come from the run."""


with_volume(group)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; errors become one message on stderr."""
    set_volume(NORMAL)
    plain = False if os.environ.get("NO_COLOR") else None
    try:
        result = group.main(arguments, prog_name="reportgen", standalone_mode=False, color=plain)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ReportgenError as error:
        if is_heard(VERBOSE):
            traceback.print_exc()
        click.echo(f"Error: {error}", err=True)
        return 2 if isinstance(error, WrongUse) else 1
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. What had finished is kept.", err=True)
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        from reportgen.files import NO_WRITING

        if error.errno not in NO_WRITING:
            raise
        what = f"'{error.filename}'" if error.filename else "The next file"
        click.echo(f"Error: {what} cannot be written: {error.strerror}.", err=True)
        return 1
