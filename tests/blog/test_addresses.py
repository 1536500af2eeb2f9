"""The addresses of pages are those that Jekyll gives them."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen.blog.blog import Blog
from reportgen.blog.front_matter import date
from reportgen.blog.page import Page

HEADS = (
    "title: a",
    "title: a\nslug: My Slug_x",
    "title: a\npermalink: /p/:year/:title/",
    "title: a\ncategories: [A b, C]",
    "title: a\ncategories: x y",
    "title: a\ncategory: Zed",
    "title: a\ncategory: Zed ed\ncategories: [A, b]",
    "title: a\ndate: 2024-01-02 23:30:00 -0800",
    "title: a\ndate: January 5, 2024 3:00",
    "title: a\npermalink: /fixed.html",
    "title: a\ndate: 2024-01-02 00:30:00",
)
FILES = {
    **{f"_posts/2024-01-{day:02}-Cee-dee_x.md": head for day, head in enumerate(HEADS, 2)},
    **{f"_posts/2024-02-{day:02}-über uns.md": head for day, head in enumerate(HEADS, 2)},
    **{f"cat/_posts/2024-03-{day:02}-a.b.md": head for day, head in enumerate(HEADS, 2)},
    "about.md": "title: x",
    "sub/index.md": "title: x",
    "sub/page.md": "title: y\npermalink: /z/",
    "_notes/One Two.md": "title: n",
    "_my/Ab Cd.md": "title: m",
}
LIST = "".join(
    f"{{% for p in {where} %}}{{{{ p.path }}}}|{{{{ p.url }}}}\n{{% endfor %}}"
    for where in ("site.posts", "site.pages", "site.notes", "site.my")
)


@pytest.mark.parametrize(
    "settings",
    [
        "permalink: date",
        "permalink: pretty",
        "permalink: weekdate",
        "permalink: /blog/:year-:month/:i_day/:slug.html\ntimezone: America/Los_Angeles",
    ],
)
def test_the_addresses_of_jekyll(settings: str, tmp_path: Path) -> None:
    collections = "collections: {notes: {output: true}, my: {output: true, permalink: /m/:name/}}"
    for name, head in {**FILES, "all.txt": ""}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{head}\n---\n{LIST if name == 'all.txt' else 'Text.'}\n")
    (tmp_path / "_config.yml").write_text(f"{settings}\n{collections}\n")
    environment = {**os.environ, "TZ": "UTC"}
    subprocess.run(
        ["jekyll", "build", "-q", "--disable-disk-cache"],
        cwd=tmp_path, check=True, env=environment,
    )  # fmt: skip
    lines = (tmp_path / "_site/all.txt").read_text().splitlines()
    expected = dict(line.split("|") for line in lines if "|" in line)

    blog, now = Blog(tmp_path), datetime(2025, 1, 1, tzinfo=UTC)
    found = {
        name: Page(tmp_path / name, (tmp_path / name).read_text(), blog, now) for name in FILES
    }

    assert {name: page.url for name, page in found.items()} == {
        name: expected[name] for name in FILES
    }


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2023-01-29 18:30:22 2023 -0800", "2023-01-29T18:30:22"),
        ("January 01, 2018", "2018-01-01T00:00:00"),
        ("5th Jan 2018 10:00", "2018-01-05T10:00:00"),
        ("May 2018", "2018-05-01T00:00:00"),
        ("20180101", "2018-01-01T00:00:00"),
        ("01/02/2018", "2018-02-01T00:00:00"),
        ("2018/3/4", "2018-03-04T00:00:00"),
        ("13.2.2018", "2018-02-13T00:00:00"),
        ("Mon, 5 Feb 2018 10:00:00 GMT", "2018-02-05T10:00:00"),
        ("2018-13-01", None),
        ("soon", None),
        ("Spring 2018", None),
    ],
)
def test_dates_as_ruby_reads_them(written: str, iso: str | None) -> None:
    found = date(written)
    assert (found and found.moment.replace(tzinfo=None).isoformat()) == iso
