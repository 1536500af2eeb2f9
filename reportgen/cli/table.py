"""Rows for people: aligned columns, the last one cut to the terminal's width."""

import shutil
import sys
from collections.abc import Sequence

import click


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a head, as wide as they need; in a pipe nothing is cut."""
    table = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    width = terminal_width()
    lines = [clip("  ".join(map(str.ljust, row, widths)).rstrip(), width) for row in table]
    click.echo("\n".join([click.style(lines[0], bold=True), *lines[1:]]))


def terminal_width() -> int | None:
    """Columns of the terminal, None where output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def clip(line: str, width: int | None) -> str:
    """The line, cut with an ellipsis to the width."""
    return line if width is None or len(line) <= width else line[: width - 1] + "…"
