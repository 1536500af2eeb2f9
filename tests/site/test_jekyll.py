"""The site as the real Jekyll builds it."""

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from tests.posts.dom import dom, text_of
from tests.site.conftest import Built

ATOM = {"a": "http://www.w3.org/2005/Atom"}
POST = "diffusion-models/index.html"


def article(html: str) -> str:
    """The body of the article in a page, of the preview or of Jekyll."""
    match = re.search(r'(?s)<div class="body">(.*)</div>\s*</article>', html)
    assert match
    return match[1]


@pytest.mark.parametrize("slug", ["diffusion-models", "short"])
def test_the_preview_shows_the_same_article(slug: str, built: Built) -> None:
    preview = (built.sources / f"_preview/{slug}/index.html").read_text(encoding="utf-8")
    same_addresses = article(preview).replace("../../", "/blog/").replace('"../', '"/blog/')
    assert dom(same_addresses) == dom(article(built.read(f"{slug}/index.html")))


def test_the_preview_has_the_same_contents_list(built: Built) -> None:
    preview = (built.sources / "_preview/diffusion-models/index.html").read_text(encoding="utf-8")
    found = [
        re.search(r'(?s)<nav class="toc".*?</nav>', page) for page in (preview, built.read(POST))
    ]
    assert found[0]
    assert found[1]
    assert dom(found[0][0]) == dom(found[1][0])


def test_nothing_of_liquid_or_templates_is_left(built: Built) -> None:
    shown = re.sub(r"(?s)<(pre|code|script).*?</\1>", "", built.read(POST))
    assert "{%" not in text_of(article(shown))
    assert "<%" not in shown
    assert not re.search("[\ue000-\ue0ff]", shown)


def test_code_with_liquid_in_it_is_shown_as_written(built: Built) -> None:
    text = text_of(article(built.read(POST)))
    assert '"""Yield $x_t$ | {% raw %}.""" return {{x}}' in text
    assert "indented code with $dollars$ and | pipes" in text


def test_every_address_leads_somewhere(built: Built) -> None:
    for page in built.folder.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        for address in addresses(html):
            path, _, fragment = address.partition("#")
            target = page if not path else built.folder / path.removeprefix("/blog").lstrip("/")
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page}: {address}"
            if fragment and target.suffix == ".html":
                assert f'id="{fragment}"' in target.read_text(encoding="utf-8"), address


def addresses(html: str) -> list[str]:
    """The addresses inside the site that a page names."""
    found = [unescape(a) for a in re.findall(r'\s(?:src|href)="([^"]*)"', html)]
    for sources in re.findall(r'srcset="([^"]*)"', html):
        found += [source.split()[0] for source in sources.split(",")]
    return [a for a in found if not re.match(r"[a-z]+:|$", a) and not re.search(r"b_c", a)]


def test_the_reference_to_another_post(built: Built) -> None:
    html = built.read("short/index.html")
    assert 'href="/blog/diffusion-models/#fig-b-1b"' in html
    assert "Figure 2 of “Diffusion Models: a report”" in text_of(html)


def test_the_feed_names_every_image_by_its_whole_address(built: Built) -> None:
    feed = ET.fromstring(built.read("feed.xml"))
    entries = feed.findall("a:entry", ATOM)
    assert [entry.findtext("a:title", None, ATOM) for entry in entries] == [
        "A short one",
        "Diffusion Models: a report",
    ]
    content = entries[1].findtext("a:content", "", ATOM)
    found = addresses(content)
    assert not [address for address in found if not address.startswith("https://example.org/")]
    assert content.count("https://example.org/blog/assets/figures/diffusion-models/") == 2
    assert not re.search(r'(?:src|srcset|href)="(?!https://)', content)


def test_cards_and_structured_data(built: Built) -> None:
    html = built.read(POST)
    folder = "https://example.org/blog/assets/figures/diffusion-models"
    assert f'<meta property="og:image" content="{folder}/card.png" />' in html
    assert '<meta property="og:image:width" content="1200" />' in html
    assert '<meta property="og:image:height" content="630" />' in html
    assert re.search(r'<meta property="og:image:alt" content="2 rows and 3 columns', html)
    assert '<meta name="twitter:card" content="summary_large_image" />' in html
    assert f'<meta property="twitter:image" content="{folder}/card.png" />' in html
    blocks = re.findall(r'(?s)<script type="application/ld\+json">\s*(.*?)</script>', html)
    _, figures = [json.loads(block) for block in blocks]
    parts = {part["name"]: part for part in figures["hasPart"]}
    assert list(parts) == ["Figure 1", "Figure 2", "Table 1"]
    assert parts["Figure 1"]["contentUrl"] == f"{folder}/b-1a-full.png"
    assert parts["Figure 2"]["@id"] == "#fig-b-1b"
    assert parts["Table 1"]["@type"] == "Table"


@pytest.mark.parametrize("page", ["index", "archive/index", "tags/index", "figures/index", "404"])
def test_pages_without_a_picture_have_that_of_the_newest_post(page: str, built: Built) -> None:
    html = built.read(f"{page}.html")
    assert re.findall(r'"og:image" content="(https://[^"]+/card\.png)"', html)


def test_the_home_page_lists_posts_newest_first(built: Built) -> None:
    text = text_of(built.read("index.html"))
    assert text.index("A short one") < text.index("Diffusion Models: a report")
    assert "3 figures" in text
    assert "3 fresh" in text


def test_one_title_and_headings_in_order(built: Built) -> None:
    for page in built.folder.rglob("*.html"):
        levels = [int(n) for n in re.findall(r"<h([1-6])\b", page.read_text(encoding="utf-8"))]
        assert levels.count(1) == 1, page
        assert levels[0] == 1, page
        assert all(b <= a + 1 for a, b in pairwise(levels)), page


def test_only_what_github_pages_has(built: Built) -> None:
    config = (built.sources / "_config.yml").read_text(encoding="utf-8")
    plugins = re.search(r"plugins:\n((?:  - .*\n)+)", config)
    assert plugins
    assert plugins[1].split() == ["-", "jekyll-feed", "-", "jekyll-seo-tag"]
    assert "theme" not in re.sub(r"#.*", "", config)
    for file in Path(built.sources).rglob("*.html"):
        if "_preview" not in file.parts:
            assert "render_with_liquid" not in file.read_text(encoding="utf-8")


def test_the_blog_has_an_archive_tags_a_way_from_post_to_post_and_a_search_index(
    built: Built,
) -> None:
    archive, tags = built.read("archive/index.html"), built.read("tags/index.html")
    places = ["/blog/short/", "/blog/diffusion-models/"]
    assert re.findall(r'</time> <a href="([^"]+)"', archive) == places
    assert '<h2 id="small-things">Small things</h2>' in tags
    assert 'href="/blog/tags/#small-things"' in built.read("short/index.html")
    assert f'<a rel="prev" href="{places[1]}">' in built.read("short/index.html")
    assert f'<a rel="next" href="{places[0]}">' in built.read(POST)
    index = json.loads(built.read("search.json"))
    assert [post["url"] for post in index] == places
    assert "Small things" in index[0]["text"]
    assert "<" not in index[1]["title"]
