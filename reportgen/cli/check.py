"""reportgen check: lints for posts and built sites."""

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.messages import say

if TYPE_CHECKING:
    from reportgen.checks import Finding


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the findings.",
)
@click.option(
    "--rule", "rules", multiple=True, metavar="ID", help="Run only this rule; repeatable."
)
@click.option("--ignore", multiple=True, metavar="ID", help="Leave out this rule; repeatable.")
@click.option("--strict", is_flag=True, help="Run the rules too that run only when asked for.")
@click.option(
    "--baseurl",
    metavar="PATH",
    help="Take each PATH for a built site, served below this base URL ('' for none).",
)
def command(
    paths: tuple[Path, ...],
    style: str,
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    baseurl: str | None,
) -> None:
    """Check posts: repeated figure numbers, lost images, formulas that Markdown will mangle …

    PATH is a Markdown file or a folder of any Jekyll blog; without one, the site of the project,
    or the current folder. A folder named _site, or any with --baseurl, is checked as a built site.
    Exits with 1 if there are errors; warnings are shown and do not fail.
    """
    from reportgen.checks.formats import FORMATS
    from reportgen.errors import ReportgenError

    gc.disable()  # all that is read is needed to the end; looking for garbage takes a fifth longer
    try:
        findings = find(list(paths), rules, ignore, strict, baseurl)
    except ReportgenError as error:
        raise click.UsageError(str(error)) from None
    printed = FORMATS[style](findings)
    if printed:
        click.echo(printed)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    say(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    if errors:
        raise click.exceptions.Exit(1)


def find(
    paths: list[Path],
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    baseurl: str | None,
) -> "list[Finding]":
    """The findings for posts and built sites together."""
    from reportgen.blog.blog import Blog
    from reportgen.checks import check_paths, check_site
    from reportgen.checks.runner import select

    chosen = {rule.id for rule in select(rules or None, ignore)}
    paths = paths or [_default()]
    built = [path for path in paths if baseurl is not None or path.name == "_site"]
    found = []
    for path in built:
        blog = Blog(path.resolve().parent)
        base = blog.baseurl if baseurl is None else baseurl
        found += [f for f in check_site(path, base, url=blog.url) if f.rule in chosen]
    sources = [path for path in paths if path not in built]
    jobs = os.cpu_count() or 1
    return found + check_paths(
        sources, rules=rules or None, ignore=ignore, strict=strict, jobs=jobs
    )


def _default() -> Path:
    """The site of the project around the current folder, or the current folder."""
    from reportgen.errors import ReportgenError
    from reportgen.project import find_project

    try:
        site = find_project().site_dir
    except ReportgenError:
        return Path(".")
    if not site.is_dir():
        return Path(".")
    here = Path.cwd()
    return site.relative_to(here) if site.is_relative_to(here) else site


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
