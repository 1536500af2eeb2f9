"""Publishing over smart HTTP, as to GitHub, from a server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote
from tests.publish.http_remote import Rules, serving

FILES = {POST: b"Noise.\n", FIGURE: b"\x89PNG one"}


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def online(blog: Remote, rules: Rules, tmp_path: Path) -> Iterator[Publisher]:
    """A person who publishes to the blog over HTTP."""
    with serving(blog.path.parent, rules) as address:
        yield Publisher(blog, tmp_path / "cache", url=f"{address}/{blog.path.name}")


def test_publish_change_and_nothing_more_over_http(online: Publisher) -> None:
    assert online(FILES).state == "published"
    assert online({**FILES, POST: b"Changed.\n"}).plan.changed == (POST,)
    assert online({**FILES, POST: b"Changed.\n"}).state == "unchanged"
    assert online.remote.files() == {**BLOG, **FILES, POST: b"Changed.\n"}


def test_unchanged_asks_the_server_only_for_its_branches(online: Publisher, rules: Rules) -> None:
    online(FILES)
    rules.requests.clear()

    online(FILES)

    assert not any("receive-pack" in request for request in rules.requests)
    assert len(rules.requests) == 2  # the offer of protocol 2, and the list of branches


def test_a_hook_speaks_over_http(online: Publisher) -> None:
    online.remote.hook("pre-receive", "echo 'Posts need a licence.' >&2; exit 1")

    with pytest.raises(ReportgenError, match=r"A hook of .* refused") as caught:
        online(FILES)

    assert caught.value.excerpt == "  Posts need a licence."
    assert online.remote.files() == BLOG


def test_without_a_password_there_is_one_clear_line_and_no_prompt(
    online: Publisher, rules: Rules
) -> None:
    rules.password = "secret"

    with pytest.raises(ReportgenError, match="You have no permission to read or write"):
        online(FILES)


def test_a_password_in_the_address_works_and_is_never_shown(
    online: Publisher, rules: Rules
) -> None:
    rules.password = "secret"
    online.url = online.url.replace("://", "://ada:secret@")
    assert online(FILES).state == "published"

    online.remote.hook("pre-receive", "exit 1")
    with pytest.raises(ReportgenError) as caught:
        online({POST: b"Changed.\n"})

    assert "secret" not in str(caught.value)
    assert "secret" not in online.target.shown


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "You have no permission to read or write"),
        (404, "There is no git repository at"),
        (502, "cannot be reached"),
    ],
)
def test_what_the_server_answers_becomes_one_line(
    online: Publisher, rules: Rules, status: int, words: str
) -> None:
    rules.status = status

    with pytest.raises(ReportgenError, match=words) as caught:
        online(FILES)

    assert "\n" not in caught.value.message


def test_a_push_that_arrived_although_the_line_broke_counts(
    online: Publisher, rules: Rules
) -> None:
    rules.cut_after_push = True

    outcome = online(FILES)

    assert outcome.state == "published"
    assert online.remote.head() == outcome.commit


def test_no_network(tmp_path: Path, blog: Remote) -> None:
    with serving(tmp_path, Rules()) as address:
        gone = Publisher(blog, tmp_path / "cache", url=f"{address}/remote.git")

    with pytest.raises(ReportgenError, match="cannot be reached"):
        gone(FILES)
