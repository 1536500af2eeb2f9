"""What an Observer notes, beyond the tables: exclusions, declarations, readers in C."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import reportgen
from reportgen.freshness import Sources, still_holds

DRIVER = """
import importlib, json, os, sys
from pathlib import Path
from reportgen.errors import ReportgenError
from reportgen.freshness import Sources, closure
from reportgen.observe import Observer

root = Path.cwd()
sys.path[:0] = [str(root), str(root.parent / "elsewhere")]

def run(name="answer"):
    modules = closure(Sources(root), "part.py", name).modules
    with Observer(root, modules=modules, exclude=[root / ".store"]) as observer:
        function = getattr(importlib.__import__("part"), name)  # as the engine does, unseen
        result = function(observer) if function.__code__.co_argcount else function()
    return result, observer.observed

def attempt(name):
    try:
        return run(name)
    except TypeError as error:
        return type(error).__name__

try:
    print(json.dumps({body}))
except ReportgenError as error:
    print(json.dumps({{"error": str(error)}}))
"""


@pytest.fixture
def project(tmp_path):
    """``project(files, body)``: write files, run ``body`` in a process there, return its JSON."""
    root = tmp_path / "project"

    def run(files, body="run()", **variables):
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        process = subprocess.run(
            [sys.executable, "-c", DRIVER.format(body=body)],
            cwd=root,
            env={**os.environ, **variables, "PYTHONPATH": str(Path(reportgen.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert process.returncode == 0, process.stderr
        return json.loads(process.stdout)

    run.root = root
    return run


def holds(project, observed):
    return still_holds(observed, project.root, Sources(project.root))


def test_the_store_and_folders_of_tools_are_no_inputs(project):
    reads = "def answer(): return [open(p).read() for p in NAMES]\nNAMES = "
    names = [".store/x", ".git/HEAD", "lib/site-packages/p.txt", "data.txt"]
    _, observed = project({"part.py": reads + repr(names), **dict.fromkeys(names, "1")})

    assert list(observed["files"]) == ["data.txt"]


def test_files_outside_count_where_they_are_and_not_on_another_machine(project, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "data.txt").write_text("1")
    (folder / ".cache").mkdir()
    (folder / ".cache/x").write_text("1")
    part = f"""
        def answer():
            open({str(folder / ".cache/x")!r}).read(), open("/etc/hostname").read()
            return open({str(folder / "data.txt")!r}).read()
        """
    _, observed = project({"part.py": part})
    assert list(observed["files"]) == [str(folder / "data.txt")]

    (folder / "data.txt").write_text("2")
    assert holds(project, observed) == f"{folder / 'data.txt'} changed"
    folder.rename(tmp_path / "moved")
    assert holds(project, observed) is None


def test_a_declared_folder_counts_with_all_that_it_holds(project):
    files = {"part.py": "def answer(run): run.declare('data')", "data/a.bin": "1", "data/b/c": "1"}
    _, observed = project(files)
    assert holds(project, observed) is None

    (project.root / "data/b/c").write_text("2")
    assert holds(project, observed) == "data/b/c changed"
    (project.root / "data/b/c").write_text("1")
    (project.root / "data/b/d").write_text("1")
    assert holds(project, observed) == "files in data/b changed"


REASONS = {
    "data.txt changed": lambda root: (root / "data.txt").write_text("2"),
    "data.txt is gone": lambda root: (root / "data.txt").unlink(),
    "override.txt is there now": lambda root: (root / "override.txt").touch(),
    "files in folder changed": lambda root: (root / "folder/new").touch(),
    "module plugin.py changed": lambda root: (root / "plugin.py").write_text("K = 2"),
}


def test_each_reason_is_one_line_that_names_what_changed(project, monkeypatch):
    part = """
        import importlib, os
        def answer():
            importlib.import_module("plug" + "in")
            os.path.exists("override.txt"), os.listdir("folder"), os.getenv("EXPERIMENT")
            return open("data.txt").read()
        """
    files = {"part.py": part, "plugin.py": "K = 1", "data.txt": "1", "folder/old": ""}
    _, observed = project(files)

    for reason, change in REASONS.items():
        assert holds(project, observed) is None
        change(project.root)
        assert holds(project, observed) == reason
        for file in ("override.txt", "folder/new"):
            (project.root / file).unlink(missing_ok=True)
        for file, text in files.items():
            (project.root / file).write_text(dedent(text))
    monkeypatch.setenv("EXPERIMENT", "1")
    assert holds(project, observed) == "environment variable EXPERIMENT is there now"


def test_the_value_of_a_variable_is_not_kept(project):
    part = "import os\ndef answer(): return len(os.environ['TOKEN'])"
    _, observed = project({"part.py": part}, TOKEN="very-secret")

    assert list(observed["environment"]) == ["TOKEN"]
    assert "very-secret" not in json.dumps(observed)


def test_reads_of_an_import_count_for_every_run_in_the_same_process(project):
    files = {
        "part.py": "import lib\ndef answer(): return lib.K\ndef other(): return lib.K + 'x'",
        "lib.py": "K = open('data.txt').read()",
        "data.txt": "1",
    }
    first, second = project(files, "[run(), run('other')]")

    assert list(first[1]["files"]) == list(second[1]["files"]) == ["data.txt"]


def test_a_dynamic_import_counts_for_every_run_in_the_same_process(project):
    files = {
        "part.py": """
            import importlib
            def answer(): return importlib.import_module("plug" + "in").K
            def other(): return importlib.import_module("plug" + "in").K
            """,
        "plugin.py": "K = open('data.txt').read()",
        "data.txt": "1",
    }
    for _, observed in project(files, "[run(), run('other')]"):
        assert list(observed["files"]) == ["data.txt"]
        assert list(observed["modules"]) == ["plugin.py"]


def test_a_big_file_that_changes_during_the_run_never_holds(project):
    part = """
        def answer():
            text = open("big.txt").read()
            import subprocess
            subprocess.run(["sh", "-c", "echo more >> big.txt"], check=True)
            return len(text)
        """
    _, observed = project({"part.py": part, "big.txt": "x" * (1 << 21)})

    assert holds(project, observed) == "big.txt changed"


def test_a_failed_run_leaves_nothing_and_the_next_one_is_observed(project):
    part = """
        def answer(): return open("data.txt").read() + 1
        def other(): return open("data.txt").read()
        """
    failed, (_, observed) = project(
        {"part.py": part, "data.txt": "1"}, "[attempt('answer'), run('other')]"
    )

    assert failed == "TypeError"
    assert list(observed["files"]) == ["data.txt"]


# Readers that open files in C ---------------------------------------------------------------------

H5PY = """
class File:
    def __init__(self, name, mode="r"): self.name = str(name)
