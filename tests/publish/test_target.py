"""From what a person types to an address, a branch and a folder."""

import re
from itertools import product
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.refusals import redacted
from reportgen.publish.target import expected_baseurl, resolve_target
from tests.publish.helpers import Remote, git


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report in a repository with two remotes."""
    root = tmp_path / "report"
    git("init", "--quiet", str(root), cwd=tmp_path)
    git("remote", "add", "origin", "https://github.com/ada/noise.git", cwd=root)
    git("remote", "add", "upstream", "git@github.com:lab/noise.git", cwd=root)
    return root


@pytest.fixture
def checkout(tmp_path: Path, blog: Remote) -> Path:
    """A checkout of the blog."""
    git("clone", "--quiet", blog.url, "my-blog", cwd=tmp_path)
    return tmp_path / "my-blog"


def test_usual_is_the_pages_branch_of_origin(report: Path) -> None:
    target = resolve_target(report)

    assert (target.kind, target.url, target.branch, target.folder, target.own) == (
        "html", "https://github.com/ada/noise.git", "gh-pages", "", True,
    )  # fmt: skip


def test_another_remote_by_name(report: Path) -> None:
    assert resolve_target(report, remote="upstream").url == "git@github.com:lab/noise.git"


def test_an_address_is_somebodys_blog(report: Path) -> None:
    target = resolve_target(report, remote="https://github.com/ada/blog.git")

    assert (target.kind, target.branch, target.own) == ("source", "", False)


def test_a_checkout_gives_remote_branch_and_folder(
    report: Path, checkout: Path, blog: Remote
) -> None:
    git("checkout", "--quiet", "-b", "drafts", cwd=checkout)
    (checkout / "docs").mkdir()

    target = resolve_target(report, site=checkout / "docs")

    assert (target.url, target.branch, target.base, target.folder) == (
        blog.url, "drafts", "drafts", "docs/",
    )  # fmt: skip
    assert (target.kind, target.own) == ("source", False)
    assert resolve_target(report, site=checkout, branch="noise").base == "drafts"


def test_the_push_address_counts_and_rewriting_applies(report: Path) -> None:
    git("remote", "set-url", "--push", "origin", "lab:noise.git", cwd=report)
    git("config", "url.git@github.com:lab/.insteadOf", "lab:", cwd=report)

    assert resolve_target(report).url == "git@github.com:lab/noise.git"


@pytest.mark.parametrize("written", ["../remote.git", "{0}/remote.git", "file://{0}/remote.git"])
def test_a_path_becomes_an_address(
    report: Path, blog: Remote, tmp_path: Path, written: str
) -> None:
    git("remote", "set-url", "origin", written.format(tmp_path), cwd=report)

    assert resolve_target(report).url == blog.url


def test_a_path_typed_by_hand_is_from_here(
    report: Path, blog: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert resolve_target(report, remote="./remote.git").url == blog.url


def test_an_unknown_remote_names_the_nearest(report: Path) -> None:
    with pytest.raises(ReportgenError, match="There is no remote 'orgin'") as caught:
        resolve_target(report, remote="orgin")

    assert caught.value.hint == "Did you mean 'origin'?"


def test_without_a_repository_or_a_remote(tmp_path: Path, report: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(ReportgenError, match="in no git repository"):
        resolve_target(tmp_path / "plain")

    git("remote", "remove", "origin", cwd=report)
    assert resolve_target(report).url == "git@github.com:lab/noise.git"
    git("remote", "remove", "upstream", cwd=report)
    with pytest.raises(ReportgenError, match="no remote to publish to") as caught:
        resolve_target(report)
    assert "--remote" in str(caught.value)


@pytest.mark.parametrize("branch", ["-x", "a..b", "a b", "refs/heads/main", "a:b", "@{-1}"])
def test_a_name_that_no_branch_can_have(report: Path, branch: str) -> None:
    with pytest.raises(ReportgenError, match="cannot be the name of a branch"):
        resolve_target(report, branch=branch)


@pytest.mark.parametrize("folder", ["../x", "a//b", ".git"])
def test_a_folder_outside_the_branch(report: Path, folder: str) -> None:
    with pytest.raises(ReportgenError, match=r"The folder '.*'"):
        resolve_target(report, folder=folder)


def test_a_site_that_is_not_there(report: Path) -> None:
    with pytest.raises(ReportgenError, match="There is no folder"):
        resolve_target(report, site=report / "nowhere")


def test_the_token_of_an_actions_checkout_is_inherited(report: Path) -> None:
    header = "AUTHORIZATION: basic c2VjcmV0"
    git("config", "http.https://github.com/.extraheader", header, cwd=report)
    git("config", "core.editor", "vi", cwd=report)

    settings = dict(resolve_target(report).settings)

    assert settings == {
        "http.https://github.com/.extraheader": header,
        "user.name": "Ada",
        "user.email": "ada@example.org",
    }


@pytest.mark.parametrize(
    ("url", "domain", "baseurl"),
    [
        ("https://github.com/Ada/noise.git", False, "/noise"),
        ("https://github.com/ada/noise", False, "/noise"),
        ("git@github.com:ada/noise.git", False, "/noise"),
        ("ssh://git@github.com/ada/Noise.git", False, "/Noise"),
        ("https://github.com/Ada/ada.github.io.git", False, ""),
        ("https://github.com/ada/noise.git", True, ""),
        ("https://gitlab.com/ada/noise.git", False, None),
        ("file:///srv/noise.git", False, None),
    ],
)
def test_where_github_serves_a_repository(url: str, domain: bool, baseurl: str | None) -> None:
    assert expected_baseurl(url, domain) == baseurl


def test_no_address_is_shown_with_its_password() -> None:
    assert redacted("push to https://ada:t0ken@github.com/a.git failed") == (
        "push to https://github.com/a.git failed"
    )


def test_every_combination_is_a_target_or_one_sentence(
    report: Path, checkout: Path, tmp_path: Path, blog: Remote
) -> None:
    """Of ``--to``, ``--site``, ``--remote``, and ``--branch`` with ``--folder``."""
    docs, plain = checkout / "docs", tmp_path / "plain"
    docs.mkdir()
    plain.mkdir()
    for to, site, remote, (branch, folder) in product(
        ["", "html", "source"],
        [None, checkout, docs, plain],
        ["", blog.url, "nobody"],
        [("", ""), ("mine", "elsewhere")],
    ):
        given = {"to": to, "site": site, "remote": remote, "branch": branch, "folder": folder}
        wrong = (site and to == "html") or remote == "nobody"
        if wrong or (site == plain and not remote) or (site == docs and folder):
            with pytest.raises(ReportgenError) as caught:
                resolve_target(report, **given)  # type: ignore[arg-type]
            assert re.fullmatch(r"[^\n]+\.", caught.value.message), given
            assert caught.value.hint, given
            continue
        target = resolve_target(report, **given)  # type: ignore[arg-type]
        own = not site and (to == "html" or not remote)
        assert (target.own, target.kind) == (own, to or ("html" if own else "source")), given
        theirs = site or remote
        assert target.url == (blog.url if theirs else "https://github.com/ada/noise.git"), given
        followed = "main" if site and site != plain else ""
        assert target.branch == (branch or ("gh-pages" if own else followed)), given
        inner = "docs" if site == docs else folder
        assert target.folder == (f"{inner}/" if inner else ""), given
