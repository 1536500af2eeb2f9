"""A new project: alone, in a blog, beside one; and what is added to it."""

import runpy
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from reportgen.cli import run
from reportgen.engine.nodes import discover
from reportgen.media import as_media
from reportgen.posts import check_posts
from reportgen.project import find_project
from reportgen.scaffold.blog import fit
from tests.conftest import ProjectFolder

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """``told("new", "notes", cwd="")`` runs a command in this process: code, stdout, stderr."""

    def tell(*arguments: str, cwd: str = "") -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path / cwd)
        code = run(list(arguments))
        return (code, *capsys.readouterr())

    return tell


def listing(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_new_project_is_a_page_and_a_blog_at_once(tmp_path: Path, told: Told) -> None:
    code, out, err = told("new", "notes", "--title", 'Notes "on" lines')
    assert code == 0
    assert "notes/experiments/line_fit.py" in out
    assert "cd notes; reportgen build; reportgen serve --open" in err
    root = tmp_path / "notes"
    made = ProjectFolder(root).run("build")
    assert (made.code, "Warning" in made.err) == (0, False), made
    (page,) = (root / "site/_preview").glob("*/index.html")
    assert all(word in page.read_text("utf-8") for word in ("Figure 1", "Figure 2", "Table 1"))
    assert told("check", cwd="notes")[0] == 0
    jekyll(root / "site")
    (post,) = (root / "site/_site").glob("a-line-*/index.html")
    assert 'id="fig-loss"' in post.read_text("utf-8")
    assert "<title>Notes “on” lines" in (root / "site/_site/index.html").read_text()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    seen = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    assert sorted(line[3:] for line in seen.splitlines()) == sorted(
        name.removeprefix("notes/") for name in out.split()
    )


def jekyll(site: Path) -> None:
    done = subprocess.run(["jekyll", "build", "-q"], cwd=site, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


BLOG = {
    "_config.yml": "title: My blog\ntheme: minima\npermalink: /:title/\n",
    "index.md": "---\nlayout: home\n---\n",
    "_posts/2024-03-02-hello.md": "---\ntitle: Hello\nlayout: post\n---\nHi.\n",
    ".gitignore": "_site",
}


def write(folder: Path, files: dict[str, str]) -> None:
    ProjectFolder(folder).write(files)


def test_in_a_blog_nothing_of_it_changes(tmp_path: Path, told: Told) -> None:
    blog = tmp_path / "blog"
    write(blog, BLOG)
    before = listing(blog)
    code, _, err = told("new", cwd="blog")
    assert code == 0
    assert "The blog's theme is minima" in err
    after = listing(blog)
    assert {p: after[p] for p in before if p != ".gitignore"} == {
        p: c for p, c in before.items() if p != ".gitignore"
    }
    assert after[".gitignore"].startswith(b"_site\n")
    project = find_project(blog)
    assert (project.site, project.experiments, project.dark) == (".", ("_experiments",), False)
    assert told("build", cwd="blog")[0] == 0
    assert ProjectFolder(blog).run("build").err.startswith("Everything is up to date")
    jekyll(blog)
    built = listing(blog / "_site")
    assert any(name.startswith("a-line-fitted") for name in built)
    assert not [name for name in built if "experiments" in name or "templates" in name]


def test_beside_a_blog_the_settings_name_it(tmp_path: Path, told: Told) -> None:
    write(tmp_path / "blog", BLOG | {"_config.yml": "remote_theme: mmistakes/minimal-mistakes\n"})
    (tmp_path / "blog/_posts/2024-03-02-hello.md").unlink()
    write(tmp_path / "code", {"pyproject.toml": '[project]\nname = "mine"'})
    assert told("new", "--blog", "../blog", cwd="code")[0] == 0
    settings = tomllib.loads((tmp_path / "code/pyproject.toml").read_text("utf-8"))
    assert settings["project"] == {"name": "mine"}
    assert settings["tool"]["reportgen"]["site"] == "../blog"
    (post,) = (tmp_path / "code/templates/posts").iterdir()
    assert yaml.safe_load(post.read_text("utf-8").split("---")[1])["layout"] == "single"


THEMES = {
    "theme: jekyll-theme-chirpy": ("Chirpy", "post", 'asset-url = "root"'),
    "remote_theme: alshedivat/al-folio": ("al-folio", "post", None),
    "remote_theme: mmistakes/minimal-mistakes@4.24.0": ("Minimal Mistakes", "single", "dark ="),
    "theme: minima": ("minima", "post", "dark ="),
    "theme: unheard-of": ("", "post", "dark ="),
    "theme: x\ndefaults: [{scope: {type: posts}, values: {layout: story}}]": ("", "story", None),
}


@pytest.mark.parametrize("config", THEMES)
def test_settings_suit_the_theme(tmp_path: Path, config: str) -> None:
    write(tmp_path, {"_config.yml": config})
    name, layout, setting = THEMES[config]
    found = fit(tmp_path)
    assert (found.theme.name, found.layout) == (name, layout)
    assert setting is None or any(line.startswith(setting) for line in found.settings())


def test_the_layout_is_that_of_most_posts(tmp_path: Path) -> None:
    layouts = ("essay", "essay", "post")
    posts = {
        f"_posts/2024-01-0{i}-p.md": f"---\nlayout: {layout}\n---\n"
        for i, layout in enumerate(layouts, 1)
    }
    write(tmp_path, {"_config.yml": "theme: minima", **posts})
    assert fit(tmp_path).layout == "essay"


def test_nothing_is_written_over(tmp_path: Path, told: Told) -> None:
    write(tmp_path, {"p/experiments/line_fit.py": "MINE = 1\n", "p/README.md": "Mine.\n"})
    assert told("new", "p")[0] == 0
    assert (tmp_path / "p/experiments/line_fit.py").read_text() == "MINE = 1\n"
    before = listing(tmp_path)
    code, _, err = told("new", "p")
    assert code == 2
    assert "This is a project already." in err
    assert listing(tmp_path) == before


def test_without_an_example_the_project_says_what_to_add(tmp_path: Path, told: Told) -> None:
    assert told("new", "p", "--example", "none")[0] == 0
    code, _, err = told("build", cwd="p")
    assert code == 2
    assert "is empty" in err


def test_pieces_build_and_the_post_shows_them(tmp_path: Path, told: Told) -> None:
    told("new", "p", "--example", "none")
    assert told("new", "artifact", "descent", cwd="p")[1] == "experiments/descent.py\n"
    assert told("new", "figure", "A.1", "--of", "descent", cwd="p")[0] == 0
    code, out, _ = told("new", "figure", "square", cwd="p/experiments")
    assert (code, out) == (0, "square.py\n")
    code, out, _ = told("new", "post", "Größe: eine Übung", cwd="p")
    assert code == 0
    assert out.strip().endswith("-groe-eine-ubung.md") or "gr" in out
    code, _, err = told("build", cwd="p")
    assert (code, "Warning" in err) == (0, False), err
    (page,) = (tmp_path / "p/site/_preview").glob("*/index.html")
    assert "Größe: eine Übung" in page.read_text("utf-8")
    assert "Figure 2" in page.read_text("utf-8")


REFUSED = {
    "taken": (("figure", "loss"), "Figure 'loss' is there already."),
    "no id": (("figure", "a/b"), "cannot be the id of a figure"),
    "unknown artifact": (("figure", "x", "--of", "line_fti"), "Did you mean 'line_fit'?"),
    "no name": (("artifact", "my-net"), "such as 'my_net'"),
    "reserved": (("artifact", "run"), "'run' cannot be the name"),
    "artifact taken": (("artifact", "line_fit"), "'line_fit' is there already."),
    "no letters": (("post", "???"), "gives no file name"),
}


def test_pieces_that_cannot_be_are_refused(tmp_path: Path, told: Told) -> None:
    told("new", "p")
    before = listing(tmp_path)
    for arguments, message in REFUSED.values():
        code, _, err = told("new", *arguments, cwd="p")
        assert code in (1, 2)
        assert message in err
    assert listing(tmp_path / "p/experiments") == {
        name.removeprefix("p/experiments/"): content
        for name, content in before.items()
        if name.startswith("p/experiments")
    }


def test_the_diffusion_example_runs_and_its_post_asks_for_what_there_is(
    tmp_path: Path, told: Told
) -> None:
    pytest.importorskip("torch")
    from tests.experiments.fake_run import FakeRun

    assert told("new", "d", "--example", "diffusion")[0] == 0
    project = find_project(tmp_path / "d")
    graph = discover(project)
    check_posts(project, graph)
    made = runpy.run_path(str(project.root / graph.nodes["spiral_model"].file))
    model = made["spiral_model"](FakeRun(), updates=30, steps=60)
    samples = made["spiral_samples"](FakeRun(), model, points=50)
    assert [len(points) for points in samples.values()] == [50] * 6
    as_media(made["spiral_loss"](model), "loss")
    as_media(made["spiral_sampling"](samples), "sampling")


def test_a_folder_that_cannot_be_made(tmp_path: Path, told: Told) -> None:
    (tmp_path / "file").touch()
    code, _, err = told("new", "file/notes")
    assert code == 1
    assert "file/notes' cannot be made: Not a directory." in err