"""
BLIND = {
    "part.py": """
        import h5py
        def answer():
            return h5py.File("w.h5").name
        def other(run):
            run.declare("w.h5")
            return isinstance(h5py.File(name="w.h5"), h5py.File)
        def outside():
            return h5py.File("/usr/w.h5").name
        """,
    "../elsewhere/h5py.py": H5PY,
    "w.h5": "1",
}


def test_a_file_that_a_reader_in_c_is_given_is_an_input(project):
    result, observed = project(BLIND)

    assert result == "w.h5"
    (project.root / "w.h5").write_text("2")
    assert holds(project, observed) == "w.h5 changed"


def test_a_reader_in_c_of_a_declared_file_is_an_input(project):
    result, observed = project(BLIND, "run('other')")

    assert result is True
    (project.root / "w.h5").write_text("2")
    assert holds(project, observed) == "w.h5 changed"


def test_a_reader_in_c_may_read_what_is_not_of_the_project(project):
    result, observed = project(BLIND, "run('outside')")

    assert result == "/usr/w.h5"
    assert "files" not in observed


def test_safetensors_is_such_a_reader(project):
    part = """
        import numpy as np
        from safetensors.numpy import load_file, save_file
        def answer():
            save_file({"a": np.zeros(1)}, "made.safetensors")
            load_file("made.safetensors")
            return [float(x) for x in load_file("w.safetensors")["a"]]
        def other(run):
            run.declare("w.safetensors")
            return [float(x) for x in load_file("w.safetensors")["a"]]
        """
    from numpy import ones
    from safetensors.numpy import save_file

    project.root.mkdir()
    save_file({"a": ones(2)}, project.root / "w.safetensors")

    for name in ("answer", "other"):
        result, observed = project({"part.py": part}, f"run({name!r})")
        assert result == [1.0, 1.0]
        assert list(observed["files"]) == ["w.safetensors"]
