"""reportgen build"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from reportgen.cli.options import (
    Duration,
    names,
    open_session,
    selected,
    session_options,
    shown_figures,
    site_option,
)
from reportgen.cli.price import agree, price_line
from reportgen.engine.build import Limits, Outcome, build_nodes
from reportgen.engine.plan import Plan, duration, plan
from reportgen.engine.pool import Workers
from reportgen.engine.progress import reporter
from reportgen.engine.session import Session, check_writable
from reportgen.engine.snapshot import write_snapshot
from reportgen.errors import Place, ReportgenError, WrongUse
from reportgen.messages import say, warn
from reportgen.project import Project
from reportgen.registry import Node
from reportgen.store import CorruptObject, MissingObject

Result = TypeVar("Result")


@click.command("build", epilog="Example: reportgen build A --profile quick --budget 20m")
@click.argument("selection", nargs=-1, shell_complete=names)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would run, and what that costs.")
@click.option(
    "--budget",
    type=Duration(),
    metavar="TIME",
    help="Start no node that would end later than this by its last run. The cheapest come first, "
    "those that were never timed last.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="Nodes that run at once.  [default: 1; on a cluster as many as it has threads]",
)
@click.option("--executor", default="", metavar="dask:ADDRESS", help="Run on a Dask cluster.")
@click.option("--fail-fast/--keep-going", default=False, help="Stop at the first failure.")
@click.option(
    "--require-fresh", is_flag=True, help="Run nothing; fail where anything is not fresh."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a long build.")
@site_option("The Jekyll site to write into")
@click.option("--jekyll", is_flag=True, help="Also run Jekyll on the site.")
@session_options
def command(
    selection: tuple[str, ...],
    dry_run: bool,
    budget: float | None,
    jobs: int | None,
    executor: str,
    fail_fast: bool,
    require_fresh: bool,
    yes: bool,
    site_dir: Path | None,
    jekyll: bool,
    **options: Any,
) -> int:
    """Run what is stale, render the posts, write the site and its preview."""
    from reportgen.posts import check_posts

    start = time.monotonic()
    session = open_session(**options)
    check_posts(session.project, session.graph, selection)
    targets = selected(session, selection)
    todo = plan(session, targets, budget=budget)
    for message in session.damaged:
        warn(message)
    if dry_run:
        print_plan(session, todo)
        return 0
    if require_fresh:
        if not report_stale(session, targets):
            return 1
    else:
        agree(session, todo, yes)
    check_writable(session.project)
    limits = Limits(jobs or 0, budget, fail_fast)

    def attempt() -> tuple[Session, Outcome, bool, Path | None]:
        session = open_session(**options)
        outcome = Outcome()
        if not require_fresh:
            nodes = selected(session, selection)
            outcome = build_nodes(session, nodes, reporter(), limits, workers)
        return session, outcome, *write_pages(session, selection, site_dir)

    with executor_named(executor, session.project) as workers:
        session, outcome, good, index = healing(attempt)
    if jekyll:
        good &= run_jekyll(site_dir or session.project.site_dir)
    say(summary(outcome, time.monotonic() - start))
    well = outcome.good and good
    usual = not selection and site_dir is None
    if well and usual and not any(options[name] for name in ("profile", "sets", "seed")):
        write_snapshot(session)
    if index:
        click.echo(index)
    return 0 if well else 1


def healing(attempt: Callable[[], Result]) -> Result:
    """Try, and try again after a lost object: it was dropped and named, so now it will be made."""
    lost = set[str]()
    while True:
        try:
            return attempt()
        except (CorruptObject, MissingObject) as error:
            if error.digest in lost:
                raise
            lost.add(error.digest)
            warn(error.message)


def print_plan(session: Session, todo: Plan) -> None:
    """A table of what would run, with its price."""
    from reportgen.cli.table import print_table
    from reportgen.engine.plan import price_of

    if not todo.run and not todo.left:
        click.echo("Nothing to run.")
        return
    rows = [
        (node.id, duration(price_of(session, node).seconds), session.status(node).reason)
        for node in (*todo.run, *todo.maybe)
    ]
    rows += [
        (node.id, duration(price_of(session, node).seconds), "left out: over the budget")
        for node in todo.left
    ]
    print_table(("id", "last cost", "why"), rows)
    click.echo(price_line(todo))


def report_stale(session: Session, targets: Sequence[Node]) -> bool:
    """Name what is not fresh; True where all is."""
    bad = [node for node in targets if not session.status(node).usable]
    for node in bad:
        status = session.status(node)
        warn(f"{node.id} is {status.state}: {status.reason}.")
    if bad:
        warn(f"{len(bad)} of {len(targets)} nodes are not fresh. Run: reportgen build")
    return not bad


@contextmanager
def executor_named(name: str, project: Project) -> Iterator[Workers | None]:
    """What ``--executor`` asks for; after an interruption nothing goes on running there."""
    if not name:
        yield None
        return
    from reportgen.engine.dask import open_dask

    workers = open_dask(name, project)
    try:
        yield workers
    except BaseException:
        workers.shutdown(wait=False, cancel_futures=True)
        raise
    workers.shutdown()


def write_pages(
    session: Session, selection: Sequence[str], site_dir: Path | None
) -> tuple[bool, Path | None]:
    """Draw the figures, render the posts that are whole, write site and preview."""
    from reportgen.blog import config
    from reportgen.blog.blog import Blog
    from reportgen.engine.draw import draw_figure, results_of
    from reportgen.posts import post_files, render_posts
    from reportgen.site import write_preview, write_site

    project, results = session.project, results_of(session)
    shown = shown_figures(project)
    for slug in (path.stem[11:] for path in post_files(project)):
        if slug not in shown and (slug in selection or not selection):
            warn(f"Post '{slug}' is not written: it has faults.")
    asked = {node.id for node in selected(session, selection)}
    for node in session.graph:
        if node.is_figure and session.status(node).usable:
            draw_figure(session, results, node)
    whole, good = [], True
    for slug, ids in shown.items():
        missing = [i for i in ids if i in results and not session.status(results[i].node).usable]
        if not missing:
            whole.append(slug)
        elif slug in selection or not selection:
            warn(f"Post '{slug}' is not written: {', '.join(missing)} not fresh.")
            good = False
    for id in unshown(session, shown) if shown else []:
        if id in asked:
            warn(f"Warning: figure {id} is in no post.")
    if not whole:
        return good, None
    site = site_dir or project.site_dir
    if fault := config.fault(site):
        name, why = fault
        raise ReportgenError(f"The settings cannot be read: {why}.", place=Place(site / name))
    posts = render_posts(project, results, selection=whole, blog=Blog(site))
    for post in posts:
        if post.slug in selection or asked & set(shown[post.slug]) or not selection:
            for warning in post.warnings:
                warn(f"Warning: {warning}")
    if not site_dir:
        make_site(project)
    write_site(project, posts, site_dir=site_dir)
    return good, write_preview(project, posts, site_dir=site_dir)


def make_site(project: Project) -> None:
    """The folder of the site, where the settings name no other. Raises WrongUse where they do."""
    if project.site_dir.is_dir():
        return
    if project.site != Project.site:
        raise WrongUse(
            f"'site' is '{project.site}', but there is no such folder.",
            place=Place(project.config_file),
            hint="Correct the setting, or make the folder.",
        )
    project.site_dir.mkdir()
    say(f"Made '{project.site}' for the posts and their preview.")


def unshown(session: Session, shown: dict[str, list[str]]) -> list[str]:
    """The figures that no post shows."""
    seen = {id for ids in shown.values() for id in ids}
    return [id for id in session.graph.figures if id not in seen]


def run_jekyll(site: Path) -> bool:
    """Let Jekyll build the site; whether it did."""
    import subprocess

    from reportgen.blog import jekyll

    jekyll.check_installed()
    return subprocess.run(jekyll.command(), cwd=site, check=False).returncode == 0


SHOWN = 10


def summary(outcome: Outcome, seconds: float) -> str:
    """What ran, failed and waited, in a line."""
    counts = (
        ("ran", outcome.ran),
        ("failed", outcome.failed),
        ("waited for a failed input", outcome.blocked),
        ("left out", outcome.left),
    )
    parts = [
        f"{len(names)} {what}{'' if what == 'ran' else f' ({some(names)})'}"
        for what, names in counts
        if names
    ]
    said = "; ".join(parts) or "nothing to run"
    return f"{said}, in {duration(seconds)}."


def some(names: Collection[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join([*names][:SHOWN]) + more
