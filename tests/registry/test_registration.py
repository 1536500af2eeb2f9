"""What may be registered, and what a person reads when it may not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen import ReportgenError
from reportgen.engine.nodes import discover
from reportgen.project import Project
from reportgen.registry import Graph
from reportgen.registry.constants import Constants, NotLiteral
from reportgen.registry.select import components, select
from reportgen.registry.static import static_nodes
from tests.conftest import ProjectFolder


def registered(tmp_path: Path, **sources: str) -> Graph:
    folder = tmp_path / "experiments"
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        text = f"from reportgen import Run, artifact, figure\n{source}"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return discover(Project(tmp_path))


def test_a_node_knows_its_inputs_parameters_and_place(tmp_path: Path) -> None:
    graph = registered(
        tmp_path,
        a='@artifact\ndef data(): return 1\n@figure("A.1", caption="C.", alt="D")\n'
        "def fig(run, data, *, n=3, at=(1, 2.5), name='x', flag=None): ...\n",
    )
    node = graph.nodes["fig"]
    assert (node.id, node.kind, node.module) == ("A.1", "figure", "experiments.a")
    assert (node.file, node.line) == ("experiments/a.py", 5)
    assert node.inputs == ("data",)
    assert dict(node.params) == {"n": 3, "at": [1, 2.5], "name": "x", "flag": None}
    assert (node.caption, node.alt) == ("C.", "D")


OWN_NAMES = """
@figure("A", caption="C")
def a():
    figure, axes = 1, 2
    return figure


@artifact
def b():
    def inner(figure):
        return figure
    return inner(3)
