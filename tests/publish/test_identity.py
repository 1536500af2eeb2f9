"""A report is known by its id: not by its title, its folder or the names of its posts."""

import shutil
import tomllib
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.project import find_project
from reportgen.publish.identity import keep_id, recognised
from reportgen.publish.manifest import FOLDER, Manifest
from reportgen.publish.plan import make_plan
from tests.conftest import ProjectFolder
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote, git
from tests.publish.test_plan import ONE, TWO, mine, tree

ID = "0123456789abcdef"
TABLES = {
    "usual": '[tool.reportgen]\ntitle = "A"\n',
    "spaced, with a comment": "[ tool . reportgen ]  # ours\nseed = 1\n",
    "Windows": '[tool.reportgen]\r\ntitle = "A"\r\n',
    "no newline at the end": "[tool.reportgen]",
    "only a table in it": "[tool.reportgen.profiles.quick]\nmodel = { epochs = 1 }",
    "the same words in a text": 'x = """\n[tool.other]\n"""\n[tool.reportgen]\n',
}


@pytest.mark.parametrize("name", TABLES)
def test_the_id_is_written_into_the_settings_and_nothing_else_changes(
    name: str, tmp_path: Path
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(TABLES[name].encode())
    before = tomllib.loads(TABLES[name])["tool"]["reportgen"]

    keep_id(find_project(tmp_path), ID)

    assert find_project(tmp_path).id == ID
    after = tomllib.loads(file.read_bytes().decode())["tool"]["reportgen"]
    assert after == {**before, "id": ID}
    assert (b"\r\n" in file.read_bytes()) == (name == "Windows")


@pytest.mark.parametrize("text", ["tool.reportgen = {}\n", '[tool]\nreportgen = { title = "A" }\n'])
def test_where_the_id_cannot_be_written_the_line_is_given(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)

    with pytest.raises(ReportgenError) as caught:
        keep_id(find_project(tmp_path), ID)

    assert f'id = "{ID}"' in str(caught.value.hint)
    assert (tmp_path / "pyproject.toml").read_text() == text


@pytest.mark.parametrize("id", ["../../x", "A" * 16, "short", ""])
def test_an_id_that_is_none(id: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.reportgen]\nid = "{id}"\n')

    with pytest.raises(ReportgenError, match="'id' is"):
        find_project(tmp_path)


@pytest.fixture
def blog(tmp_path: Path) -> Remote:
    """Somebody's blog, in another repository than the report's."""
    git("init", "--quiet", "--bare", "blog.git", cwd=tmp_path)
    blog = Remote(tmp_path / "blog.git")
    blog.commit(BLOG)
    return blog


def ids(remote: Remote, branch: str = "main") -> list[str]:
    names = remote.git("ls-tree", "-r", "--name-only", branch).split()
    return [name.removeprefix(FOLDER).removesuffix(".json") for name in names
            if name.startswith(FOLDER)]  # fmt: skip


def publish(report: ProjectFolder, blog: Remote, *more: str) -> str:
    done = report.run("publish", "--remote", blog.url, "--yes", *more)
    assert done.code == 0, done
    return done.out


def test_a_new_title_folder_and_post_are_the_same_report(
    report: ProjectFolder, blog: Remote, tmp_path: Path
) -> None:
    publish(report, blog)
    id = find_project(report.root).id
    assert ids(blog) == [id]

    table = "[tool.reportgen]"
    report.edit("pyproject.toml", table, "[project]\nname = 'x'\n\n" + table)
    report.edit("pyproject.toml", 'title = "', 'title = "Another ')
    posts = report.root / "templates" / "posts"
    (posts / "2024-11-19-squares.md").rename(posts / "2024-11-19-cubes.md")
    renamed = ProjectFolder(report.root.rename(tmp_path / "moved"))
    assert renamed.run("build").code == 0
    publish(renamed, blog)

    assert ids(blog) == [id]
    published = [path for path in blog.files() if path not in BLOG]
    assert "_posts/2024-11-19-cubes.md" in published
    assert not [path for path in published if "squares" in path]


def test_a_clone_is_the_same_report_though_the_id_was_not_committed(
    report: ProjectFolder, blog: Remote, empty: Remote, tmp_path: Path
) -> None:
    publish(report, blog)
    git("checkout", "--quiet", "pyproject.toml", cwd=report.root)
    assert not find_project(report.root).id

    report.edit("templates/posts/2024-11-19-squares.md", "last square", "final square")
    publish(report, blog)

    assert ids(blog) == [find_project(report.root).id]


def test_two_reports_of_one_name_share_nothing(
    report: ProjectFolder, blog: Remote, tmp_path: Path
) -> None:
    other = ProjectFolder(shutil.copytree(report.root, tmp_path / "other" / "project"))
    shutil.rmtree(other.root / ".git")
    posts = other.root / "templates" / "posts"
    (posts / "2024-11-19-squares.md").rename(posts / "2024-11-19-cubes.md")
    assert other.run("build").code == 0
    publish(report, blog)

    publish(other, blog)

    assert len(ids(blog)) == 2
    assert {"_posts/2024-11-19-squares.md", "_posts/2024-11-19-cubes.md"} <= set(blog.files())


def test_a_post_of_another_report_is_named_with_its_owner(publisher: Publisher) -> None:
    publisher({POST: b"One.\n"})
    publisher.project = "another"

    with pytest.raises(ReportgenError, match="belongs to another report: 'noise'") as caught:
        publisher({POST: b"Two.\n"})

    assert 'id = "noise"' in str(caught.value.hint)


def test_a_dry_run_and_a_refusal_write_no_id(report: ProjectFolder, blog: Remote) -> None:
    before = (report.root / "pyproject.toml").read_bytes()

    assert report.run("publish", "--remote", blog.url, "--dry-run").code == 0
    assert report.run("publish", "--remote", blog.url, "--status").code == 1

    assert (report.root / "pyproject.toml").read_bytes() == before


def test_a_list_that_names_files_of_others_removes_none_of_them(publisher: Publisher) -> None:
    publisher({POST: b"One.\n", FIGURE: b"one"})
    theirs = {"_config.yml": BLOG["_config.yml"], "CNAME": BLOG["CNAME"], "about.md": b"About.\n",
              ".github/workflows/x.yml": b"on: push\n", ".well-known/x": b"x",
              "assets/logo.png": b"logo"}  # fmt: skip
    publisher.remote.commit(theirs)
    blobs = {path: publisher.remote.git("rev-parse", f"main:{path}")
             for path in (*theirs, POST, FIGURE)}  # fmt: skip
    doctored = Manifest("noise", "noise", "source", blobs)
    publisher.remote.commit({doctored.path: doctored.to_bytes()})

    publisher.allowed = ("_posts/", "assets/figures/")
    outcome = publisher({POST: b"Two.\n"})

    assert outcome.plan.removed == (FIGURE,)
    assert {path: publisher.remote.files()[path] for path in theirs} == theirs


@pytest.mark.parametrize("path", ["CNAME", "docs/CNAME", ".well-known/x", "docs/.well-known/a/b"])
def test_what_the_host_wrote_is_never_removed(path: str) -> None:
    assert make_plan(tree({path: ONE}), {}, mine({}), mine({path: ONE})).removed == ()


@pytest.mark.parametrize(
    ("there", "wanted"),
    [("_posts/A.md", "_posts/a.md"), ("assets/STRASSE", "assets/straße"), ("é", "e\u0301")],
)
def test_a_file_whose_name_differs_in_capitals_is_in_the_way(there: str, wanted: str) -> None:
    plan = make_plan(tree({there: ONE}), {wanted: TWO}, mine({}), None, overwrite=True)

    assert [(conflict.path, conflict.kind) for conflict in plan.conflicts] == [(wanted, "case")]
    ours = make_plan(tree({there: ONE}), {wanted: TWO}, mine({}), mine({there: ONE}))
    assert not ours.conflicts  # a rename of our own


def test_two_reports_of_one_repository_are_not_taken_for_each_other(
    report: ProjectFolder, tmp_path: Path
) -> None:
    commit = git("rev-parse", "HEAD", cwd=report.root)
    other = Manifest(ID, "Other", "source", {"_posts/2024-01-01-other.md": ONE}, commit=commit)
    same = Manifest(ID, "X", "html", {"assets/figures/squares/a.png": ONE}, commit=commit)
    project = find_project(report.root)

    assert recognised(project, [other], own=True) == ""
    assert recognised(project, [same], own=False) == ID
