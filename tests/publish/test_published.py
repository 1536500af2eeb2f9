"""What was published is cloned, built as GitHub builds it, served, and looked at in Chromium."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, Response

from tests.browser import served
from tests.conftest import ProjectFolder
from tests.publish.conftest import BLOG
from tests.publish.helpers import Remote, git

NATURAL_SIZES = "[...document.images].map(i => [i.currentSrc, i.complete && i.naturalWidth > 0])"
LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.href)"
EAGER = "document.querySelectorAll('img').forEach(i => i.loading = 'eager')"
REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
DRAWN = """[...document.querySelectorAll('figure')]
  .filter(f => [...f.querySelectorAll('img, svg')].some(i => i.getBoundingClientRect().width > 9))
  .map(f => f.id)"""
DECODED = "() => [...document.images].every(i => i.complete)"

BLOG_SITE = {
    **BLOG,
    "_layouts/post.html": b"<!DOCTYPE html><title>{{ page.title }}</title>\n{{ content }}\n",
    "index.html": (
        b"---\n---\n<!DOCTYPE html><title>Blog</title>\n{% for post in site.posts %}"
        b'<a href="{{ site.baseurl }}{{ post.url }}">{{ post.title }}</a>\n{% endfor %}'
    ),
}


FORBIDDEN = re.compile(r".*Content Security Policy.*")
[POLICY] = re.findall(
    r"^default-src .*$",
    (Path(__file__).parents[2] / "docs/publish.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def built_by_jekyll(source: Path, destination: Path) -> None:
    subprocess.run(
        ["jekyll", "build", "--quiet", "--source", source, "--destination", destination],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip


def visit_everything(browser: Browser, address: str, start: str) -> dict[str, list[str]]:
    """Every page that can be reached from ``start``, with the figures that show on it.

    Fails for an answer that is no success, an error of a page, what the policy forbids, a picture
    that does not show, or a request to another machine.
    """
    seen: dict[str, list[str]] = {}
    faults: list[str] = []

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            faults.append(f"{response.status} {response.url}")
        if not response.url.startswith((address, "data:")):
            faults.append(f"elsewhere: {response.url}")

    page = browser.new_page()
    page.on("response", answered)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.extend(FORBIDDEN.findall(said.text)))
    queue = [f"{address}{start}"]
    while queue:
        url = urldefrag(queue.pop()).url
        if url in seen or not url.startswith(address):
            continue
        answer = page.request.get(url)
        faults += [] if answer.ok else [f"{answer.status} {url}"]
        seen[url] = []
        if "text/html" not in answer.headers["content-type"]:
            continue
        if moved := REFRESH.search(answer.text()):
            queue.append(urljoin(url, moved[1]))
            continue
        page.goto(url, wait_until="load")
        page.evaluate(EAGER)
        page.wait_for_function(DECODED)
        images = page.evaluate(NATURAL_SIZES)
        faults += [f"no picture: {source}" for source, good in images if not good]
        seen[url] = page.evaluate(DRAWN)
        queue += page.evaluate(LINKS)
    page.close()
    assert faults == []
    return seen


def assert_figures_shown(seen: dict[str, list[str]]) -> None:
    assert [url for url, figures in seen.items() if "fig-a-1" in figures], seen


def test_pages_under_their_baseurl(
    report: ProjectFolder, empty: Remote, tmp_path: Path, browser: Browser
) -> None:
    done = report.run("publish")
    assert done.code == 0, done
    git("clone", "--quiet", "--branch=gh-pages", empty.url, "served/notes", cwd=tmp_path)

    with served(tmp_path / "served", POLICY) as address:
        assert_figures_shown(visit_everything(browser, address, "/notes/"))


def test_source_that_jekyll_builds(
    report: ProjectFolder, empty: Remote, tmp_path: Path, browser: Browser
) -> None:
    done = report.run("publish", "--to", "source")
    assert done.code == 0, done
    git("clone", "--quiet", "--branch=gh-pages", empty.url, "clone", cwd=tmp_path)
    built_by_jekyll(tmp_path / "clone", tmp_path / "served" / "notes")

    with served(tmp_path / "served", POLICY) as address:
        assert_figures_shown(visit_everything(browser, address, "/notes/"))


def test_a_post_in_somebodys_blog(report: ProjectFolder, tmp_path: Path, browser: Browser) -> None:
    git("init", "--quiet", "--bare", "blog.git", cwd=tmp_path)
    blog = Remote(tmp_path / "blog.git")
    blog.commit(BLOG_SITE)
    done = report.run("publish", "--remote", blog.url)
    assert done.code == 0, done
    git("clone", "--quiet", blog.url, "clone", cwd=tmp_path)
    built_by_jekyll(tmp_path / "clone", tmp_path / "served" / "blog")

    with served(tmp_path / "served", POLICY) as address:
        assert_figures_shown(visit_everything(browser, address, "/blog/"))


@pytest.fixture
def without_jekyll(tmp_path: Path) -> str:
    """A PATH on which there is git and no Jekyll."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sh"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return str(folder)


def test_pages_without_jekyll_work_under_any_baseurl(
    report: ProjectFolder, empty: Remote, tmp_path: Path, browser: Browser, without_jekyll: str
) -> None:
    done = report.run("publish", env={"PATH": without_jekyll})
    assert done.code == 0, done
    git("clone", "--quiet", "--branch=gh-pages", empty.url, "served/any/where", cwd=tmp_path)

    with served(tmp_path / "served", POLICY) as address:
        assert_figures_shown(visit_everything(browser, address, "/any/where/"))
