"""Jekyll takes the front matter of our posts as it takes that of the same posts written by hand."""

import json
import os
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from reportgen.blog.blog import Blog
from reportgen.blog.page import Page
from reportgen.errors import ReportgenError
from reportgen.posts import render_posts
from reportgen.site import write_site
from tests.posts.world import make_project, make_world
from tests.site.conftest import OURS

HEADS = {
    "plain": "",
    "slug": "slug: My Slug_x",
    "permalink": "permalink: /p/:year/:title/",
    "fixed": "permalink: /fixed.html",
    "listed": "categories: [A b, C]",
    "words": "categories: x y",
    "category": "category: Zed",
    "late": "date: 2024-01-02 23:30:00 -0800",
    "early": "date: 2024-01-02 00:30:00",
    "in-words": "date: January 5, 2024 3:00",
    "layout": "layout: page",
    "no-layout": "layout: none",
    "hidden": "published: false",
    "shown": "published: true\ndraft: true",
    "tags": "tags: [One, two]\nlang: de",
}
SETTINGS = (
    "permalink: date",
    "permalink: pretty\nbaseurl: /blog",
    "permalink: /blog/:year-:month/:i_day/:slug.html\ntimezone: America/Los_Angeles",
    "permalink: ordinal\ndefaults: [{scope: {type: posts}, values: {layout: page, category: D}}]",
)
KEYS = ["path", "url", "date", "slug", "categories", "tags", "layout", "lang", "published", "draft"]
ALL = "---\n---\n{% for p in site.posts %}[" + ",".join(
    f"{{{{ p.{key} | jsonify }}}}" for key in KEYS
) + "]\n{% endfor %}"  # fmt: skip


def jekyll(site: Path, settings: str) -> dict[str, dict[str, object]]:
    """The posts of a site as Jekyll has built it, by path."""
    for layout in ("post", "page"):
        (site / "_layouts").mkdir(parents=True, exist_ok=True)
        (site / f"_layouts/{layout}.html").write_text(
            "{{ content }}{% include figures-jsonld.html %}\n"
        )
    (site / "_includes").mkdir(exist_ok=True)
    for name in ("_includes/figures-jsonld.html", "feed.xml"):
        (site / name).write_text((OURS.parent / "site" / name).read_text())
    (site / "_config.yml").write_text(f"title: T\nurl: https://e.org\n{settings}\n")
    (site / "all.txt").write_text(ALL)
    command = ["jekyll", "build", "-q", "--disable-disk-cache"]
    subprocess.run(command, cwd=site, check=True, env={**os.environ, "TZ": "UTC"})
    rows = map(json.loads, (site / "_site/all.txt").read_text().splitlines())
    return {str(row[0]): dict(zip(KEYS, row, strict=True)) for row in rows}


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_front_matter_of_jekyll(settings: str, tmp_path: Path) -> None:
    texts = {
        f"2024-11-{day:02}-{name}.md": f"---\ntitle: A post\n{head}\n---\n"
        for day, (name, head) in enumerate(HEADS.items(), 1)
    }
    hand, ours = tmp_path / "hand", tmp_path / "site"
    (hand / "_posts").mkdir(parents=True)
    for name, text in texts.items():
        (hand / "_posts" / name).write_text(f"{text}\nText.\n")
    expected = jekyll(hand, settings)

    world = make_world(tmp_path / "drawn")
    for name in texts:
        world.by_name[name] = replace(
            world["B.1a"], node=replace(world["B.1a"].node, id=name[:-3], name=name)
        )
    shown = [n for n in texts if "hidden" not in n]
    pointers = "\n".join(f'<%= ref("{name[:-3]}") %>' for name in shown)
    bodies = {n: f'{t}\n<%= figure("{n[:-3]}") %>\n\n{pointers}\n' for n, t in texts.items()}
    project = make_project(tmp_path, bodies)
    ours.mkdir()
    (ours / "_config.yml").write_text(settings)
    blog = Blog(ours)
    posts = render_posts(project, world, blog=blog)
    write_site(project, posts)
    built = jekyll(ours, settings)
    for entry in (*built.values(), *expected.values()):
        if entry["layout"] in (None, "post"):
            del entry["layout"]  # ours is 'post' where nothing gives one

    assert built == expected
    now = datetime(2025, 1, 1, tzinfo=UTC)
    pages = {p.path: Page(ours / p.path, p.markdown, Blog(ours), now) for p in posts}
    assert {path: pages[path].url for path in built} == {p: e["url"] for p, e in built.items()}
    for post in posts:
        if post.path in built:
            when = str(built[post.path]["date"])
            assert f"{post.date:%Y-%m-%d %H:%M:%S %z}" == when
    base = blog.baseurl
    assert_links_lead_somewhere(ours / "_site", base, len(shown))


def assert_links_lead_somewhere(site: Path, base: str, count: int) -> None:
    """Every reference to a figure, and every file that a feed or JSON-LD names, is there."""
    pages = list(site.rglob("*.html"))
    assert len(pages) == count
    for page in pages:
        text = page.read_text()
        refs = re.findall(r'class="ref rg-ref" href="([^"]*)#([^"]+)"', text)
        assert len(refs) == count
        for address, anchor in refs:
            path = unquote(address).removeprefix(base).lstrip("/")
            target = page if not address else site / path
            target = target / "index.html" if target.is_dir() else target
            assert f'id="{anchor}"' in target.read_text(), address
    named = "".join(p.read_text() for p in (*pages, site / "feed.xml"))
    files = set(re.findall(r'https?://e\.org([^"&<> ]+\.png)', named))
    assert len(files) >= count
    for address in files:
        assert (site / unquote(address).removeprefix(base).lstrip("/")).is_file(), address


def test_no_reference_to_a_post_that_jekyll_hides(tmp_path: Path) -> None:
    hidden = "---\ntitle: A\npublished: false\n---\n<%= figure('B.1a') %>\n\n<%= ref('B.1b') %>\n"
    other = "---\ntitle: B\n---\n<%= figure('B.1b') %>\n\n"
    world = make_world(tmp_path / "drawn")
    project = make_project(tmp_path, {"2024-01-01-a.md": hidden, "2024-01-02-b.md": other})
    assert len(render_posts(project, world)) == 2

    (project.posts_dir / "2024-01-02-b.md").write_text(f"{other}<%= ref('B.1a') %>\n")
    with pytest.raises(ReportgenError) as caught:
        render_posts(project, world)
    assert "2024-01-02-b.md:6:10:" in str(caught.value)
    assert "in 'templates/posts/2024-01-01-a.md' alone, which is not published." in str(
        caught.value
    )


def test_a_draft_hides_nothing(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndraft: true\n---\nText.\n"
    project = make_project(tmp_path, {"2024-01-01-a.md": text})
    [post] = render_posts(project, make_world(tmp_path / "drawn"))
    assert post.warnings == (
        "templates/posts/2024-01-01-a.md:3: Jekyll shows a post with 'draft: true'; "
        "'published: false' hides it.",
    )
