"""What the page says of a figure whose artifacts are special."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import SIMPLE, ProjectFolder

POST = """
    ---
    title: A walk
    ---
    See <%= ref("A.1") %>.

    <%= figure("A.1") %>
    """


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A built post with figure A.1, which is drawn from the artifact ``walk``."""
    project = make_project(
        {
            "experiments/report.py": SIMPLE,
            "templates/posts/2024-11-19-notes.md": POST,
            "site/_config.yml": "",
        }
    )
    assert project.run("build").code == 0
    return project


def change(project: ProjectFolder, **fields: Any) -> None:
    """Write into the record of ``walk`` what another machine would have."""
    [path] = (project.root / ".reportgen/records/walk").iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def provenance(project: ProjectFolder) -> dict[str, str]:
    """The terms of the figure's provenance, after a build that runs nothing."""
    done = project.run("build", "--require-fresh")
    assert done.code == 0, done
    page = project.root / "site/_preview/notes/index.html"
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page.read_text("utf-8")))


def test_an_accepted_artifact_is_told_with_its_reason(project: ProjectFolder) -> None:
    project.edit("experiments/report.py", "x.sum()", "np.sum(x)")
    assert project.run("accept", "walk", "--reason", "np.sum is the same").code == 0
    shown = provenance(project)

    assert shown["Accepted"] == "walk: np.sum is the same"
    assert shown["State"].startswith("Accepted: ")


def test_an_artifact_made_under_other_versions_is_told(project: ProjectFolder) -> None:
    change(project, environment={"python": "3.2"})
    shown = provenance(project)

    assert shown["State"].startswith("Made under other versions")
    assert shown["Versions"].startswith("walk: python 3.2 → 3.")


def test_notes_and_devices_of_an_artifact_are_told(project: ProjectFolder) -> None:
    change(project, device="NVIDIA H100", notes=["out of device memory, run again alone"])
    shown = provenance(project)

    assert shown["Note"] == "walk: out of device memory, run again alone"
    assert re.fullmatch(r"CPU, \d+ threads?; walk: NVIDIA H100", shown["Device"])


def test_another_number_of_threads_is_no_other_device(project: ProjectFolder) -> None:
    change(project, device="CPU, 99 threads")

    assert "walk" not in provenance(project)["Device"]


def test_the_commit_says_whether_sources_differed_from_it(project: ProjectFolder) -> None:
    [path] = (project.root / ".reportgen/records").glob("walk_curve/*.json")
    record = json.loads(path.read_text())
    for commit, told in (("f2f6e99-dirty", "f2f6e99-dirty"), ("4f2c1e9aa0b1c2d3e4f5", "4f2c1e9")):
        path.write_text(json.dumps({**record, "commit": commit}))
        assert provenance(project)["Commit"] == f"<code>{told}</code>"
        html = (project.root / "site/_preview/notes/index.html").read_text("utf-8")
        assert f"<dt>Built from</dt><dd><code>{told}</code></dd>" in html


def test_commits_of_what_is_behind_it_are_told_and_what_dirty_means(project: ProjectFolder) -> None:
    change(project, commit="f2f6e99-dirty")
    shown = provenance(project)

    assert shown["Commits behind it"] == "f2f6e99-dirty: walk"
    assert "differed" in shown["-dirty"]


def test_the_seed_of_the_project_stands_beside_that_of_the_node(project: ProjectFolder) -> None:
    assert re.fullmatch(r"180 of the project, \d+ of this node", provenance(project)["Seed"])
