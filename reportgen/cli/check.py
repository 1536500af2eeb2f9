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
        findings, files = find(list(paths), rules, ignore, strict, baseurl)
    except ReportgenError as error:
        raise click.UsageError(str(error)) from None
    printed = FORMATS[style](findings)
    if printed:
        click.echo(printed)
    errors = sum(finding.severity == "error" for finding in findings)
    counts = f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"
    say(f"{counts} in {_count(files, 'file')}.")
    if errors:
        raise click.exceptions.Exit(1)


def find(
    paths: list[Path],
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    baseurl: str | None,
) -> "tuple[list[Finding], int]":
    """The findings for posts, templates and built sites together, and how many files were read."""
    from reportgen.blog.blog import Blog
    from reportgen.blog.config import find_root
    from reportgen.checks import check_site
    from reportgen.checks.runner import check_posts, read_posts, select
    from reportgen.checks.templates import check_templates, templates_below
    from reportgen.errors import ReportgenError

    chosen = {rule.id for rule in select(rules or None, ignore)}
    paths = paths or _default()
    built = [path for path in paths if baseurl is not None or path.name == "_site"]
    found, files = [], 0
    for path in built:
        blog = Blog(path.resolve().parent)
        base = blog.baseurl if baseurl is None else baseurl
        found += check_site(path, base, url=blog.url)
        files += sum(1 for _ in path.rglob("*.htm*"))
    sources = [path for path in paths if path not in built]
    templates = templates_below(sources)
    found += check_templates(templates)
    posts = read_posts([path for path in sources if path.resolve() not in templates], but=templates)
    jobs = os.cpu_count() or 1
    found = [f for f in found if f.rule in chosen]
    found += check_posts(posts, rules=rules or None, ignore=ignore, strict=strict, jobs=jobs)
    files += len(posts) + len(templates)
    if not files and not any(find_root(path) == (path.resolve(), True) for path in paths):
        places = ", ".join(f"'{path}'" for path in paths)
        raise ReportgenError(
            f"There is no post or page in {places}, so nothing was checked.",
            hint="Name a Markdown file, or the folder of a Jekyll blog.",
        )
    return found, files


def _default() -> list[Path]:
    """The site and the templates of the project around the current folder, or that folder."""
    from reportgen.errors import ReportgenError
    from reportgen.project import find_project

    try:
        project = find_project()
    except ReportgenError:
        return [Path(".")]
    here = Path.cwd()
    folders = [folder for folder in (project.site_dir, project.posts_dir) if folder.is_dir()]
    return [f.relative_to(here) if f.is_relative_to(here) else f for f in folders] or [Path(".")]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
