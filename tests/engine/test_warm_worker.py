"""One worker for many runs: each in a fork of it, with the project's code as its files say."""

import os
import py_compile
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

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


@pytest.mark.parametrize(("name", "file"), [("sums", "tools/rates.py"), ("lazy", "tools/later.py")])
def test_a_run_of_code_saved_since_the_look_is_void(
    project: ProjectFolder, workers: LocalExecutor, name: str, file: str
) -> None:
    session = look(project)
    session.status(session.graph.nodes[name])
    project.edit(file, "1", "9")
    outcome = build(session, name, workers)

    assert f"'{file}' was saved while this run began." in outcome.failed[name]
    assert list(session.store.records_of(name)) == []
    assert 9 in value(project, name, workers).values()
