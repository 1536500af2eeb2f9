"""One worker for many runs: each in a fork of it, with the project's code as its files say."""

import os
import py_compile
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reportgen import load
from reportgen.engine.build import Outcome, build_nodes
from reportgen.engine.pool import LocalExecutor
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.project import find_project
from tests.conftest import ProjectFolder

CODE = """
    import os
    from pathlib import Path

    from reportgen import artifact
    from tools import rates
    from tools.rates import RATE

    TEXT = Path(__file__).with_name("note.txt").read_text()

    @artifact
    def sums():
        return {"rate": RATE, "same": rates.RATE, "note": TEXT, "pid": os.getpid()}

    @artifact
    def lazy():
        from tools.later import LATE
        return {"late": LATE}
    """
FILES = {
    "experiments/__init__.py": "",
    "experiments/report.py": CODE,
    "experiments/note.txt": "first",
    "tools/rates.py": "RATE = 1\n",  # a folder without __init__.py
    "tools/later.py": "LATE = 1\n",
}


@pytest.fixture
def workers() -> Iterator[LocalExecutor]:
    """One worker process for all runs of a test."""
    executor = LocalExecutor(1)
    yield executor
    executor.shutdown()


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    return make_project(FILES)


def look(project: ProjectFolder) -> Session:
    return Session(find_project(project.root))


def build(session: Session, name: str, workers: LocalExecutor) -> Outcome:
    return build_nodes(session, [session.graph.nodes[name]], Reporter(), executor=workers)


def value(project: ProjectFolder, name: str, workers: LocalExecutor) -> Any:
    session = look(project)
    outcome = build(session, name, workers)
    assert outcome.failed == {}
    record = session.status(session.graph.nodes[name]).record
    assert record is not None
    return session.store.load(record.output)


def test_every_run_is_a_process_of_its_own_with_the_code_as_it_is_now(
    project: ProjectFolder, workers: LocalExecutor
) -> None:
    first = value(project, "sums", workers)
    project.edit("tools/rates.py", "1", "2")
    second = value(project, "sums", workers)

    assert (first["rate"], first["same"]) == (1, 1)
    assert (second["rate"], second["same"]) == (2, 2)
    assert first["pid"] != second["pid"]


def test_what_a_module_read_when_it_was_imported_is_read_again(
    project: ProjectFolder, workers: LocalExecutor
) -> None:
    assert value(project, "sums", workers)["note"] == "first"
    project.write({"experiments/note.txt": "other"})
    assert value(project, "sums", workers)["note"] == "other"


def test_a_module_may_become_a_package(project: ProjectFolder, workers: LocalExecutor) -> None:
    assert value(project, "sums", workers)["rate"] == 1
    (project.root / "tools/rates.py").unlink()
    project.write({"tools/rates/__init__.py": "RATE = 3\n"})
    assert value(project, "sums", workers)["rate"] == 3


def test_a_new_module_is_found(project: ProjectFolder, workers: LocalExecutor) -> None:
    assert value(project, "sums", workers)["rate"] == 1
    project.write({"tools/more.py": "MORE = 5\n"})
    project.edit(
        "experiments/report.py", '"rate": RATE', '"rate": __import__("tools.more").more.MORE'
    )
    assert value(project, "sums", workers)["rate"] == 5


@pytest.mark.parametrize("age", [0, 1_000_000])
def test_bytecode_of_an_earlier_text_is_not_run(
    project: ProjectFolder, workers: LocalExecutor, age: int
) -> None:
    """Another program imported the module; then came an edit that kept its size and date, by two
    saves within one second, or by a copy of files that are days old."""
    source = project.root / "tools/rates.py"
    date = source.stat().st_mtime_ns - age * 1_000_000_000
    os.utime(source, ns=(date, date))
    py_compile.compile(str(source), doraise=True)
    project.edit("tools/rates.py", "1", "7")
    os.utime(source, ns=(date, date))
    plain = [sys.executable, "-c", "import tools.rates; print(tools.rates.RATE)"]

    assert subprocess.check_output(plain, cwd=project.root) == b"1\n", "Python is deceived"
    assert value(project, "sums", workers)["rate"] == 7


