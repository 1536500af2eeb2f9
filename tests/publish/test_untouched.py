"""The user's repositories stay as they are, byte for byte, whatever a publish does."""

from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.cache import with_cache
from reportgen.publish.history import rollback
from reportgen.publish.manifest import Manifest
from reportgen.publish.provenance import check_ancestry, project_commit
from reportgen.publish.publisher import Wanted, publish
from reportgen.publish.target import resolve_target
from tests.publish.helpers import POST, Remote, git


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, time of change and bytes of everything below a folder, .git included."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def busy(tmp_path: Path, blog: Remote) -> Path:
    """A checkout in the middle of work: staged, unstaged, untracked, stashed, on another branch."""
    git("clone", "--quiet", blog.url, "busy", cwd=tmp_path)
    folder = tmp_path / "busy"
    (folder / "CNAME").write_text("stashed\n")
    git("stash", cwd=folder)
    git("branch", "gh-pages", cwd=folder)
    git("checkout", "--quiet", "-b", "work", cwd=folder)
    (folder / "staged.txt").write_text("staged")
    git("add", "staged.txt", cwd=folder)
    (folder / "CNAME").write_text("unstaged\n")
    (folder / "untracked.txt").write_text("untracked")
    (folder / POST).write_text("An unpublished draft of the same name.")
    return folder


def test_publish_refusal_and_rollback_leave_a_busy_checkout_alone(
    busy: Path, blog: Remote, tmp_path: Path
) -> None:
    before = snapshot(busy)
    target = resolve_target(busy, site=busy, branch="main")

    def go(content: bytes) -> None:
        wanted = Wanted(Manifest("noise", "Noise", "source"), {POST: content})
        with_cache(
            tmp_path / "cache", target.url, target.settings,
            lambda cache: publish(cache, target, wanted, lambda proposal: True),
        )  # fmt: skip

    project_commit(busy)
    check_ancestry(busy, blog.head())
    go(b"One.\n")
    go(b"Two.\n")
    with_cache(
        tmp_path / "cache", target.url, target.settings,
        lambda cache: rollback(cache, target, "noise", lambda proposal: True),
    )  # fmt: skip
    blog.hook("pre-receive", "exit 1")
    with pytest.raises(ReportgenError):
        go(b"Three.\n")

    assert snapshot(busy) == before
    assert blog.files()[POST] == b"One.\n"


def test_the_commit_of_a_project_and_whether_it_is_dirty(busy: Path, tmp_path: Path) -> None:
    assert project_commit(busy) == (git("rev-parse", "HEAD", cwd=busy), True)

    git("stash", cwd=busy)
    assert project_commit(busy)[1] is False
    assert project_commit(tmp_path) == ("", False)


@pytest.mark.parametrize("how", ["ignored", "assume-unchanged", "skip-worktree", "untracked"])
def test_code_that_is_not_in_the_commit(tmp_path: Path, how: str) -> None:
    (tmp_path / "experiments").mkdir()
    code = tmp_path / "experiments/a.py"
    (tmp_path / ".gitignore").write_text("*.pyc\n" + "a.py\n" * (how == "ignored"))
    git("init", "--quiet", cwd=tmp_path)
    code.write_text("x = 1\n" * ("-" in how))
    if "-" in how:
        git("add", ".", cwd=tmp_path)
    git("add", ".gitignore", cwd=tmp_path)
    git("commit", "--quiet", "-m", "One", cwd=tmp_path)
    if "-" in how:
        git("update-index", f"--{how}", "experiments/a.py", cwd=tmp_path)
        code.write_text("x = 2\n")
    assert project_commit(tmp_path, ["experiments"])[1]


def test_publishing_from_behind(tmp_path: Path, busy: Path) -> None:
    git("stash", cwd=busy)
    here = git("rev-parse", "HEAD", cwd=busy)
    git("commit", "--quiet", "--allow-empty", "-m", "Newer", cwd=busy)
    newer = git("rev-parse", "HEAD", cwd=busy)

    assert check_ancestry(busy, here) == ""
    assert check_ancestry(busy, newer) == ""
    git("reset", "--quiet", "--hard", here, cwd=busy)
    assert check_ancestry(busy, newer).startswith(
        f"Published is commit {newer[:10]}, which is newer"
    )
    with pytest.raises(ReportgenError, match="not in this repository") as caught:
        check_ancestry(busy, "f" * 40)
    assert (
        caught.value.hint == "Fetch it first: git pull. To publish all the same, use --overwrite."
    )


def test_a_shallow_checkout_cannot_know(tmp_path: Path, blog: Remote) -> None:
    blog.commit({"x": b"1"})
    git("clone", "--quiet", "--depth=1", blog.url, "shallow", cwd=tmp_path)

    assert check_ancestry(tmp_path / "shallow", "f" * 40) == ""


def test_a_project_without_git_knows_nothing(tmp_path: Path) -> None:
    assert check_ancestry(tmp_path, "f" * 40) == ""