"""


def test_a_local_variable_registers_nothing(tmp_path: Path) -> None:
    none = Constants(tmp_path)
    assert list(
        static_nodes(f"from reportgen import artifact, figure\n{OWN_NAMES}".encode(), "a.py", none)
    )
    late = (
        "def make():\n    def f():\n        figure = 1\n    figure('A', caption='C')(f)\nmake()\n"
    )
    with pytest.raises(NotLiteral):
        static_nodes(f"from reportgen import figure\n{late}".encode(), "a.py", none)
    assert list(registered(tmp_path, a=late).figures) == ["A"]


def test_inputs_come_before_what_needs_them(tmp_path: Path) -> None:
    graph = registered(
        tmp_path,
        a="@artifact\ndef c(b): ...\n@artifact\ndef b(a): ...\n@artifact\ndef a(): return 1\n",
    )
    assert [node.name for node in graph] == ["a", "b", "c"]


FAULTS = {
    "an earlier name that is another's": (
        '@artifact\ndef a(): ...\n@artifact(was="a")\ndef b(): ...',
        "a.py:5",
        "'b' was 'a', but so is or was 'a' at",
    ),
    "an earlier name of a wrong type": ("@artifact(was=3)\ndef b(): ...", "a.py:3", "'was' of 'b'"),
    "no caption": ('@figure("A.1", caption=" ")\ndef f(): ...', "a.py:3", "no caption"),
    "empty id": ('@figure("", caption="C")\ndef f(): ...', "a.py:3", "cannot be the id"),
    "id with a slash": ('@figure("a/b", caption="C")\ndef f(): ...', "a.py:3", "'a/b' cannot"),
    "caption of a wrong type": ('@figure("A", caption=3)\ndef f(): ...', "a.py:3", "'caption'"),
    "unknown input": (
        "@artifact\ndef mnist(): ...\n@artifact\ndef net(minst): ...",
        "a.py:5",
        "Did you mean 'mnist'?",
    ),
    "a figure as input": (
        '@figure("A", caption="C")\ndef f(): ...\n@artifact\ndef g(f): ...',
        "a.py:5",
        "a figure, not an artifact",
    ),
    "cycle": ("@artifact\ndef a(b): ...\n@artifact\ndef b(a): ...", "a.py:", "cycle: "),
    "cycle of one": ("@artifact\ndef a(a): ...", "a.py:3", "cycle: a → a"),
    "same id": (
        '@figure("A", caption="C")\ndef f(): ...\n@figure("A", caption="D")\ndef g(): ...',
        "a.py:5",
        "'f' at experiments/a.py:3",
    ),
    "same name": (
        "@artifact\ndef f(): ...\n@artifact\ndef f(): ...",
        "a.py:5",
        "registered twice",
    ),
    "parameter of bytes": (
        "@artifact\ndef f(*, p=b'x'): ...",
        "a.py:3",
        "'p' of 'f' is of type 'bytes'",
    ),
    "parameter of a set": ("@artifact\ndef f(*, p={1}): ...", "a.py:3", "type 'set'"),
    "infinite parameter": ("@artifact\ndef f(*, p=1e999): ...", "a.py:3", "the float inf"),
    "parameter without default": ("@artifact\ndef f(*, p): ...", "a.py:3", "has no default"),
    "input with a default": ("@artifact\ndef f(p=1): ...", "a.py:3", "stands behind a '*'"),
    "star arguments": ("@artifact\ndef f(*args): ...", "a.py:3", "'*args'"),
    "keyword arguments": ("@artifact\ndef f(**options): ...", "a.py:3", "'*options'"),
    "not Python": ("def f(:", "a.py:2", "Not valid Python"),
}


@pytest.mark.parametrize(("source", "place", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_its_place_and_what_to_do(
    tmp_path: Path, source: str, place: str, message: str
) -> None:
    with pytest.raises(ReportgenError) as caught:
        registered(tmp_path, a=source)
    assert str(caught.value).startswith(f"experiments/{place}")
    assert message in str(caught.value)


def test_a_parameter_that_json_lacks_is_named_when_only_an_import_can_tell(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match=r"'start' of 'f' is of type 'ndarray'") as caught:
        registered(tmp_path, a="import numpy as np\n@artifact\ndef f(*, start=np.zeros(3)): ...")
    assert str(caught.value.place) == "experiments/a.py:4"


def test_figures_made_in_a_loop_are_found(tmp_path: Path) -> None:
    graph = registered(
        tmp_path,
        a="for n in (1, 2):\n"
        "    def make(n=n):\n"
        "        def fig(*, size=n): ...\n"
        "        fig.__name__ = f'fig{n}'\n"
        "        return fig\n"
        "    figure(f'A.{n}', caption=f'Number {n}.')(make())\n",
    )
    assert {n.id: dict(n.params) for n in graph} == {"A.1": {"size": 1}, "A.2": {"size": 2}}
    assert {n.definition for n in graph} == {"make"}


def test_a_module_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ReportgenError, match=r"'experiments\.a' cannot be imported: 'gone'"
    ) as caught:
        registered(tmp_path, a="@figure('A', caption=str(1))\ndef f(): ...\nraise KeyError('gone')")
    assert "raise KeyError" in str(caught.value)


def test_a_constant_of_the_module_may_be_a_default(tmp_path: Path) -> None:
    graph = registered(tmp_path, a="SIGMAS = (0.0, 0.5)\n@artifact\ndef f(*, sigmas=SIGMAS): ...")
    assert dict(graph.nodes["f"].params) == {"sigmas": [0.0, 0.5]}


def test_the_package_name_may_be_used_instead(tmp_path: Path) -> None:
    graph = registered(
        tmp_path, a="import reportgen as rg\n@rg.figure('A', caption='C')\ndef f(): ..."
    )
    assert list(graph.figures) == ["A"]


SELECTIONS = [
    ("A.4", ["A.4", "A.4a", "A.4.1"]),
    ("A", ["A.4", "A.4a", "A.4.1", "A.40"]),
    ("A.4a", ["A.4a"]),
    ("A.40", ["A.40"]),
    ("B", ["B.1", "B.1a"]),
    ("*.1*", ["A.4.1", "B.1", "B.1a"]),
    ("loss", ["loss-curve"]),
    ("loss-curve", ["loss-curve"]),
    ("net", ["net"]),
    ("my-post", ["B.1", "loss-curve"]),
]


@pytest.mark.parametrize(("pattern", "expected"), SELECTIONS)
def test_selection_is_by_component(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    ids = ["A.4", "A.4a", "A.4.1", "A.40", "B.1", "B.1a", "loss-curve"]
    figures = [f'@figure("{id}", caption="C")\ndef f{i}(): ...\n' for i, id in enumerate(ids)]
    graph = registered(tmp_path, a="@artifact\ndef net(): ...\n" + "".join(figures))
    chosen = select(graph, [pattern], {"my-post": ["B.1", "loss-curve"]})
    assert [node.id for node in chosen] == expected


def test_a_selection_of_nothing_suggests_names(tmp_path: Path) -> None:
    graph = registered(tmp_path, a='@figure("loss-curve", caption="C")\ndef f(): ...')
    with pytest.raises(ReportgenError, match="Did you mean 'loss-curve'"):
        select(graph, ["loss-curv"])


def test_components_of_an_id() -> None:
    assert components("B.12a-x") == ["B", "12", "a", "x"]


def test_what_was_read_is_remembered_by_content(
    make_project: Callable[..., ProjectFolder],
) -> None:
    """A memory that is stale, damaged or of other content never answers."""
    project = make_project()
    memory = project.root / ".reportgen/registry/static.json"

    def ids() -> list[str]:
        return [row["id"] for row in json.loads(project.run("list", "--json").out)]

    first = ids()
    assert memory.is_file()
    assert ids() == first
    project.edit("experiments/report.py", '"B.2"', '"B.3"')
    assert "B.3" in ids()
    assert "B.2" not in ids()
    for damage in ("", "[]", "{", memory.read_text()[:100]):
        memory.write_text(damage)
        assert "B.3" in ids()


def test_an_installed_package_of_the_same_name_does_not_hide_the_folder(
    make_project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    read = "from reportgen import artifact\n\n@artifact\ndef one(): return 1\n"
    imported = read.replace("one()", "two(*, n=max(1, 2))")
    project = make_project({"experiments/a.py": read, "experiments/b.py": imported})
    installed = ProjectFolder(tmp_path / "installed")
    installed.write({"experiments/__init__.py": "raise ImportError('of another')"})
    done = project.run("build", env={"PYTHONPATH": str(installed.root)})
    assert "2 ran" in done.err, done
