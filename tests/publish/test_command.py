"""``reportgen publish`` as a person types it, in a real project, against real remotes."""

from pathlib import Path

from tests.conftest import ProjectFolder
from tests.publish.conftest import BLOG
from tests.publish.helpers import Remote, git
from tests.publish.report import POST


def test_html_from_the_first_publish_to_the_way_back(report: ProjectFolder, empty: Remote) -> None:
    commit = git("rev-parse", "HEAD", cwd=report.root)

    dry = report.run("publish", "--dry-run")
    assert dry.code == 0, dry
    assert "added  " in dry.err
    assert empty.head("gh-pages") == ""

    first = report.run("publish")
    assert first.code == 0, first
    assert first.out.startswith(f"Published {empty.head('gh-pages')[:10]} to branch 'gh-pages'")
    files = empty.files("gh-pages")
    page = next(content.decode() for path, content in files.items()
                if path.endswith(".html") and b"last square" in content)  # fmt: skip
    assert "16" in page
    assert ".nojekyll" in files
    assert any(path.startswith("assets/figures/squares/") for path in files)

    again = report.run("publish")
    assert (again.code, again.out.partition(":")[0]) == (0, "Nothing to publish"), again

    status = report.run("publish", "--status")
    assert status.code == 0, status
    assert f"from commit {commit[:10]} as " in status.out

    report.edit("templates/posts/2024-11-19-squares.md", "last square", "final square")
    assert report.run("publish", "--status").code == 1
    second = report.run("publish", "--review")
    assert second.code == 0, second
    review = Path(second.out.splitlines()[0])
    assert "final square" in review.read_text(encoding="utf-8")

    back = report.run("publish", "--rollback")
    assert back.code == 0, back
    assert empty.files("gh-pages") == files
    assert len(empty.commits("gh-pages")) == 3
    changed = git("status", "--porcelain", cwd=report.root).splitlines()
    assert changed == [" M pyproject.toml", " M templates/posts/2024-11-19-squares.md"]


def test_source_into_a_blog(report: ProjectFolder, tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "blog.git", cwd=tmp_path)
    blog = Remote(tmp_path / "blog.git")
    blog.commit(BLOG)
    git("clone", "--quiet", blog.url, "my-blog", cwd=tmp_path)

    done = report.run("publish", "--site", "../my-blog")

    assert done.code == 0, done
    files = blog.files()
    assert {path: files.pop(path) for path in BLOG} == BLOG
    assert {path.partition("/")[0] for path in files} == {"_posts", "assets"}
    post = files["_posts/2024-11-19-squares.md"].decode()
    assert "{{ site.baseurl }}/assets/figures/squares/" in post
    assert git("status", "--porcelain", cwd=tmp_path / "my-blog") == ""


def test_source_of_the_whole_site_with_its_workflow(report: ProjectFolder, empty: Remote) -> None:
    own = '[project]\nname = "reportgen-jekyll"\n\n[tool.reportgen]'
    report.edit("pyproject.toml", "[tool.reportgen]", own)
    written = report.run("publish", "--init-workflow", "--to", "source")
    assert written.code == 0, written
    assert [Path(line).name for line in written.out.splitlines()] == ["pages.yml", "report.yml"]

    done = report.run("publish", "--to", "source")

    assert done.code == 0, done
    files = empty.files("gh-pages")
    workflow = ".github/workflows/pages.yml"
    assert files[workflow] == (report.root / workflow).read_bytes()
    assert {"_config.yml", "_layouts/post.html", "_posts/2024-11-19-squares.md"} <= set(files)
    assert not any(path.startswith(("_preview", "_site")) for path in files)


def test_a_stale_figure_is_refused_and_with_leave_marked(
    report: ProjectFolder, empty: Remote
) -> None:
    report.edit("experiments/report.py", "i * i", "i * i * i")

    refused = report.run("publish")
    assert refused.code == 1
    assert "These are not fresh" in refused.err
    assert "A.1 is stale" in refused.err
    assert empty.head("gh-pages") == ""

    allowed = report.run("publish", "--allow-stale")
    assert allowed.code == 0, allowed
    assert "The pages say so." in allowed.err
    assert any(b"stale" in content for path, content in empty.files("gh-pages").items()
               if path.endswith(".html"))  # fmt: skip


def test_what_never_ran_is_refused_even_with_leave(report: ProjectFolder) -> None:
    report.write({"templates/posts/2024-11-20-more.md": POST.replace("A.1", "A.2")})
    report.write({
        "experiments/more.py": """
            from reportgen import Curve, figure


            @figure("A.2", caption="A line.")
            def line():
                return Curve({"x": [1.0, 2.0]}, x="number", y="square")
            """
    })  # fmt: skip

    done = report.run("publish", "--allow-stale")

    assert done.code == 1
    assert "A.2 is missing" in done.err


def test_an_error_of_the_checks_stops(report: ProjectFolder, empty: Remote) -> None:
    report.edit(
        "templates/posts/2024-11-19-squares.md", "The last", "![Image 1](/lost.png)\n\nThe last"
    )

    done = report.run("publish")

    assert done.code == 1
    assert "The checks found errors" in done.err
    assert "lost.png" in done.err
    assert empty.head("gh-pages") == ""


def test_a_link_in_the_site_stops(report: ProjectFolder, empty: Remote) -> None:
    (report.root / "site" / "assets" / "passwd.txt").symlink_to("/etc/passwd")

    done = report.run("publish")

    assert done.code == 1
    assert "link to '/etc/passwd'" in done.err
    assert empty.head("gh-pages") == ""


def test_work_that_is_not_here_is_not_undone(
    report: ProjectFolder, empty: Remote, tmp_path: Path
) -> None:
    git("clone", "--quiet", empty.url, "colleague", cwd=tmp_path)
    colleague = ProjectFolder(tmp_path / "colleague")
    colleague.edit("templates/posts/2024-11-19-squares.md", "last square", "final square")
    git("commit", "--quiet", "--all", "-m", "Better words", cwd=colleague.root)
    assert colleague.run("build").code == 0
    assert colleague.run("publish").code == 0

    done = report.run("publish")

    assert done.code == 1
    assert "undo somebody's work" in done.err
    assert "git pull" in done.err


def test_a_project_without_posts(report: ProjectFolder) -> None:
    (report.root / "templates" / "posts" / "2024-11-19-squares.md").unlink()

    done = report.run("publish")

    assert done.code == 1
    assert "There is no post to publish." in done.err


def test_one_thing_at_a_time(report: ProjectFolder) -> None:
    done = report.run("publish", "--rollback", "--status")

    assert done.code == 2
    assert "Only one of" in done.err
