"""Notebooks as modules: ``experiments/NAME.ipynb`` is read as the ``NAME.py`` written beside it.

Cells that begin with ``%%figure ID Caption``, or have the tag ``figure:ID`` and their caption as a
first comment, become figure functions; of other code cells the
definitions and statements stay, and what only shows something goes. From there on a notebook is a
module like any other, so that what a cell can reach is judged by the same rules.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.files import write_bytes
from reportgen.project import Project
from reportgen.registry.own import FOREIGN

HEAD = "# Made by reportgen from {name}. Change that notebook, not this file."
FIGURE = re.compile(r"%%figure[ \t]+(\S+)[ \t]*([^\n]*)\n?")
TAG = "figure:"
MAGIC = re.compile(r"^[%!?].*$", re.MULTILINE)


def write_modules(project: Project) -> None:
    """Write the module of each notebook with figures whose module says something else.

    Raises ReportgenError for a cell that can be no figure, and for a module of that name that
    somebody wrote by hand.
    """
    for notebook in notebooks(project):
        cells = code_cells(notebook, project.root)
        if not any(FIGURE.match(cell) for _, cell in cells):
            continue
        module = notebook.with_suffix(".py")
        head = HEAD.format(name=notebook.name)
        before = module.read_text("utf-8") if module.exists() else head
        if not before.startswith(head):
            raise ReportgenError(
                f"'{module.name}' beside this notebook was not made from it.",
                place=Place(notebook),
                hint="Rename one of the two: the notebook is read as a module of its name.",
            )
        text = module_text(head, cells, notebook)
        if before != text:
            write_bytes(module, text.encode())


def notebooks(project: Project) -> Iterator[Path]:
    """The notebooks in the experiment folders, but for copies that editors keep."""
    for name in project.experiments:
        for file in sorted((project.root / name).rglob("*.ipynb")):
            parts = file.relative_to(project.root).parts
            if FOREIGN.isdisjoint(parts) and not any(part.startswith(".") for part in parts):
                yield file


def code_cells(notebook: Path, root: Path) -> list[tuple[int, str]]:
    """Number and text of each code cell, cells of other languages and programs left out."""
    try:
        read = json.loads(notebook.read_bytes())
        cells = [
            (number, asked_for(cell))
            for number, cell in enumerate(read["cells"], 1)
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ReportgenError(
            f"The notebook {notebook.relative_to(root).as_posix()} cannot be read: {error}.",
            hint="Save it again as a notebook of version 4, or move it out of the experiments.",
        ) from None
    return [(n, cell) for n, cell in cells if FIGURE.match(cell) or not cell.startswith("%%")]


def asked_for(cell: dict[str, Any]) -> str:
    """A cell's text, which begins with ``%%figure`` also where a tag makes it a figure."""
    text = "".join(cell["source"])
    tags = [str(tag) for tag in cell.get("metadata", {}).get("tags", [])]
    id = next((tag[len(TAG) :].strip() for tag in tags if tag.startswith(TAG)), "")
    if not id or FIGURE.match(text):
        return text
    caption = re.match(r"#[ \t]*([^\n]*)\n", text)
    if caption:
        return f"%%figure {id} {caption[1]}\n{text[caption.end() :]}"
    return f"%%figure {id}\n{text}"


def module_text(head: str, cells: list[tuple[int, str]], notebook: Path) -> str:
    """The module: the cells in their order, figures as functions of the artifacts they name."""
    plain: list[str] = []
    loaded = set[str]()
    figures: list[tuple[int, str, str, str]] = []
    order: list[tuple[bool, int]] = []
    for number, cell in cells:
        asked = FIGURE.match(cell)
        body = MAGIC.sub("", cell[asked.end() :] if asked else cell)
        tree = parsed(body, number, notebook)
        order.append((asked is not None, len(figures) if asked else len(plain)))
        if asked:
            figures.append(
                (number, asked[1], asked[2].strip(), returning(body, tree, notebook, number))
            )
        else:
            plain.append(kept(body, tree, loaded))
    known = {s.get_name() for s in symbols("\n".join(plain)).get_symbols() if is_bound(s)}
    parts = [function(*figures[at], known) if is_figure else plain[at] for is_figure, at in order]
    text = "\n\n\n".join(part.strip("\n") for part in parts if part.strip())
    return f"{head}\nimport reportgen\n\n{text}\n"


