"""A build that has nothing to do looks at everything that a build looks at."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.engine.snapshot import nothing_to_do, snapshot_file
from reportgen.project import find_project
from tests.conftest import ProjectFolder

NAME = "2026-01-01-one.md"
DONE = "Everything is up to date"
SETTINGS = '[tool.reportgen]\ntitle = "T"\ntemplates = "{templates}"\n'


def write(folder: Path, text: str) -> None:
    (folder / NAME).write_text(f"---\ntitle: One\n---\n{text}\n")


def built(project: ProjectFolder, *options: str) -> tuple[bool, str]:
    """Whether a build says that there is nothing to do, and the post that it leaves."""
    done = project.run("build", *options)
    [post] = (project.root / "site/_posts").glob("*.md")
    return DONE in done.out + done.err, post.read_text()


@pytest.mark.parametrize("templates", ["templates", ".templates"])
def test_posts_behind_links_and_in_hidden_folders_are_looked_at(
    make_project: Callable[..., ProjectFolder], templates: str, tmp_path: Path
) -> None:
    project = make_project(
        {"experiments/__init__.py": "", "site/_config.yml": ""},
        SETTINGS.format(templates=templates),
    )
    notes = tmp_path / "notes"
    notes.mkdir()
    (project.root / templates).mkdir()
    (project.root / templates / "posts").symlink_to(notes)
    write(notes, "Before.")
    assert "Before." in built(project)[1]
    assert built(project)[0]

    write(notes, "After.")
    assert "After." in built(project)[1]


def test_a_build_into_another_site_says_nothing_of_this_one(
    make_project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    project = make_project(
        {"experiments/__init__.py": "", "site/_config.yml": ""},
        SETTINGS.format(templates="templates"),
    )
    posts = project.root / "templates/posts"
    posts.mkdir(parents=True)
    write(posts, "Before.")
    built(project)
    write(posts, "After.")
    (tmp_path / "other").mkdir()
    assert "Before." in built(project, "--site", str(tmp_path / "other"))[1]

    assert "After." in built(project)[1]
    (project.root / "site/_config.yml").write_text("defaults: []\n")
    assert not built(project)[0]


CODE = """
    import os
    from reportgen import artifact

    @artifact
    def answer():
        return {"x": os.environ.get("DEMO_X", "1"), "y": os.path.exists("optional.txt")}
    """


def test_variables_and_looks_are_compared(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project({"experiments/report.py": CODE})
    project.run("build")
    assert DONE in (quiet := project.run("build")).out + quiet.err

    changed = project.run("build", env={"DEMO_X": "2"})
    assert DONE not in changed.out + changed.err
    project.run("build")
    (project.root / "optional.txt").touch()
    assert "true" in project.run("build").out + project.run("value", "answer.y").out


def test_each_thing_that_was_noted_is_compared(
    make_project: Callable[..., ProjectFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project({"experiments/report.py": CODE})
    project.run("build")
    monkeypatch.chdir(project.root)
    file = snapshot_file(find_project())
    noted = json.loads(file.read_text())
    others = {
        "files": {**noted["files"], "gone.py": "0"},
        "tool": "of another version",
        "outputs": {**noted["outputs"], "gone.html": [1, 1]},
        "environment": {**noted["environment"], "python": "2.7"},
        "nodes": "of other parameters",
        "observed": [*noted["observed"], {"environment": {"DEMO_NOT_SET": "was set"}}],
    }

    assert nothing_to_do() == "Everything is up to date (0 figures)."
    assert noted.keys() - others.keys() == {"packages", "figures"}
    for name, other in others.items():
        file.write_text(json.dumps({**noted, name: other}))
        assert nothing_to_do() is None, name
