"""reportgen doctor"""

import click

COLOURS = {"ok": "green", "note": "yellow", "bad": "red"}


@click.command("doctor", epilog="Example: reportgen doctor")
def command() -> int:
    """Look at the machine and the project: what is here, what is not, and what to do.

    Exit code 1 where something will not work.
    """
    from reportgen.scaffold.doctor import BAD, examine

    bad = False
    for finding in examine():
        bad |= finding.state == BAD
        mark = click.style(f"{finding.state:<5}", fg=COLOURS[finding.state])
        click.echo(f"{mark}{finding.what:<9}{finding.found.rstrip('.')}.")
        if finding.advice:
            click.echo(f"{'':14}{finding.advice}")
    return 1 if bad else 0
