"""Nodes that are made in a loop are listed anew when what their import read has changed."""

from collections.abc import Callable

import pytest

from reportgen import ReportgenError
from reportgen.engine.nodes import discover
from reportgen.project import find_project
from tests.conftest import ProjectFolder

LOOP = """
    from reportgen import Curve, figure
    {source}

    def make(name):
        def line():
            return Curve({{"y": [1.0]}}, x="x", y="y")
        line.__name__ = f"line_{{name}}"
        figure(f"F.{{name}}", caption="A line.")(line)

    for name in NAMES:
        make(name)
    """
BESIDE = "Path(__file__).parents[1]"
SOURCES = {
    "a module outside of the experiments": ("from settings import NAMES", "settings.py", "c"),
    "a data file": (
        f"from pathlib import Path\n    NAMES = ({BESIDE} / 'names.txt').read_text().split()",
        "names.txt",
        "c",
    ),
    "an optional file": (
        f"from pathlib import Path\n    FILE = {BESIDE} / 'optional.txt'\n"
        "    NAMES = FILE.read_text().split() if FILE.exists() else ['a']",
        "optional.txt",
        "c",
    ),
    "an optional module": (
        "try:\n        from local_settings import NAMES\n"
        "    except ImportError:\n        NAMES = ['a']",
        "local_settings.py",
        "c",
    ),
    "a folder": (
        f"from pathlib import Path\n"
        f"    NAMES = sorted(p.stem for p in ({BESIDE} / 'data').glob('*.csv'))",
        "data/c.csv",
        "abc",
    ),
}


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_loop_goes_over(make_project: Callable[..., ProjectFolder], source: str) -> None:
    code, changed, then = SOURCES[source]
    project = make_project({"experiments/report.py": LOOP.format(source=code)})
    project.write({"settings.py": "NAMES = ['a']", "names.txt": "a", "data/a.csv": ""})
    project.write({"data/b.csv": ""})
    first = ids(project)
    project.write({changed: "NAMES = ['c']" if changed.endswith(".py") else "c"})

    assert first == (["F.a", "F.b"] if source == "a folder" else ["F.a"])
    assert ids(project) == [f"F.{name}" for name in then]


def test_a_variable_that_a_default_reads(
    make_project: Callable[..., ProjectFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = LOOP.format(source="import os\n    NAMES = [os.environ.get('DEMO_NAME', 'a')]")
    project = make_project({"experiments/report.py": code})
    assert ids(project) == ["F.a"]
    monkeypatch.setenv("DEMO_NAME", "c")
    assert ids(project) == ["F.c"]


def test_results_are_nothing_to_go_over(make_project: Callable[..., ProjectFolder]) -> None:
    code = LOOP.format(source="from reportgen import load\n    NAMES = load('F.a')")
    project = make_project({"experiments/report.py": code})
    with pytest.raises(ReportgenError, match="A producer cannot ask for results") as caught:
        ids(project)
    assert str(caught.value.place) == f"{project.root / 'experiments/report.py'}:3"


def ids(project: ProjectFolder) -> list[str]:
    return [str(node.id) for node in discover(find_project(project.root))]