def test_bytecode_of_an_earlier_text_registers_nothing(
    make_project: Callable[..., ProjectFolder],
) -> None:
    """Where nodes are made in a loop, the module is imported to list them."""
    loop = """
        from reportgen import Curve, figure

        for name in ["a"]:
            @figure(name, caption="A line.")
            def line():
                return Curve({"y": [1.0]}, x="x", y="y")
        """
    project = make_project({"experiments/report.py": loop})
    source = project.root / "experiments/report.py"
    os.utime(source, ns=(0, 0))
    py_compile.compile(str(source), doraise=True)
    project.edit("experiments/report.py", '["a"]', '["b"]')
    os.utime(source, ns=(0, 0))

    assert [node.id for node in look(project).graph] == ["b"]


def test_a_run_of_code_saved_since_the_look_is_void(
    project: ProjectFolder, workers: LocalExecutor
) -> None:
    session = look(project)
    session.status(session.graph.nodes["sums"])
    project.edit("tools/rates.py", "1", "9")
    outcome = build(session, "sums", workers)

    assert "'tools/rates.py' was saved after this build began." in outcome.failed["sums"]
    assert list(session.store.records_of("sums")) == []
    assert 9 in value(project, "sums", workers).values()


LATE = """
    from pathlib import Path
    from reportgen import artifact

    def save(name, text):
        Path(__file__).parents[1].joinpath("tools", name).write_text(text)

    @artifact
    def remarked():
        save("later.py", "# why\\nLATE = 1\\n")
        from tools.later import LATE
        return LATE

    @artifact
    def meant(*, by=2):
        save("late.py", "LATE = 3\\n")
        from tools.late import LATE
        return LATE * by

    @artifact
    def torn():
        save("half.py", "# why\\nLATE = 4\\n")
        save("never.py", "def (")
        from tools.half import LATE
        if not LATE:
            from tools.never import LATE
        return LATE
    """


def test_a_file_saved_before_its_late_import_loses_nothing(
    make_project: Callable[..., ProjectFolder], workers: LocalExecutor
) -> None:
    """A comment changes nothing; other code makes the result one of that code; and what no code
    can be named for is kept beside the records."""
    names = {"later": 1, "late": 2, "half": 4, "never": 5}
    tools = {f"tools/{name}.py": f"LATE = {value}\n" for name, value in names.items()}
    files = {"experiments/__init__.py": "", "experiments/report.py": LATE, **tools}
    project = make_project(files)
    session = look(project)
    nodes = [session.graph.nodes[name] for name in ("remarked", "meant", "torn")]
    outcome = build_nodes(session, nodes, Reporter(), executor=workers)

    assert list(outcome.ran) == ["remarked"], outcome.failed
    assert "'tools/late.py' was saved after this build began." in outcome.failed["meant"]
    assert 'reportgen.load("torn", kept=True)' in outcome.failed["torn"]
    assert load("torn", start=project.root, kept=True) == 4
    project.write({"tools/never.py": "LATE = 5\n"})
    after = look(project)
    assert [after.status(node).state for node in nodes] == ["fresh", "fresh", "failed"]
    assert load("meant", start=project.root) == 6
    project.edit("tools/late.py", "3", "2")
    assert look(project).status(nodes[1]).state == "stale"


def test_a_producer_cannot_ask_for_results(
    make_project: Callable[..., ProjectFolder], workers: LocalExecutor
) -> None:
    code = """
        from reportgen import artifact, load

        @artifact
        def first():
            return 1

        @artifact
        def second():
            return load("first")
        """
    project = make_project({"experiments/__init__.py": "", "experiments/report.py": code})
    session = look(project)
    outcome = build_nodes(session, list(session.graph), Reporter(), executor=workers)

    assert list(outcome.ran) == ["first"]
    assert "report.py:9: A producer cannot ask for results" in outcome.failed["second"]
    assert load("first", start=project.root) == 1
