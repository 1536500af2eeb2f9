"""Posts into a site: the right files, only ours, and no more writing than needed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts import Post, render_posts
from reportgen.project import Project
from reportgen.site import write_preview, write_site
from tests.posts.world import World, make_project, make_world

ONE = '---\ntitle: One\n---\n<%= ref("B.1c") %>\n\n<%= figure("B.1c") %>\n'
TWO = "---\ntitle: Two\ndescription: The second.\n---\nText.\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path, {"2024-11-19-one.md": ONE, "2024-11-20-two.md": TWO})


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "drawn")


@pytest.fixture
def posts(project: Project, world: World) -> list[Post]:
    return render_posts(project, world)


def files(site: Path) -> set[str]:
    return {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}


def test_what_is_written_where(project: Project, posts: list[Post]) -> None:
    changes = write_site(project, posts)
    assert files(project.site_dir) == set(changes.written)
    assert {
        "_posts/2024-11-19-one.md",
        "_posts/2024-11-20-two.md",
        "assets/figures/one/b-1c-full.png",
        "assets/reportgen.css",
        "assets/reportgen.js",
    } <= set(changes.written)
    again = write_site(project, posts)
    assert (again.written, again.removed) == ((), ())


def test_other_posts_stay_when_one_is_written(project: Project, posts: list[Post]) -> None:
    write_site(project, posts)
    assert write_site(project, posts[1:]).removed == ()
    assert (project.site_dir / "assets/figures/one/b-1c-full.png").is_file()


def test_a_deleted_source_takes_its_post_and_figures_away(
    project: Project, posts: list[Post]
) -> None:
    write_site(project, posts)
    (project.posts_dir / "2024-11-19-one.md").unlink()
    removed = write_site(project, posts[1:]).removed
    assert "_posts/2024-11-19-one.md" in removed
    assert "assets/figures/one/b-1c-full.png" in removed
    assert not (project.site_dir / "assets/figures/one").exists()
    assert (project.site_dir / "assets/reportgen.css").is_file()


def test_a_figure_that_left_the_post_leaves_the_site(
    project: Project, posts: list[Post], world: World
) -> None:
    write_site(project, posts)
    (project.posts_dir / "2024-11-19-one.md").write_text("---\ntitle: One\n---\nNothing.\n")
    assert (
        "assets/figures/one/b-1c-full.png"
        in write_site(project, render_posts(project, world)).removed
    )


def test_files_of_the_blog_are_never_touched(project: Project, posts: list[Post]) -> None:
    theirs = project.site_dir / "_posts/2020-01-01-theirs.md"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    write_site(project, posts)
    write_site(project, [])
    assert theirs.read_text() == "theirs"


def test_a_post_edited_in_the_site_stops_the_build(project: Project, posts: list[Post]) -> None:
    write_site(project, posts)
    (project.site_dir / "_posts/2024-11-20-two.md").write_text("edited")
    with pytest.raises(ReportgenError, match="edited by hand"):
        write_site(project, [*posts[:1], changed(posts[1])])


def changed(post: Post) -> Post:
    return replace(post, markdown=post.markdown + "more\n")


def test_another_site(project: Project, posts: list[Post], tmp_path: Path) -> None:
    write_site(project, posts, site_dir=tmp_path / "blog")
    assert (tmp_path / "blog/_posts/2024-11-19-one.md").is_file()
    assert not project.site_dir.exists()


def test_the_preview_has_a_page_a_post_and_an_index(project: Project, posts: list[Post]) -> None:
    index = write_preview(project, posts)
    assert index == project.site_dir / "_preview/index.html"
    text = index.read_text()
    assert text.index('href="two/index.html"') < text.index('href="one/index.html"')
    page = (index.parent / "one/index.html").read_text()
    assert 'href="../../assets/figures/one/b-1c-full.png"' in page
    assert '<a class="ref rg-ref" href="#fig-b-1c">Figure&nbsp;1</a>' in page
    assert "<style>" in page


def test_the_pictures_in_the_index_keep_their_place(project: Project, posts: list[Post]) -> None:
    text = write_preview(project, posts).read_text()
    sizes = re.findall(r'<img src="([^"]*)" alt="" width="1200" height="630">', text)
    assert sizes == ["../assets/figures/one/card.png"]
    assert text.count("<img") == 1


def test_the_preview_uses_the_styles_of_the_site(project: Project, posts: list[Post]) -> None:
    css = project.site_dir / "assets/css/site.css"
    css.parent.mkdir(parents=True)
    css.write_text("body {}")
    page = (write_preview(project, posts).parent / "one/index.html").read_text()
    assert '<link rel="stylesheet" href="../../assets/css/site.css">' in page
    assert "<style>" not in page


def test_the_preview_forgets_posts_that_are_gone(project: Project, posts: list[Post]) -> None:
    folder = write_preview(project, posts).parent
    (project.posts_dir / "2024-11-19-one.md").unlink()
    assert 'href="one/' not in write_preview(project, posts[1:]).read_text()
    assert not (folder / "one").exists()


def test_the_preview_keeps_posts_that_were_not_rendered_now(
    project: Project, posts: list[Post]
) -> None:
    folder = write_preview(project, posts).parent
    assert 'href="one/index.html">One</a>' in write_preview(project, posts[1:]).read_text()
    assert (folder / "one/index.html").is_file()


def test_a_template_of_the_project_replaces_ours(project: Project, world: World) -> None:
    (project.templates_dir / "provenance.html").write_text("<p class=mine>{{ command }}</p>")
    (post, _) = render_posts(project, world)
    assert '<p class="mine">reportgen figure B.1c</p>' in post.html


def test_a_project_without_posts(tmp_path: Path) -> None:
    project = Project(tmp_path, title="Empty")
    assert render_posts(project, World()) == []
    assert write_site(project, []).written == ()
    assert "There are no posts yet" in write_preview(project, []).read_text()
