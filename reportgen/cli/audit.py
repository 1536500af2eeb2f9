"""reportgen audit"""

from pathlib import Path

import click

from reportgen.errors import ReportgenError
from reportgen.project import find_project


@click.command("audit")
@click.argument("target", metavar="PAGE-OR-FOLDER", type=click.Path(path_type=Path))
def command(target: Path) -> int:
    """Compare published pages with their records: reportgen audit site/_site

    Every marked number must be that of its record, printed anew; every figure must have the words
    and the files that were recorded. Within a project whose store has the runs, the records must
    say what it says. Exit code 1, and a list, for what differs.
    """
    from reportgen.site.audit import audit, recorded_in, said

    try:
        project = find_project()
    except ReportgenError:
        recorded = None
    else:
        from reportgen.engine.session import Options, Session

        recorded = recorded_in(Session(project, Options()).store)
    found = audit(target, recorded)
    for fault in found.faults:
        click.echo(fault)
    differ = f"; {len(found.faults)} differ." if found.faults else ": all is as it was recorded."
    click.echo(f"{said(found)}{differ}", err=True)
    return 1 if found.faults else 0
