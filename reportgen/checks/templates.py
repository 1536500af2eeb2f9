"""Checks the templates of a project's posts as what they are: Jinja around Markdown."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from reportgen.checks.finding import Finding
from reportgen.checks.rules.table import RULES, site_rule
from reportgen.checks.runner import shown
from reportgen.errors import Place, ReportgenError

RULE = site_rule("template", "error", "A template of a post that cannot be read")


def templates_below(paths: Sequence[Path]) -> frozenset[Path]:
    """The templates of posts at or below ``paths``, in whatever project each of them lies."""
    return frozenset(file for path in paths for file in _templates(path.resolve()))


def _templates(path: Path) -> Iterator[Path]:
    from reportgen.posts import post_files
    from reportgen.project import find_project

    try:
        project = find_project(path if path.is_dir() else path.parent)
    except ReportgenError:
        return
    for file in map(Path.resolve, post_files(project)):
        if file == path or path in file.parents:
            yield file


def check_templates(files: Collection[Path]) -> list[Finding]:
    """What is wrong with the names, front matter and Jinja of templates, without running them."""
    return [finding for file in sorted(files) for finding in _faults(file)]


def _faults(file: Path) -> Iterator[Finding]:
    from reportgen.posts import figures_of

    try:
        figures_of(file)
    except ReportgenError as error:
        place, severity = error.place or Place(file), RULES[RULE].severity
        where = shown(file), place.line or 1, place.column or 1
        yield Finding(RULE, severity, *where, error.message, error.hint or "")
