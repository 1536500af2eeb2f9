"""Build the documentation into a folder: ``python scripts/docs.py [FOLDER]``, site/docs by default.

The pages of docs/ with CHANGELOG.md and CONTRIBUTING.md, the reference from click and docstrings,
and the figures that they make; Zensical fails for a link that leads nowhere. It works on a copy, so
nothing is left in the checkout but the result.
"""

import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from reportgen.checks.built import check_site
from reportgen.cli import group

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "reportgen/media/assets"
OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./(?!\w+\.md)[^)]*\)")
"""A link to a file of the repository that is no page: read there, it leads to the file."""
NEEDLESS = ("404.html", "sitemap.xml")  # ours are those of the site around it


def build(out: Path) -> None:
    """Write the documentation to ``out``, which is replaced.

    Raises SystemExit with what Zensical, or our own check of every address, has found.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shutil.copytree(ROOT / "docs", work / "docs")
        shutil.copyfile(ROOT / "zensical.toml", work / "zensical.toml")
        for page in ("CHANGELOG.md", "CONTRIBUTING.md"):
            shutil.copyfile(ROOT / page, work / "docs" / page.lower())
        for page in (work / "docs").rglob("*.md"):
            page.write_text(OUTSIDE.sub(r"\1", page.read_text("utf-8")), encoding="utf-8")
        for file in SHARED.iterdir():
            (work / "docs/assets").mkdir(exist_ok=True)
            shutil.copyfile(file, work / "docs/assets" / file.name)
        commands = work / "docs/reference/commands.md"
        commands.write_text(
            "\n".join([commands.read_text("utf-8"), *reference(group)]), encoding="utf-8"
        )
        path = os.pathsep.join([str(ROOT / "scripts"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "--strict"],
            cwd=work, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}")
        for needless in NEEDLESS:
            (work / "site" / needless).unlink(missing_ok=True)
        if found := check_site(work / "site"):
            sys.exit(
                "\n".join(f"{finding.path}:{finding.line}: {finding.message}" for finding in found)
            )
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(work / "site", out)


def reference(command: click.Command, parent: click.Context | None = None) -> Iterator[str]:
    """What ``--help`` says of a command and those below it, as lines of Markdown."""
    context = click.Context(command, parent, info_name=command.name if parent else "reportgen")
    usage = command.collect_usage_pieces(context)
    yield from [f"##{'#' * depth(context)} {context.command_path}", ""]
    yield from [paragraphs(command.help or ""), ""]
    yield from ["```text", " ".join([context.command_path, *usage]), "```", ""]
    options = [p for p in command.params if isinstance(p, click.Option)]
    if rows := [cells for p in options if (cells := p.get_help_record(context))]:
        yield from ["| option | does |", "|---|---|"]
        yield from (f"| `{cell(name)}` | {cell(text)} |" for name, text in rows)
    yield from ["", paragraphs(command.epilog or ""), ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below and not below.hidden:
                yield from reference(below, context)


def depth(context: click.Context) -> int:
    """How many commands stand above this one."""
    return 1 + depth(context.parent) if context.parent else 0


def paragraphs(text: str) -> str:
    """A help text as Markdown; what Click leaves as it is (after ``\\b``) is code."""
    parts = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        f"```text\n{part.removeprefix(chr(8)).strip()}\n```" if part.startswith("\b") else part
        for part in parts
    )


def cell(text: str) -> str:
    """Text for a cell of a table."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "site/docs")
