"""What the other side may say, and what a person then reads."""

from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.git import GitFailure
from reportgen.publish.refusals import lost_race, refused
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote, git

FILES = {POST: b"Noise.\n", FIGURE: b"\x89PNG one"}

HOOKS = {
    "protected": (
        "echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2",
        r"Branch 'main' of .* is protected\.",
        "reportgen publish --branch NAME",
    ),
    "rules": (
        "echo 'error: GH013: Repository rule violations found for refs/heads/main.' >&2",
        r"is protected\.",
        "pull request",
    ),
    "gitlab": (
        "echo 'GitLab: You are not allowed to push code to protected branches.' >&2",
        r"is protected\.",
        "pull request",
    ),
    "size": (
        "echo 'error: GH001: Large files detected.' >&2",
        r"refused a file that is too large\.",
        "smaller",
    ),
    "workflow": (
        "echo 'refusing to allow a token to update workflow without `workflow` scope' >&2",
        r"does not let this token change files in \.github/workflows\.",
        "scope",
    ),
    "own": ("echo 'Posts need a licence.' >&2", r"A hook of .* refused the push", "Posts need"),
    "long": ("head -c 3000000 /dev/zero | tr '\\0' x", r"A hook of .* refused the push", "xxx"),
    "a title": (
        r"printf '\033]0;evil\007\033[2Jmine\n'",
        r"A hook of .* refused the push",
        "]0;evilmine",
    ),
    "mute": ("true", r"A hook of .* refused the push", "Nothing was published"),
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_refuses(publisher: Publisher, name: str) -> None:
    script, message, rest = HOOKS[name]
    publisher.remote.hook("pre-receive", f"{script}; exit 1")

    with pytest.raises(ReportgenError, match=message) as caught:
        publisher(FILES)

    assert "\n" not in caught.value.message
    assert rest in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 20_000
    assert publisher.remote.files() == BLOG


def test_after_a_refusal_the_next_run_works(publisher: Publisher) -> None:
    publisher.remote.hook("pre-receive", "exit 1")
    with pytest.raises(ReportgenError):
        publisher(FILES)
    publisher.remote.hook("pre-receive", "exit 0")

    assert publisher(FILES).state == "published"


def test_every_publish_is_a_fast_forward(publisher: Publisher) -> None:
    publisher.remote.git("config", "receive.denyNonFastForwards", "true")
    publisher.remote.git("config", "receive.denyDeletes", "true")

    publisher(FILES)
    publisher.remote.commit({"other.txt": b"1"})
    publisher({POST: b"Changed.\n"})

    assert len(publisher.remote.commits()) == 4
    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n", "other.txt": b"1"}


def test_a_branch_that_went_back_is_followed_and_not_brought_forward(
    publisher: Publisher,
) -> None:
    first = publisher.remote.head()
    publisher(FILES)
    publisher.remote.git("update-ref", "refs/heads/main", first)

    outcome = publisher({POST: b"Changed.\n"})

    assert publisher.remote.commits() == [outcome.commit, first]


def test_a_rewritten_branch_is_followed(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.remote.git("update-ref", "-d", "refs/heads/main")
    again = publisher.remote.commit({**BLOG, "other.txt": b"1"})

    outcome = publisher(FILES)

    assert publisher.remote.commits() == [outcome.commit, again]


def test_a_checkout_as_remote(tmp_path: Path, blog: Remote) -> None:
    git("clone", "--quiet", blog.url, "checkout", cwd=tmp_path)
    there = Publisher(Remote(tmp_path / "checkout"), tmp_path / "cache")

    with pytest.raises(ReportgenError, match="has branch 'main' checked out"):
        there(FILES)


def test_an_address_without_a_repository(tmp_path: Path, blog: Remote) -> None:
    nowhere = Publisher(blog, tmp_path / "cache", url=(tmp_path / "nowhere").as_uri())

    with pytest.raises(ReportgenError, match=r"There is no git repository at file://"):
        nowhere(FILES)


def test_a_blog_without_the_branch_names_those_it_has(empty: Remote, tmp_path: Path) -> None:
    empty.commit(BLOG, "develop")
    person = Publisher(empty, tmp_path / "cache", branch="main")

    with pytest.raises(ReportgenError, match="no branch 'main'") as caught:
        person(FILES)

    assert "Known: develop." in str(caught.value)


def test_without_an_identity_nothing_starts(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text("")
    monkeypatch.setenv("EMAIL", "guessed@example.org")

    with pytest.raises(ReportgenError, match="Git does not know who you are") as caught:
        publisher(FILES)

    assert "git config --global user.name" in str(caught.value)


def test_without_git(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ReportgenError, match="Git is not installed"):
        publisher(FILES)


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_a_hook_of_the_user_may_call_us(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "somewhere"))

    publisher(FILES)
    monkeypatch.delenv(name)

    assert publisher.remote.files() == {**BLOG, **FILES}
    assert not (tmp_path / "somewhere").exists()


def test_a_client_hook_of_the_user_does_not_run(publisher: Publisher, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "pre-commit", "post-index-change", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    with (tmp_path / "gitconfig").open("a") as config:
        config.write(f"[core]\n\thooksPath = {hooks}\n")

    publisher(FILES)

    assert not (tmp_path / "ran").exists()


def test_a_signing_key_that_is_not_there(publisher: Publisher, tmp_path: Path) -> None:
    with (tmp_path / "gitconfig").open("a") as config:
        config.write("[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = /bin/false\n")

    with pytest.raises(ReportgenError, match="Git could not sign the commit"):
        publisher(FILES)


URL = "https://ada:t0ken@github.com/ada/noise.git"
SAID = [
    (
        "remote: Permission to ada/noise.git denied to bob.\n"
        f"fatal: unable to access '{URL}/': The requested URL returned error: 403",
        "You have no permission to read or write https://github.com/ada/noise.git.",
    ),
    (
        "git@github.com: Permission denied (publickey).\n"
        "fatal: Could not read from remote repository.",
        "You have no permission to read or write",
    ),
    (
        "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
        "You have no permission to read or write",
    ),
    (
        "remote: Invalid username or password.\nfatal: Authentication failed for 'https://x/'",
        "You have no permission to read or write",
    ),
    (
        "remote: Repository not found.\nfatal: repository 'https://x/' not found",
        "There is no git repository at",
    ),
    (
        "fatal: unable to access 'https://x/': Could not resolve host: github.com",
        "https://github.com/ada/noise.git cannot be reached.",
    ),
    ("ssh: connect to host github.com port 22: Connection timed out", "cannot be reached."),
    ("ssh: Could not resolve hostname github.com: Name or service", "cannot be reached."),
    (
        "error: RPC failed; HTTP 500\nfatal: the remote end hung up unexpectedly",
        "cannot be reached.",
    ),
    ("Host key verification failed.\nfatal: Could not read", "SSH does not know the host of"),
    (
        "remote: error: GH006: Protected branch update failed for refs/heads/main.\n"
        "! [remote rejected] main -> main (protected branch hook declined)",
        "Branch 'main' of https://github.com/ada/noise.git is protected.",
    ),
    (
        "remote: error: File a.png is 120.00 MB; this exceeds GitHub's file size limit",
        "refused a file that is too large.",
    ),
    (
        "remote: error: denying non-fast-forward refs/heads/main (you should pull first)\n"
        "! [remote rejected] main -> main (non-fast-forward)",
        "refused the push to branch 'main'.",
    ),
    ("fatal: detected dubious ownership in repository at '/srv/a.git'", "belongs to another user"),
    ("fatal: Unable to create '/x/index.lock': Read-only file system", "Git could not write: "),
    ("fatal: something new", "Git failed with https://github.com/ada/noise.git: something new"),
    ("", "Git failed with"),
]


@pytest.mark.parametrize(("said", "message"), SAID)
def test_the_words_of_git_become_one_line(said: str, message: str) -> None:
    error = refused(GitFailure(["push"], 128, "", said), URL, "main")

    assert message in error.message
    assert "\n" not in error.message
    assert "t0ken" not in str(error)


@pytest.mark.parametrize(
    ("said", "race"),
    [
        ("! [rejected] a -> main (stale info)", True),
        ("! [rejected] a -> main (fetch first)", True),
        ("! [rejected] a -> main (non-fast-forward)", True),
        ("! [remote rejected] a -> main (cannot lock ref 'refs/heads/main': is at 1)", True),
        ("! [remote rejected] a -> main (incorrect old value provided)", True),
        ("! [remote rejected] a -> main (non-fast-forward) denying non-fast-forward", False),
        ("! [remote rejected] a -> main (pre-receive hook declined)", False),
        ("fatal: unable to access", False),
    ],
)
def test_what_a_lost_race_looks_like(said: str, race: bool) -> None:
    assert lost_race(GitFailure(["push"], 1, said, "")) is race
