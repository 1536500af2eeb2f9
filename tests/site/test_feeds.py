"""What readers of feeds get: every picture by its whole address, of our site and of minima."""

import re
import shutil
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

from reportgen.posts import render_posts
from reportgen.site import write_site
from tests.posts.dom import text_of
from tests.posts.world import make_project, make_world
from tests.site.conftest import OURS, Built
from tests.site.every_kind import GENERATED, SLUG, THEMES, build, make_blog

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOST = "https://example.org"


def content(feed: str, title: str) -> str:
    """The HTML of the entry with this title."""
    for entry in ET.fromstring(feed).findall("a:entry", ATOM):
        if entry.findtext("a:title", None, ATOM) == title:
            return entry.findtext("a:content", "", ATOM)
    raise AssertionError(f"no entry '{title}'")


def images(html: str) -> list[str]:
    """The address of every image, those of its variants among them."""
    found = re.findall(r'<img [^>]*?src="([^"]*)"', html)
    for sources in re.findall(r'srcset="([^"]*)"', html):
        found += [source.split()[0] for source in sources.split(",")]
    return [unescape(address) for address in found]


def test_a_figure_is_its_labelled_picture_and_its_caption(built: Built) -> None:
    html = content(built.read("feed.xml"), "Diffusion Models: a report")
    told = {
        figure["anchor"]: figure for figure in built.posts[0].front_matter["reportgen"]["figures"]
    }
    shown = dict(re.findall(r'(?s)<figure id="([^"]*)">(.*?)</figure>', html))
    assert list(shown) == ["fig-b-1a", "fig-b-1b", "table-b-1e"]
    folder = f"{HOST}/blog/assets/figures/diffusion-models"
    for anchor, width, height, name in (
        ("fig-b-1a", told["fig-b-1a"]["width"], told["fig-b-1a"]["height"], "b-1a-full.png"),
        ("fig-b-1b", 638, 317, "b-1b.png"),
    ):
        (image,) = re.findall(r"<img [^>]*>", shown[anchor])
        assert f'src="{folder}/{name}"' in image
        assert f'width="{width}" height="{height}"' in image
        assert unescape(re.findall(r'alt="([^"]*)"', image)[0]) == told[anchor]["alt"]
        assert (built.folder / f"assets/figures/diffusion-models/{name}").is_file()
    assert "<table>" in shown["table-b-1e"]
    assert "&lt;= 1, see <a " in shown["table-b-1e"]
    for anchor, figure in shown.items():
        caption = figure.split("<figcaption>")[1]
        assert text_of(caption).startswith(told[anchor]["label"])


def test_nothing_that_needs_our_styles_or_scripts(built: Built) -> None:
    html = content(built.read("feed.xml"), "Diffusion Models: a report")
    assert not re.search(r"<(script|link|details|picture)\b|class=\"(tools|view|sheet|px)", html)
    page = text_of(built.read("diffusion-models/index.html"))
    for words in ("The denoiser reaches", "A quote with", "and ends here."):
        assert words in page
        assert words in text_of(html)


def test_addresses_at_the_root_of_a_host(tmp_path: Path) -> None:
    shutil.copytree(OURS, tmp_path / "site", ignore=GENERATED)
    body = (
        '<img src="//cdn.example.org/a.png" alt="a"> <a href="//other.example.org/">b</a>\n'
        '![c](/assets/c.png) [d](/about/) <%= ref("B.1c") %>\n\n<%= figure("B.1c") %>\n'
    )
    project = make_project(tmp_path, {"2024-11-19-a.md": f"---\ntitle: A\n---\nWords.\n\n{body}"})
    write_site(project, render_posts(project, make_world(tmp_path / "drawn")))
    html = content((build(tmp_path, "") / "feed.xml").read_text(encoding="utf-8"), "A")
    assert images(html) == [
        "https://cdn.example.org/a.png",
        f"{HOST}/assets/c.png",
        f"{HOST}/assets/figures/a/b-1c-full.png",
    ]
    assert re.findall(r'<a [^>]*?href="([^"]*)"', html) == [
        "https://other.example.org/",
        f"{HOST}/about/",
        f"{HOST}/a/#fig-b-1c",
    ]


def test_jekyll_feed_names_whole_addresses_where_the_blog_asks(tmp_path: Path) -> None:
    make_blog(tmp_path, THEMES / "minima", asset_url="absolute")
    folder = build(tmp_path, "/blog") / "blog"
    found = images(content((folder / "feed.xml").read_text("utf-8"), "Every kind of figure"))
    assert len(found) > 20
    for address in found:
        assert address.startswith(f"{HOST}/blog/assets/figures/{SLUG}/"), address
        assert (folder / address.removeprefix(f"{HOST}/blog/")).is_file(), address


EXCERPTS = """\
---
permalink: /excerpts.html
---
{% for post in site.posts %}{{ post.excerpt }}{% endfor %}
"""


@pytest.mark.parametrize("permalink", ["/:title/", "/notes/:year/:title.html"])
def test_relative_addresses_and_the_excerpt(permalink: str, tmp_path: Path) -> None:
    make_blog(tmp_path, THEMES / "minima", asset_url="relative")
    (tmp_path / "site/excerpts.html").write_text(EXCERPTS)
    folder = build(tmp_path, "/blog", config=f"permalink: {permalink}\n") / "blog"
    (page,) = [path for path in folder.rglob("*.html") if SLUG in str(path)]
    address = f"{HOST}/{page.relative_to(folder)}"
    found = images(page.read_text(encoding="utf-8"))
    assert len(found) > 20
    for image in found:
        assert image.startswith("./"), image
        assert (folder / urljoin(address, image).removeprefix(f"{HOST}/")).is_file(), image
    excerpt = text_of((folder / "excerpts.html").read_text(encoding="utf-8"))
    assert excerpt.startswith("A first paragraph with")
    assert excerpt.endswith("a value ( 20.8 dB ) and Figure 6 .")
