"""New branches, wrong branches, folders in a branch, two reports in one blog, a moved baseurl."""

from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.cache import with_cache
from reportgen.publish.manifest import Manifest
from reportgen.publish.publisher import Outcome, Wanted, publish
from reportgen.publish.target import Target
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote

FILES = {POST: b"Noise.\n", FIGURE: b"\x89PNG one"}
SITE = {"index.html": b"<h1>Noise</h1>", ".nojekyll": b"", "assets/a.png": b"a"}


@pytest.fixture
def pages(empty: Remote, tmp_path: Path) -> Publisher:
    """A person who publishes built pages into the report's own repository."""
    empty.commit({"pyproject.toml": b"[tool.reportgen]\n"})
    return Publisher(empty, tmp_path / "cache", "gh-pages", "html", own=True, base="gh-pages")


def test_the_first_pages_begin_a_branch_without_the_sources(pages: Publisher) -> None:
    outcome = pages(SITE)

    assert pages.remote.commits("gh-pages") == [outcome.commit]
    assert pages.remote.files("gh-pages") == SITE
    assert pages.remote.files("main") == {"pyproject.toml": b"[tool.reportgen]\n"}


def test_a_remote_without_any_branch(empty: Remote, tmp_path: Path) -> None:
    person = Publisher(empty, tmp_path / "cache", "gh-pages", "html", own=True, base="gh-pages")

    person(SITE)

    assert empty.files("gh-pages") == SITE


def test_what_the_host_wrote_survives(pages: Publisher) -> None:
    pages(SITE)
    hosts = {"CNAME": b"noise.example.org\n", ".well-known/security.txt": b"mail\n"}
    pages.remote.commit(hosts, "gh-pages")

    pages({**SITE, "index.html": b"<h1>New</h1>", "CNAME": b"other.example.org\n"})

    assert pages.remote.files("gh-pages") == {**SITE, **hosts, "index.html": b"<h1>New</h1>"}
    assert pages.proposals[-1].plan.kept == ("CNAME",)


def test_a_new_branch_of_a_blog_starts_from_its_usual_one(publisher: Publisher) -> None:
    before = publisher.remote.head("main")
    publisher.branch, publisher.base = "noise-report", "main"

    outcome = publisher(FILES)

    assert publisher.remote.commits("noise-report") == [outcome.commit, before]
    assert publisher.remote.head("main") == before


