"""Cells of a notebook that are figures are figures of the project; an edit reaches what uses it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reportgen.cli import run
from tests.conftest import ProjectFolder

MODEL = """
from reportgen import Run, artifact


@artifact
def model(run: Run):
    return {"loss": [3.0, 2.0, 1.5]}
"""
CELLS = [
    "%load_ext reportgen\nimport reportgen\nfrom reportgen import Curve, Table",
    'model = reportgen.load("model")\nmodel["loss"]  # a look',
    "def halved(values):\n    return [v / 2 for v in values]",
    "def doubled(values):\n    return [v * 2 for v in values]",
    "%%time\n1 / 0",
    '%%figure N.1 The loss, halved.\nshown = halved(model["loss"])\n'
    'Curve({"loss": shown}, x="step", y="loss")  # as a chart',
    '%%figure N.2 The loss, doubled.\ntext = """two\nlines"""\n'
    'Table([[v] for v in doubled(model["loss"])], [text])',
    "!ls",
]


def notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook as Jupyter does, with a text first."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    first = {"cell_type": "markdown", "metadata": {}, "source": ["# Notes"]}
    made = [first, *(code | {"source": cell.splitlines(keepends=True)} for cell in cells)]
    book = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book))


@pytest.fixture
def project(
    make_project: Callable[..., ProjectFolder], monkeypatch: pytest.MonkeyPatch
) -> ProjectFolder:
    """A project with an artifact in a module and two figures in a notebook."""
    project = make_project({"experiments/model.py": MODEL})
    monkeypatch.chdir(project.root)
    notebook(project.root / "experiments" / "look.ipynb", CELLS)
    return project


def test_an_edit_of_a_cell_stales_only_what_uses_it(
    project: ProjectFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    def build() -> str:
        done = project.run("build")
        assert done.code == 0, done
        return done.out + done.err

    def stale() -> set[str]:
        run(["status", "--json"])
        nodes = json.loads(capsys.readouterr().out)
        return {node["id"] for node in nodes if node["state"] != "fresh"}

    book = project.root / "experiments" / "look.ipynb"
    build()
    assert stale() == set()
    assert "up to date" in build()
    notebook(book, [*CELLS[:3], CELLS[3].replace("* 2", "* 3"), *CELLS[4:]])
    assert stale() == {"N.2"}
    assert "1 ran" in build()
    notebook(book, [CELLS[0], "# a word\n", *CELLS[1:]])
    build()
    assert stale() == set()
    notebook(book, [*CELLS[:5], CELLS[5].replace("shown", "lines"), *CELLS[6:]])
    assert stale() == {"N.1"}


def test_a_tag_makes_a_cell_the_same_figure(project: ProjectFolder) -> None:
    book = project.root / "experiments" / "look.ipynb"
    assert run(["list"]) == 0
    by_magic = book.with_suffix(".py").read_text()
    assert "N.1" in by_magic
    read = json.loads(book.read_text())
    for cell in read["cells"]:
        text = "".join(cell["source"])
        if text.startswith("%%figure"):
            _, id, caption = text.partition("\n")[0].split(" ", 2)
            cell["metadata"] = {"tags": ["hide-input", f"figure:{id}"]}
            cell["source"] = [f"# {caption}\n", text.partition("\n")[2]]
    book.write_text(json.dumps(read))
    book.with_suffix(".py").unlink()
    assert run(["list"]) == 0
    assert book.with_suffix(".py").read_text() == by_magic


def test_a_module_of_the_name_is_never_overwritten(
    project: ProjectFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    other = project.root / "experiments" / "look.py"
    other.write_text("x = 1\n")
    assert run(["status"]) == 1
    assert "was not made from it" in capsys.readouterr().err
    assert other.read_text() == "x = 1\n"


WRONG = {
    "no value": ("%%figure A\nx = 1", "its last line is no value"),
    "no Python": ("%%figure A\nx =", "no valid Python"),
    "no cells": (None, "cannot be read"),
}


@pytest.mark.parametrize(("cell", "message"), WRONG.values(), ids=WRONG)
def test_what_can_be_no_figure_is_told_with_its_notebook(
    project: ProjectFolder, capsys: pytest.CaptureFixture[str], cell: str | None, message: str
) -> None:
    book = project.root / "experiments" / "look.ipynb"
    if cell is None:
        book.write_text("{}")
    else:
        notebook(book, [cell])
    assert run(["status"]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert "look.ipynb" in told
