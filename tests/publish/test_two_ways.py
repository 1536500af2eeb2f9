"""A blog into which one builds and publishes: both know what is whose, and git never stumbles."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.publish.conftest import BLOG
from tests.publish.helpers import Remote, git

POST = "_posts/2024-11-19-squares.md"
SOURCE = "templates/posts/2024-11-19-squares.md"


class Both:
    """A report and a checkout of a blog beside it."""

    def __init__(self, report: ProjectFolder, blog: Remote) -> None:
        self.report, self.blog, self.site = report, blog, report.root.parent / "my-blog"
        git("clone", "--quiet", blog.url, "my-blog", cwd=report.root.parent)
        self.edits = 0

    def step(self, name: str) -> None:
        """Build, publish, pull, commit and push by hand, or edit the source."""
        if name == "edit":
            self.edits += 1
            source = self.report.root / SOURCE
            source.write_text(f"{source.read_text()}\nSentence {self.edits}.\n")
        elif name == "commit":
            git("add", ".", cwd=self.site)
            git("commit", "--quiet", "-m", "By hand", cwd=self.site)
            git("push", "--quiet", cwd=self.site)
        elif name == "pull":
            git("pull", "--quiet", "--ff-only", cwd=self.site)
            assert git("status", "--porcelain", cwd=self.site) == ""
        else:
            done = self.report.run(name, "--site", "../my-blog")
            assert done.code == 0, done


@pytest.fixture
def both(built: ProjectFolder, tmp_path: Path) -> Both:
    """The report, and a checkout of a blog."""
    root = shutil.copytree(built.root, tmp_path / "project")
    git("init", "--quiet", cwd=root)
    git("init", "--quiet", "--bare", "blog.git", cwd=tmp_path)
    blog = Remote(tmp_path / "blog.git")
    blog.commit(BLOG)
    return Both(ProjectFolder(root), blog)


STEPS = "build publish pull edit build publish pull edit build commit edit publish pull"


def test_either_way_then_pull_then_the_other(both: Both) -> None:
    for step in STEPS.split():
        both.step(step)
    files = both.blog.files()
    assert f"Sentence {both.edits}." in (both.site / POST).read_text()
    assert {name: files[name] for name in BLOG} == BLOG
    assert not [name for name in files if "_preview" in name or ".reportgen" in name]
    lists = both.blog.git("ls-tree", "--name-only", "main", ".reportgen/").splitlines()
    assert len(lists) == 1

    (both.site / POST).write_text((both.site / POST).read_text() + "By hand.\n")
    both.step("commit")
    both.step("edit")
    for name in ("build", "publish"):
        done = both.report.run(name, "--site", "../my-blog")
        assert done.code == 1
        assert "edited by hand" in done.err
    assert b"By hand." in both.blog.files()[POST]
    (both.report.root / ".gitignore").unlink(missing_ok=True)
    assert ".reportgen/" not in git("add", "--dry-run", ".", cwd=both.report.root)


def test_a_post_uses_what_its_blog_has(both: Both) -> None:
    blog, report = both.blog, both.report
    source = report.root / SOURCE
    text = source.read_text()
    rows = {
        "{% link assets/cv.pdf %}": "assets/cv.pdf",
        "![A grey pixel of the blog]({{ site.baseurl }}/img/grey.png)": "img/grey.png",
        "See [hello]({{ site.baseurl }}{% post_url 2020-01-02-again %}).": (
            "_posts/2020-01-02-again.md"
        ),
        "{% include note.html %}": "_includes/note.html",
    }
    source.write_text(text + "\n" + "\n\n".join(rows) + "\n")
    done = report.run("publish", "--remote", blog.url, "--dry-run")
    assert done.code == 1
    for path in rows.values():
        assert Path(path).name.removesuffix(".md") in done.err, path

    blog.commit(dict.fromkeys(rows.values(), b"---\n---\nx\n"))
    done = report.run("publish", "--remote", blog.url)
    assert done.code == 0, done
    assert b"layout:" not in blog.files()[POST], "the blog has no layout 'post'"