def test_a_new_branch_is_made_also_where_its_start_has_it_all(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.branch, publisher.base = "noise-report", "main"

    outcome = publisher(FILES)

    assert outcome.state == "published"
    assert publisher.remote.head("noise-report") == outcome.commit
    assert publisher(FILES).state == "unchanged"
    assert publisher.remote.files("noise-report") == {**BLOG, **FILES}


def test_a_new_branch_that_somebody_makes_first(publisher: Publisher) -> None:
    publisher.branch, publisher.base = "noise-report", "main"
    publisher.remote.hook(
        "pre-receive",
        "git rev-parse -q --verify noise-report >/dev/null && exit 0\n"
        "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
        "git update-ref refs/heads/noise-report main",
    )

    outcome = publisher(FILES)

    assert (outcome.state, outcome.replays) == ("published", 1)
    assert publisher.remote.files("noise-report") == {**BLOG, **FILES}


def test_without_a_branch_it_is_the_default_one(publisher: Publisher) -> None:
    publisher.remote.git("update-ref", "refs/heads/trunk", "main")
    publisher.remote.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    publisher.branch = ""

    assert publisher(FILES).branch == "trunk"
    assert publisher.remote.files("trunk") == {**BLOG, **FILES}
    assert publisher.remote.files("main") == BLOG


def test_a_branch_that_a_request_merged_goes_on(publisher: Publisher) -> None:
    publisher.branch, publisher.base = "noise-report", "main"
    publisher(FILES)
    publisher.remote.commit({"other.txt": b"1"}, "main")
    tree = publisher.remote.git("merge-tree", "--write-tree", "main", "noise-report")
    merge = publisher.remote.git(
        "commit-tree", tree, "-p", "main", "-p", "noise-report", "-m", "Merge"
    )
    publisher.remote.git("update-ref", "refs/heads/main", merge)

    publisher.branch = "main"
    publisher({POST: b"Changed.\n"})

    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n", "other.txt": b"1"}


def test_pages_do_not_go_where_sources_are(pages: Publisher) -> None:
    pages.branch = "main"

    with pytest.raises(ReportgenError, match=r"holds sources \('pyproject.toml'\)") as caught:
        pages(SITE)

    assert "--branch gh-pages" in str(caught.value)


def test_source_does_not_go_where_pages_are(pages: Publisher) -> None:
    pages(SITE)
    pages.kind = "source"

    with pytest.raises(ReportgenError, match="holds this report as html, not as source"):
        pages(FILES)


def test_foreign_pages_are_not_replaced(pages: Publisher) -> None:
    pages.remote.commit({"index.html": b"<h1>Somebody's</h1>"}, "gh-pages")

    with pytest.raises(ReportgenError, match=r"'index.html' is there already"):
        pages(SITE)

    pages(SITE, overwrite=True)
    assert pages.remote.files("gh-pages") == SITE


def test_a_blog_in_a_folder(empty: Remote, tmp_path: Path) -> None:
    files = {f"docs/{path}": content for path, content in BLOG.items()}
    empty.commit({**files, "README.md": b"#"})
    person = Publisher(empty, tmp_path / "cache", folder="docs/")

    person(FILES)

    ours = {f"docs/{path}": content for path, content in FILES.items()}
    assert empty.files() == {**files, **ours, "README.md": b"#"}


def test_no_blog_says_where_one_is(empty: Remote, tmp_path: Path) -> None:
    empty.commit({"docs/_config.yml": b"title: x\n"})

    with pytest.raises(ReportgenError, match="is no Jekyll blog") as caught:
        Publisher(empty, tmp_path / "cache")(FILES)

    assert caught.value.hint == "Name its folder with --folder docs"


def test_two_reports_in_one_blog(publisher: Publisher, tmp_path: Path) -> None:
    other = Publisher(publisher.remote, tmp_path / "other", project="signal")
    style = {"assets/reportgen.css": b"one"}
    publisher({**FILES, **style})
    other({"_posts/2024-12-01-signal.md": b"Signal.\n", "assets/reportgen.css": b"two"})

    publisher({POST: b"Changed.\n", "assets/reportgen.css": b"two"})
    other({})

    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n", "assets/reportgen.css": b"two"}


def test_the_baseurl_is_that_of_the_blog_and_a_move_is_noticed(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.remote.commit({"_config.yml": b'title: A blog\nbaseurl: "/new"\n'})

    publisher({POST: b"Changed.\n"})

    assert publisher.proposals[-1].plan.manifest.baseurl == "/new"
    assert publisher.proposals[-1].notes == (
        "The baseurl moved from '/blog' to '/new': old links break.",
    )


def served(remote: Remote, cache: Path, baseurl: str, *, certain: bool = False) -> Outcome:
    """Publish pages to an address that looks like GitHub's and leads to this machine."""
    url = "https://github.com/ada/noise.git"
    settings = (
        (f"url.{remote.url}.insteadOf", url),
        ("user.name", "Ada"),
        ("user.email", "ada@example.org"),
    )
    target = Target("html", url, "gh-pages", "gh-pages", settings=settings)
    wanted = Wanted(Manifest("noise", "Noise", "html", baseurl=baseurl), SITE, certain=certain)
    return with_cache(
        cache, url, settings, lambda git: publish(git, target, wanted, lambda proposal: True)
    )


def test_pages_built_for_another_address_are_refused(empty: Remote, tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="GitHub serves it under '/noise'") as caught:
        served(empty, tmp_path / "cache", "")

    assert 'baseurl: "/noise"' in str(caught.value)
    assert served(empty, tmp_path / "cache", "/noise").state == "published"


def test_a_domain_of_ones_own_needs_no_baseurl(empty: Remote, tmp_path: Path) -> None:
    empty.commit({"CNAME": b"noise.example.org\n"}, "gh-pages")

    assert served(empty, tmp_path / "cache", "").state == "published"
    with pytest.raises(ReportgenError, match="GitHub serves it under ''"):
        served(empty, tmp_path / "cache", "/noise")
    assert served(empty, tmp_path / "cache", "/noise", certain=True).state == "unchanged"
