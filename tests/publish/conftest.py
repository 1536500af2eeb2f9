"""Every test of this folder runs git with a configuration of its own, and never with a prompt."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import PYPROJECT, ProjectFolder
from tests.publish.helpers import Publisher, Remote, git
from tests.publish.report import FILES

BLOG = {
    "_config.yml": b'title: A blog\nbaseurl: "/blog"\n',
    "_posts/2020-01-01-hello.md": b"---\ntitle: Hello\n---\nHello.\n",
    "CNAME": b"blog.example.org\n",
}


@pytest.fixture(autouse=True)
def quiet_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("GIT_DIR", "GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "EMAIL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def empty(tmp_path: Path) -> Remote:
    """A remote without any branch."""
    path = tmp_path / "remote.git"
    git("init", "--quiet", "--bare", str(path), cwd=tmp_path)
    return Remote(path)


@pytest.fixture
def blog(empty: Remote) -> Remote:
    """A remote with somebody's Jekyll blog on 'main'."""
    empty.commit(BLOG)
    return empty


@pytest.fixture
def publisher(blog: Remote, tmp_path: Path) -> Publisher:
    """A person who publishes a report into the blog."""
    return Publisher(blog, tmp_path / "cache")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A built report; building is slow, so each test gets a copy."""
    project = ProjectFolder(tmp_path_factory.mktemp("built") / "project")
    project.write({"pyproject.toml": PYPROJECT, **FILES})
    done = project.run("build")
    assert done.code == 0, done
    return project


@pytest.fixture
def report(built: ProjectFolder, empty: Remote, tmp_path: Path) -> ProjectFolder:
    """A built report in a repository whose origin is a remote with its sources."""
    root = shutil.copytree(built.root, tmp_path / "project")
    git("init", "--quiet", cwd=root)
    git("remote", "add", "origin", empty.url, cwd=root)
    git("add", ".", cwd=root)
    git("commit", "--quiet", "-m", "Squares", cwd=root)
    git("push", "--quiet", "origin", "main", cwd=root)
    return ProjectFolder(root)
