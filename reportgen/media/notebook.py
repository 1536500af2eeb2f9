"""Media in notebooks: shown where they are made, and the magic that makes one of a cell."""

from __future__ import annotations

import ast
import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.media.base import Media

MIMES = {
    ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".gif": "image/gif", ".svg": "image/svg+xml", ".avif": "image/avif", ".bmp": "image/bmp",
    ".csv": "text/csv", ".json": "application/json",
}  # fmt: skip


def html_of(media: Media) -> str:
    """The figure as HTML that needs no other file: its pictures are in it."""
    from reportgen.media.canvas import ASSETS, Theme, draw

    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(media, Path(folder), stem="figure", theme=Theme(dark=False, moving=False))
        html = drawn.html
        for file in sorted(drawn.files, key=lambda file: len(file.name), reverse=True):
            address = f"{ASSETS}/{file.name}"
            if address in html:
                content = base64.b64encode(Path(folder, file.name).read_bytes()).decode()
                kind = MIMES[Path(file.name).suffix]
                html = html.replace(address, f"data:{kind};base64,{content}")
        return f'<div class="rg">{html}</div>'


def png_of(media: Media) -> bytes | None:
    """The labelled picture as PNG; None for a table or a drawing that has none."""
    from reportgen.media.canvas import Theme, draw

    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(media, Path(folder), stem="figure", theme=Theme(dark=False, moving=False))
        return Path(folder, drawn.full).read_bytes() if drawn.full.endswith(".png") else None


def last_value(code: str, names: dict[str, Any]) -> Any:
    """Run the code among ``names``; the value of its last line where that is an expression."""
    tree = ast.parse(code)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<cell>", "exec"), names)
        return None
    tree.body.pop()
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def load_ipython_extension(shell: Any) -> None:
    """Add ``%%figure ID Caption``: the cell's last value, as media, under the name of the figure.

    The media is kept in the variable ``figures`` of the notebook, by id.
    """

    def figure(line: str, cell: str) -> Media:
        """Run the cell and show its last value as the figure ID."""
        from reportgen.errors import ReportgenError
        from reportgen.media.adapt import as_media

        id = line.partition(" ")[0]
        if not id:
            raise ReportgenError("'%%figure' needs the id of a figure, such as '%%figure A.1'.")
        value = last_value(shell.transform_cell(cell), shell.user_ns)
        media = as_media(value, f"The cell of figure '{id}'")
        shell.user_ns.setdefault("figures", {})[id] = media
        return media

    shell.register_magic_function(figure, magic_kind="cell", magic_name="figure")
