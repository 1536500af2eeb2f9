"""What is wrong in posts is found before any node runs, all of it at once."""

from pathlib import Path

import pytest

from reportgen.engine.nodes import discover
from reportgen.errors import ReportgenError, WrongUse
from reportgen.posts import check_posts
from reportgen.registry import Graph
from tests.posts.world import make_project

EXPERIMENT = """
from reportgen import Curve, artifact, figure

@artifact
def walk():
    raise SystemExit("nothing may run")

@figure("A.1", caption="A walk.")
def curve(walk):
    return Curve({"x": walk["x"]}, x="n", y="x")

@figure("A.2", caption="A walk of {walk.steps} with {seed}.", alt="As {wlk.long}.")
def other(walk, *, seed=1):
    return Curve({"x": walk["x"]}, x="n", y="x")
"""
POSTS = {
    "2024-01-01-one.md": "---\ntitle: One\n---\n\n"
    "<%= walk.last | rond(1) %>\n<%= wallk.last | uper %>\n",
    "2024-01-02-two.md": "---\ntitle: Two\n---\n\n"
    '<%= figure("A.11") %>\n<%= ref("A.1") %> <%= wlk.x %>\n',
    "2024-01-03-three.md": "---\ntitle: [\n---\n\nText.\n",
    "2024-01-04-four.md": "---\ntitle: Four\n---\n\n"
    '<%= figure("A.1") %>\n<% for i in range(3) %><%= i %><% endfor %>\n',
    "2024-01-05-five.md": "---\ntitle: Five\n---\n\n"
    '<%= figure("A.2", caption="Of {walk.n}, {sede} and {walk.n:.1f}") %>\n'
    '<%= figure("A.1", "Of {1x}") %>\n',
}


def faults(tmp_path: Path, *selection: str) -> str:
    project = make_project(tmp_path, POSTS)
    (tmp_path / "experiments").mkdir(exist_ok=True)
    (tmp_path / "experiments" / "__init__.py").write_text("")
    (tmp_path / "experiments" / "report.py").write_text(EXPERIMENT)
    try:
        check_posts(project, discover(project), selection)
    except ReportgenError as error:
        return str(error)
    return ""


def test_all_faults_of_all_posts(tmp_path: Path) -> None:
    found = faults(tmp_path)
    assert found.startswith("9 faults:")
    for place in (
        *("one.md:5:17:", "one.md:6:18:", "one.md:6:5:", "two.md:5:13:", "two.md:6:23:"),
        *("three.md:", "five.md:5:41:", "five.md:6:23:", "report.py:13:"),
    ):
        assert place in found
    for words in (
        *("'round'", "'A.1'", "'walk'", "^", "'{sede}' quotes what there is not.\n"),
        *("Did you mean 'seed'?", "'{1x}' is no placeholder", "'A.2', which 2024-01-05-five.md"),
    ):
        assert words in found


LAYOUTS = {
    ("theme: minima", "pots"): "one.md:3: The blog has no layout 'pots'.\nDid you mean 'post'?",
    ("theme: minima", "page"): "",
    ("theme: unheard-of", "pots"): "",
    ("title: x", "post"): "",
    ("title: x", "essay"): "one.md:3: The blog has no layout 'essay'.",
}


@pytest.mark.parametrize(("config", "layout"), LAYOUTS)
def test_a_layout_that_the_blog_has_not(config: str, layout: str, tmp_path: Path) -> None:
    text = f"---\ntitle: One\nlayout: {layout}\n---\n\nText.\n"
    project = make_project(tmp_path, {"2024-01-01-one.md": text})
    project.site_dir.mkdir(exist_ok=True)
    (project.site_dir / "_config.yml").write_text(config)
    try:
        check_posts(project, Graph([]))
        found = ""
    except WrongUse as error:
        found = str(error)
    assert found.endswith(LAYOUTS[config, layout])
    assert bool(found) == bool(LAYOUTS[config, layout])


@pytest.mark.parametrize(
    ("selection", "count"),
    [("four", 0), ("A.1", 2), ("one", 3), ("two", 2), ("three", 1), ("A.2", 2)],
)
def test_only_those_of_a_selection(selection: str, count: int, tmp_path: Path) -> None:
    assert faults(tmp_path, selection).count(".md:") == count
