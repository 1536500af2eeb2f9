"""A site with the plugins that most blogs have: a second publish of it changes nothing."""

from tests.conftest import ProjectFolder
from tests.publish.helpers import Remote


def test_a_second_publish_with_feed_and_sitemap_does_nothing(
    report: ProjectFolder, empty: Remote
) -> None:
    with (report.root / "site/_config.yml").open("a") as file:
        file.write("plugins: [jekyll-feed, jekyll-sitemap, jekyll-seo-tag]\n")
    (report.root / "site/about.md").write_text("---\ntitle: About\n---\nWords.\n")

    assert report.run("publish").code == 0
    published = empty.head("gh-pages")
    again, status = report.run("publish"), report.run("publish", "--status")

    assert {"feed.xml", "sitemap.xml"} <= set(empty.files("gh-pages"))
    assert "Nothing to publish" in again.out, again
    assert status.code == 0, status
    assert empty.head("gh-pages") == published
