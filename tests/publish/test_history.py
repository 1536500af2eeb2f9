"""Going back, and saying what is published."""

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.cache import with_cache
from reportgen.publish.git import configuration, inherited
from reportgen.publish.history import Status, describe, rollback, status_of
from reportgen.publish.publisher import Outcome
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Files, Publisher

ONE = {POST: b"One.\n", FIGURE: b"figure one"}
TWO = {POST: b"Two.\n", "assets/figures/noise/a-2.png": b"figure two"}
THREE = {POST: b"Three.\n"}


def go_back(publisher: Publisher, *, approve: bool = True, overwrite: bool = False) -> Outcome:
    return with_cache(
        publisher.cache, publisher.target.url, inherited(configuration(publisher.cache.parent)),
        lambda git: rollback(
            git, publisher.target, publisher.project, lambda proposal: approve, overwrite=overwrite
        ),
    )  # fmt: skip


def ask(publisher: Publisher, files: Files) -> Status:
    return with_cache(
        publisher.cache, publisher.target.url, inherited(configuration(publisher.cache.parent)),
        lambda git: status_of(git, publisher.target, publisher.wanted(files)),
    )  # fmt: skip


def test_back_brings_everything_as_it_was_by_a_new_commit(publisher: Publisher) -> None:
    publisher(ONE)
    second = publisher(TWO)

    outcome = go_back(publisher)

    assert publisher.remote.files() == {**BLOG, **ONE}
    assert publisher.remote.commits()[:2] == [outcome.commit, second.commit]


def test_what_others_did_meanwhile_stays(publisher: Publisher) -> None:
    publisher(ONE)
    publisher.remote.commit({"before.txt": b"1"})
    publisher(TWO)
    publisher.remote.commit({"after.txt": b"2", "CNAME": b"new.example.org\n"})

    go_back(publisher)

    assert publisher.remote.files() == {
        **BLOG, **ONE, "before.txt": b"1", "after.txt": b"2", "CNAME": b"new.example.org\n",
    }  # fmt: skip


def test_twice_goes_back_by_two_and_then_there_is_no_more(publisher: Publisher) -> None:
    for files in (ONE, TWO, THREE):
        publisher(files)

    go_back(publisher)
    assert publisher.remote.files() == {**BLOG, **TWO}
    go_back(publisher)
    assert publisher.remote.files() == {**BLOG, **ONE}
    with pytest.raises(ReportgenError, match="There is no earlier publish"):
        go_back(publisher)


def test_after_a_new_publish_back_is_what_was_seen_before_it(publisher: Publisher) -> None:
    publisher(ONE)
    publisher(TWO)
    go_back(publisher)
    publisher(THREE)

    go_back(publisher)

    assert publisher.remote.files() == {**BLOG, **ONE}


def test_publishing_again_after_going_back(publisher: Publisher) -> None:
    publisher(ONE)
    publisher(TWO)
    go_back(publisher)

    assert publisher(TWO).state == "published"
    assert publisher.remote.files() == {**BLOG, **TWO}


def test_back_from_a_cache_that_never_saw_the_publishes(publisher: Publisher) -> None:
    publisher(ONE)
    for number in range(60):
        publisher.remote.commit({"other.txt": b"%d" % number})
    publisher(TWO)
    elsewhere = Publisher(publisher.remote, publisher.cache.with_name("elsewhere"))

    go_back(elsewhere)

    assert publisher.remote.files() == {**BLOG, **ONE, "other.txt": b"59"}


def test_a_hand_edit_stops_going_back(publisher: Publisher) -> None:
    publisher(ONE)
    publisher(TWO)
    publisher.remote.commit({POST: b"Edited.\n"})

    with pytest.raises(ReportgenError, match="edited by hand"):
        go_back(publisher)

    go_back(publisher, overwrite=True)
    assert publisher.remote.files() == {**BLOG, **ONE}


def test_back_from_an_overwrite_brings_the_edit_back(publisher: Publisher) -> None:
    publisher(ONE)
    edited = {POST: b"Edited by hand.\n", FIGURE: b"figure by hand"}
    publisher.remote.commit(edited)
    publisher(TWO, overwrite=True)
    assert publisher.remote.files() == {**BLOG, **TWO}

    go_back(publisher)

    assert publisher.remote.files() == {**BLOG, **edited}


def test_a_publish_in_between_stops_going_back(publisher: Publisher) -> None:
    publisher(ONE)
    publisher(TWO)
    other = Publisher(publisher.remote, publisher.cache.with_name("other"))

    with pytest.raises(ReportgenError, match="Somebody published while you were rolling back"):
        with_cache(
            publisher.cache, publisher.target.url, inherited(configuration(publisher.cache.parent)),
            lambda git: rollback(
                git, publisher.target, "noise", lambda proposal: bool(other(THREE))
            ),
        )  # fmt: skip

    assert publisher.remote.files() == {**BLOG, **THREE}


def test_declined(publisher: Publisher) -> None:
    publisher(ONE)
    publisher(TWO)

    assert go_back(publisher, approve=False).state == "declined"
    assert publisher.remote.files() == {**BLOG, **TWO}


@pytest.mark.parametrize("published", [0, 1])
def test_nothing_to_go_back_to(publisher: Publisher, published: int) -> None:
    if published:
        publisher(ONE)

    with pytest.raises(ReportgenError, match=r"Nothing was ever published|no earlier publish"):
        go_back(publisher)


def test_status_before_anything(publisher: Publisher) -> None:
    status = ask(publisher, ONE)

    assert not status.current
    assert describe(status).startswith("Nothing of this report is published to branch 'main' of ")


def test_status_of_what_is_current(publisher: Publisher) -> None:
    outcome = publisher(ONE)
    publisher.remote.commit({"other.txt": b"1"})

    status = ask(publisher, ONE)

    assert status.current
    assert status.published is not None
    assert status.published.commit == outcome.commit
    assert describe(status).endswith("It is what would be published now.")


def test_status_of_what_would_change(publisher: Publisher) -> None:
    publisher(ONE)

    status = ask(publisher, TWO)

    assert not status.current
    assert "Publishing now would change it: 1 added, 1 changed, 1 removed." in describe(status)


def test_status_names_what_was_edited_by_hand_and_raises_nothing(publisher: Publisher) -> None:
    publisher(ONE)
    publisher.remote.commit({POST: b"Edited.\n"})

    assert f"Changed by hand: {POST}." in describe(ask(publisher, ONE))


def test_status_of_a_rollback(publisher: Publisher) -> None:
    first = publisher(ONE)
    publisher(TWO)
    go_back(publisher)

    status = ask(publisher, ONE)

    assert status.current
    assert f"It is a rollback to {first.commit[:10]}." in describe(status)


def test_status_tells_the_source_commit(publisher: Publisher) -> None:
    original = publisher.wanted
    publisher.wanted = lambda files: original(  # type: ignore[method-assign]
        files, commit="abcdef1234567890", dirty=True
    )
    publisher(ONE)

    words = describe(ask(publisher, ONE))

    assert "from commit abcdef1234 with uncommitted changes as " in words
