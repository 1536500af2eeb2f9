"""check_site: every address of a built site, under the base URL at which it will be served."""

import shutil
import subprocess
from pathlib import Path

import pytest

from reportgen.checks import check_site
from reportgen.errors import ReportgenError
from tests.checks.conftest import png

PAGES = {
    "index.html": "<a href='/notes/'>Home</a>",
    "about.html": "<h1 id='us'>About</h1>",
    "post/index.html": "<p id='a b'>Text</p><a name='old'></a>",
    "a.png": png().decode("latin-1"),
    "css/site.css": "p { color: red }",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="latin-1" if name.endswith("png") else "utf-8")
    return root


def found(root: Path, html: str, **options: str) -> list[tuple[str, str]]:
    """Rule and message of each finding for one more page, post/page.html."""
    write(root, PAGES | {"post/page.html": html})
    return [(f.rule, f.message) for f in check_site(root, "/notes", **options)]


@pytest.mark.parametrize(
    "html",
    [
        "<a href='/notes'>x</a> <a href='/notes/'>x</a> <a href='/notes/index.html'>x</a>",
        "<a href='/notes/about'>x</a> <a href='/notes/about.html?a=b#us'>x</a>",
        "<a href='/notes/post/'>x</a> <a href='/notes/post/#a%20b'>x</a> <a href='./#old'>x</a>",
        "<a href='../about.html'>x</a> <a href='.'>x</a> <a href='#top'>x</a> <a href='#'>x</a>",
        "<a href='#mine'>x</a> <p id='mine'></p> <a href=''>x</a>",
        "<a href='https://e.org/gone'>x</a> <a href='mailto:a@e.org'>x</a> <a>x</a>",
        "<img src='/notes/a.png'> <img src='../a.png'> <img src='data:image/png;base64,AA,AA'>",
        "<img srcset='/notes/a.png 1x, ../a.png 2x'> <source srcset='../a.png'>",
        "<img srcset='../a.png 1x,../a.png 2x'>",
        "<img srcset='data:image/webp;base64,AA 2x, ../a.png'>",
        "<video poster='../a.png'></video> <p style='background: url(../a.png)'></p>",
        "<style>p { background: url('/notes/a.png') }</style> <style></style>url(gone.png)",
        "<meta property='og:image' content='https://me.org/notes/a.png'>"
        "<link rel='canonical' href='https://me.org/notes/post/page.html'>",
        "<link rel='preconnect' href='/'> <script src='//cdn.e.org/x.js'></script>",
    ],
)
def test_addresses_that_lead_somewhere(tmp_path: Path, html: str) -> None:
    assert found(tmp_path, html) == []


@pytest.mark.parametrize(
    ("html", "rule", "url", "path"),
    [
        ("<a href='/notes/gone/'>", "site-link", "/notes/gone/", "/notes/gone/"),
        ("<a href='gone.html'>", "site-link", "gone.html", "/notes/post/gone.html"),
        ("<a href='/notes/About'>", "site-link", "/notes/About", "/notes/About"),
        ("<img src='/notes/gone.png'>", "site-image", "/notes/gone.png", "/notes/gone.png"),
        ("<img srcset='../a.png 1x, ../b.png 2x'>", "site-image", "../b.png", "/notes/b.png"),
        ("<source srcset='../b.png'>", "site-image", "../b.png", "/notes/b.png"),
        ("<video poster='../b.png'>", "site-image", "../b.png", "/notes/b.png"),
        ("<p style='background:url(b.png)'>", "site-image", "b.png", "/notes/post/b.png"),
        ("<script src='/notes/x.js'>", "site-link", "/notes/x.js", "/notes/x.js"),
    ],
)
def test_addresses_of_files_that_are_not_there(
    tmp_path: Path, html: str, rule: str, url: str, path: str
) -> None:
    assert found(tmp_path, html) == [(rule, f"'{url}' leads to '{path}', which is not there.")]


