"""One drawing, however many draw it."""

from collections.abc import Callable
from pathlib import Path

from reportgen.engine.draw import draw_figure, make_drawing, results_of
from reportgen.engine.session import Session
from reportgen.project import find_project
from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]


def drawn_again(project: ProjectFolder) -> Path:
    """Draw B.2 as a build does that began before another had finished it."""
    session = Session(find_project(project.root))
    node = session.graph.figures["B.2"]
    folder = draw_figure(session, results_of(session), node).folder
    assert folder is not None
    record = session.status(node).record
    assert record is not None
    words = ("A line.", "A line.")
    make_drawing(session.project, session.store, node, record, words, folder)
    return folder


def test_a_whole_drawing_is_never_taken_away(project: ProjectFolder) -> None:
    assert project.run("figure", "B.2").code == 0
    (folder,) = (project.root / ".reportgen/drawn").iterdir()
    before = folder.stat().st_ino
    assert drawn_again(project) == folder
    assert folder.stat().st_ino == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_drawing_without_one_of_its_files_is_made_anew(project: ProjectFolder) -> None:
    assert project.run("figure", "B.2").code == 0
    (folder,) = (project.root / ".reportgen/drawn").iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "b-2.csv").unlink()
    assert project.run("figure", "B.2").code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
