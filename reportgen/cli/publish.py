"""reportgen publish"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reportgen.files import own_folder
from reportgen.messages import say, warn
from reportgen.project import Project, find_project
from reportgen.publish.cache import with_cache
from reportgen.publish.checkout import take_back
from reportgen.publish.git import Git
from reportgen.publish.history import describe, rollback, status_of
from reportgen.publish.identity import keep_id, new_id, recognised
from reportgen.publish.provenance import check_ancestry
from reportgen.publish.publisher import Notes, Outcome, Proposal, publish
from reportgen.publish.review import write_review
from reportgen.publish.source import Request, gathered
from reportgen.publish.summary import summary
from reportgen.publish.survey import Survey, survey
from reportgen.publish.target import KINDS, Target, resolve_target
from reportgen.publish.workflow import (
    current_branch,
    pages_workflow,
    report_workflow,
    requirement,
    write_workflows,
)

EXAMPLES = """\b
Examples:
  reportgen publish --dry-run             what would change on GitHub Pages
  reportgen publish --site ../my-blog     posts and figures into your blog
  reportgen publish --rollback            back to what was published before
"""


@click.command("publish", epilog=EXAMPLES)
@click.option(
    "--to",
    type=click.Choice(KINDS),
    default=None,
    help="The built site, or the Jekyll source of one (usual with --site).",
)
@click.option("--remote", default="", metavar="R", help="A remote's name or address [origin].")
@click.option(
    "--branch",
    default="",
    metavar="B",
    help="The branch to publish to; a new one starts from the usual one.",
)
@click.option(
    "--site",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A checkout of the Jekyll blog to publish into.",
)
@click.option("--folder", default="", metavar="PATH", help="The blog's folder in its branch.")
@click.option(
    "--baseurl",
    default=None,
    metavar="PATH",
    help="The baseurl, where that of _config.yml is not it.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Do everything but the push.")
@click.option("--review", is_flag=True, help="Open a page with each figure, old and new.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace what was edited by hand, or published from work that is not here.",
)
@click.option("--allow-stale", is_flag=True, help="Publish stale figures, marked as such.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the push.")
@click.option("--rollback", "back", is_flag=True, help="Return to the previous publish.")
@click.option("--status", is_flag=True, help="Say what is published.")
@click.option("--init-workflow", is_flag=True, help="Write GitHub Actions workflows.")
def command(**options: Any) -> int:
    """Publish the report to GitHub Pages, without ever losing a file there.

    One commit on top of the branch, never forced. Only files that reportgen put there are
    changed. Exits with 0 when the branch holds the report, and with 1 when it does not: refused,
    declined, or, for --status, different.
    """  # fmt: skip
    refuse_mixed(options)
    project = find_project()
    target = resolve_target(
        project.root,
        to=options["to"] or "",
        remote=options["remote"],
        branch=options["branch"],
        site=options["site"],
        folder=options["folder"],
    )
    if options["init_workflow"]:
        return init_workflow(project, target, options["site"])
    return run(project, target, options)


def refuse_mixed(options: dict[str, Any]) -> None:
    """Raise WrongUse for options that exclude each other."""
    names = [name for name in ("back", "status", "init_workflow") if options[name]]
    if len(names) > 1:
        raise click.UsageError("Only one of --rollback, --status and --init-workflow at a time.")


def run(project: Project, target: Target, options: dict[str, Any]) -> int:
    """Publish, roll back, or tell; return the exit code."""
    own_folder(project.store_dir)

    def work(git: Git) -> int:
        seen = survey(git, target, project.id)
        id = project.id or recognised(project, seen.others, own=target.own) or new_id()
        approve = Asking(project, id, options)
        overwrite = options["overwrite"]
        if options["back"]:
            return report(rollback(git, target, id, approve, overwrite=overwrite), target, options)
        status = options["status"]
        request = Request(options["allow_stale"] or status, options["baseurl"], check=not status)
        with gathered(project, target, request, id, git, seen.of(id)) as wanted:
            if status:
                found = status_of(git, target, wanted, seen=seen)
                click.echo(describe(found))
                return 0 if found.current else 1
            wanted = replace(wanted, check=looking(project, wanted.check, overwrite))
            outcome = publish(git, target, wanted, approve, overwrite=overwrite, seen=seen)
        if options["site"] and outcome.state != "declined":
            take_back(project, options["site"])
        return report(outcome, target, options)

    return with_cache(project.store_dir / "publish", target.url, target.settings, work)


def looking(project: Project, check: Notes, overwrite: bool) -> Notes:
    """A check that also sees a branch published from work that this checkout does not have."""

    def notes(git: Git, seen: Survey) -> list[str]:
        if seen.old is None or overwrite:
            return check(git, seen)
        note = check_ancestry(project.root, seen.old.commit)
        return [*check(git, seen), *([note] if note else [])]

    return notes


class Asking:
    """Shows a change on stderr, on a page if asked, and asks whether to push it."""

    def __init__(self, project: Project, id: str, options: dict[str, Any]) -> None:
        self.project, self.id, self.options = project, id, options

    def __call__(self, proposal: Proposal) -> bool:
        """Show the proposal; whether a person, or ``--yes``, agrees."""
        asks = sys.stdin.isatty() and not self.options["yes"]
        (warn if asks else say)(summary(proposal))
        if self.options["review"]:
            page = write_review(proposal, self.project.store_dir / "publish" / "review")
            click.echo(page)
            if sys.stdout.isatty():
                click.launch(str(page))
        if self.options["dry_run"]:
            return False
        if asks and not click.confirm("Push?", default=True, err=True):
            return False
        if not self.project.id:  # before the push: a report that is there has an id here
            keep_id(self.project, self.id)
            warn(f"'{self.project.config_file.name}' now has the report's id: commit it.")
        return True


def report(outcome: Outcome, target: Target, options: dict[str, Any]) -> int:
    """Say how it ended; return the exit code."""
    where = f"branch '{outcome.branch}' of {target.shown}"
    for note in outcome.notes:
        warn(f"Note: {note}")
    if outcome.state == "published":
        again = f", after {outcome.replays} lost race{'s' * (outcome.replays > 1)}"
        click.echo(f"Published {outcome.commit[:10]} to {where}{again * bool(outcome.replays)}.")
        if options["site"]:
            click.echo(f"To have it in '{options['site']}' too, run there: git pull", err=True)
    elif outcome.state == "unchanged":
        click.echo(f"Nothing to publish: {where} holds it already.")
    else:
        click.echo(f"Nothing was pushed to {where}.")
        return 0 if options["dry_run"] else 1
    return 0


def init_workflow(project: Project, target: Target, site: Path | None) -> int:
    """Write the workflows into the repository at hand, for its owner to commit."""
    branch = target.branch or current_branch(site or project.root)
    texts = {}
    if target.kind == "source":
        texts["pages.yml"] = pages_workflow(branch, target.folder)
    if target.own:
        texts["report.yml"] = report_workflow(
            project, current_branch(project.root), requirement(project)
        )
    top = Git(within=site or project.root).ask("rev-parse", "--show-toplevel")
    root = Path(top) if site and top else project.root
    for file in write_workflows(root, texts):
        click.echo(file)
    return 0