def parsed(code: str, number: int, notebook: Path) -> ast.Module:
    """The cell's syntax. Raises ReportgenError with the cell's number."""
    try:
        return ast.parse(code)
    except SyntaxError as error:
        raise ReportgenError(
            f"Cell {number} of this notebook is no valid Python: {error.msg}, in its line "
            f"{error.lineno}.",
            place=Place(notebook),
        ) from None


def kept(code: str, tree: ast.Module, loaded: set[str]) -> str:
    """A cell without what only shows something, and without artifacts that are loaded by name.

    Their names are added to ``loaded``: to a figure they are inputs.
    """
    lines = code.split("\n")
    gone = set[int]()
    for i, statement in enumerate(tree.body):
        if name := loads(statement):
            loaded.add(name)
        if any(meets(other, statement) for other in tree.body[:i] + tree.body[i + 1 :]):
            continue
        if name or is_look(statement, loaded):
            gone |= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return "\n".join(line for n, line in enumerate(lines, 1) if n not in gone)


def meets(a: ast.stmt, b: ast.stmt) -> bool:
    """Whether two statements have a line in common."""
    return a.lineno <= (b.end_lineno or 0) and b.lineno <= (a.end_lineno or 0)


def is_look(statement: ast.stmt, loaded: set[str]) -> bool:
    """Whether a statement only shows something: other calls may have an effect, and stay."""
    if not isinstance(statement, ast.Expr):
        return False
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    is_call = isinstance(statement.value, ast.Call)
    return not is_call or bool(names & (loaded | {"display", "print"}))


def loads(statement: ast.stmt) -> str:
    """NAME of ``NAME = reportgen.load("NAME")``, else ""."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return ""
    call, targets = statement.value, [ast.unparse(target) for target in statement.targets]
    names = [a.value for a in call.args if isinstance(a, ast.Constant)]
    is_load = ast.unparse(call.func) in ("load", "reportgen.load")
    return targets[0] if is_load and targets == names else ""


def returning(code: str, tree: ast.Module, notebook: Path, number: int) -> str:
    """The cell's lines with ``return`` before its last expression, indented as a function."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        raise ReportgenError(
            f"Cell {number} of this notebook is a figure, and its last line is no value.",
            place=Place(notebook),
            hint="End the cell with the figure, as to show it.",
        )
    inside = {
        line
        for node in ast.walk(tree)
        if isinstance(node, (ast.Constant, ast.JoinedStr))
        for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)
    }  # lines of texts, which an indent would change
    lines = [line.encode() for line in code.rstrip().split("\n")]
    at = last.lineno - 1
    lines[at] = lines[at][: last.col_offset] + b"return " + lines[at][last.col_offset :]
    return "\n".join(
        line.decode() if n in inside or not line else "    " + line.decode()
        for n, line in enumerate(lines, 1)
    )


def function(number: int, id: str, caption: str, body: str, known: set[str]) -> str:
    """The cell as a figure function, whose inputs are the names that nothing here defines."""
    name = "figure_" + re.sub(r"\W", "_", id)
    free = {n for n in global_names(symbols(f"def f():\n{body}\n")) if not hasattr(builtins, n)}
    inputs = ", ".join(sorted(free - known))
    return f"@reportgen.figure({id!r}, caption={caption!r})\ndef {name}({inputs}):\n{body}"


def symbols(code: str) -> symtable.SymbolTable:
    """What names mean in the code."""
    return symtable.symtable(code, "cells", "exec")


def is_bound(symbol: symtable.Symbol) -> bool:
    """Whether a module that has this symbol gives it a value."""
    return symbol.is_assigned() or symbol.is_imported()


def global_names(table: symtable.SymbolTable) -> set[str]:
    """The names that functions below look up in their module."""
    found = set[str]()
    for child in table.get_children():
        found |= {s.get_name() for s in child.get_symbols() if s.is_global()}
        found |= global_names(child)
    return found