@pytest.mark.parametrize(
    ("url", "rule", "words"),
    [
        ("/about.html", "site-baseurl", "leaves out the base URL '/notes'."),
        ("/notes-2/", "site-baseurl", "leaves out the base URL '/notes'."),
        ("#gone", "site-anchor", "leads to no id 'gone' in 'post/page.html'."),
        ("/notes/about#gone", "site-anchor", "leads to no id 'gone' in 'about.html'."),
    ],
)
def test_addresses_that_miss_the_site_or_the_place(
    tmp_path: Path, url: str, rule: str, words: str
) -> None:
    assert found(tmp_path, f"<a href='{url}'>x</a>") == [(rule, f"'{url}' {words}")]


def test_absolute_addresses_of_the_site_itself_are_followed(tmp_path: Path) -> None:
    html = "<meta name='twitter:image' content='https://me.org/notes/b.png'>"
    message = "'https://me.org/notes/b.png' leads to '/notes/b.png', which is not there."

    assert found(tmp_path, html) == []
    assert found(tmp_path, html, url="https://me.org") == [("site-image", message)]


def test_the_place_of_a_finding_is_that_of_its_tag(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": "<p>\n  <a href='gone'>x</a>\n"})

    (finding,) = check_site(tmp_path, "")
    assert (finding.path, finding.line, finding.column) == (tmp_path / "index.html", 2, 3)


@pytest.mark.parametrize(
    ("html", "hint"),
    [
        ("<a href='/notes/notes/about.html'>", "The base URL stands there twice."),
        ("<a href='/notes/About.html'>", "Only the case differs from 'about.html'."),
        ("<a href='/notes/x'>", "Add the file, or mend the link."),
    ],
)
def test_the_hint_says_why(tmp_path: Path, html: str, hint: str) -> None:
    write(tmp_path, PAGES | {"page.html": html})

    (finding,) = check_site(tmp_path, "notes/")
    assert finding.hint == hint


FEED = """<feed><link href="{url}/feed.xml"/><entry><link href="{url}/post/"/>
<media:thumbnail url="{url}/{thumb}"/>
<content type="html" xml:base="{url}/post/">
&lt;img src="{url}/{image}" srcset="../{other} 2x"&gt;</content>
</entry></feed>"""


@pytest.mark.parametrize(
    ("broken", "line"),
    [({"thumb": "gone.png"}, 2), ({"image": "gone.png"}, 3), ({"other": "gone.png"}, 3)],
)
def test_the_images_of_a_feed_are_followed(
    tmp_path: Path, broken: dict[str, str], line: int
) -> None:
    names = {"url": "https://me.org/notes", "thumb": "a.png", "image": "a.png", "other": "a.png"}
    write(tmp_path, PAGES | {"feed.xml": FEED.format(**names)})
    assert check_site(tmp_path, "/notes", url="https://me.org") == []

    write(tmp_path, {"feed.xml": FEED.format(**(names | broken))})
    found = check_site(tmp_path, "/notes", url="https://me.org")
    assert [(f.rule, f.line) for f in found] == [("site-feed", line)]


def test_the_images_of_stylesheets_start_at_the_stylesheet(tmp_path: Path) -> None:
    write(
        tmp_path,
        PAGES | {"css/site.css": "p { background: url(../a.png) }\nb { background: url(a.png) }"},
    )

    found = [(f.rule, f.path.name, f.line) for f in check_site(tmp_path, "/notes")]
    assert found == [("site-image", "site.css", 2)]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="There is no folder"):
        check_site(tmp_path / "gone", "")


def test_a_blog_built_by_jekyll_is_followed_whole(tmp_path: Path) -> None:
    good = Path(__file__).parent / "good" / "plain"
    source, built = tmp_path / "source", tmp_path / "built"
    shutil.copytree(good, source)
    for name in (source / "images.txt").read_text().split():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(png())
    (source / "_layouts").mkdir()
    (source / "_layouts" / "default.html").write_text("<body id='top'>{{ content }}</body>")
    subprocess.run(
        ["jekyll", "build", "-s", source, "-d", built, "--quiet"], check=True, capture_output=True
    )
    assert check_site(built, "/tool", url="https://someone.github.io") == []

    (built / "assets" / "img" / "flow.svg").unlink()
    found = check_site(built, "/tool", url="https://someone.github.io")
    assert {f.rule for f in found} == {"site-image"}
    assert len(found) == 3 - 1
