"""Publishing into a branch: what arrives, what survives, what stops it."""

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.publisher import REPLAYS
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote

FILES = {POST: b"---\ntitle: Noise\n---\nNoise.\n", FIGURE: b"\x89PNG one"}


def test_first_publish_adds_its_files_and_leaves_all_others(publisher: Publisher) -> None:
    outcome = publisher(FILES)

    assert outcome.state == "published"
    assert publisher.remote.files() == {**BLOG, **FILES}
    assert publisher.remote.head() == outcome.commit


def test_it_is_one_commit_on_top_of_the_branch(publisher: Publisher) -> None:
    before = publisher.remote.head()
    outcome = publisher(FILES)

    assert publisher.remote.commits() == [outcome.commit, before]
    facts = publisher.remote.git("log", "-1", "--format=%an <%ae>|%s", "main")
    assert facts == "Ada <ada@example.org>|Publish noise: 2 added"


def test_unchanged_makes_no_commit(publisher: Publisher) -> None:
    publisher(FILES)
    before = publisher.remote.head()

    assert publisher(FILES).state == "unchanged"
    assert publisher.remote.head() == before


def test_a_new_source_commit_alone_makes_no_commit(publisher: Publisher) -> None:
    publisher(FILES)
    original = publisher.wanted

    publisher.wanted = lambda files: original(files, commit="f" * 40)  # type: ignore[method-assign]

    assert publisher(FILES).state == "unchanged"


def test_changed_and_removed_files(publisher: Publisher) -> None:
    publisher(FILES)
    outcome = publisher({POST: b"Changed.\n"})

    assert outcome.plan.changed == (POST,)
    assert outcome.plan.removed == (FIGURE,)
    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n"}


def test_declined_changes_nothing(publisher: Publisher) -> None:
    before = publisher.remote.head()

    assert publisher(FILES, approve=False).state == "declined"
    assert publisher.remote.head() == before


def test_a_hand_edit_stops_and_is_shown(publisher: Publisher) -> None:
    publisher(FILES)
    edit = publisher.remote.commit({POST: b"---\ntitle: Noise\n---\nNoise, edited.\n"})

    with pytest.raises(ReportgenError, match=r"1 file that must not be lost") as caught:
        publisher({**FILES, POST: b"New.\n"})

    assert "-Noise.\n" in str(caught.value)
    assert "+Noise, edited.\n" in str(caught.value)
    assert publisher.remote.head() == edit


def test_a_hand_edit_stops_a_removal_too(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.remote.commit({POST: b"Edited.\n"})

    with pytest.raises(ReportgenError, match="edited by hand"):
        publisher({FIGURE: FILES[FIGURE]})


def test_overwrite_replaces_a_hand_edit(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.remote.commit({POST: b"Edited.\n"})

    publisher(FILES, overwrite=True)

    assert publisher.remote.files()[POST] == FILES[POST]


def test_a_race_is_replayed_on_top_of_the_winner(publisher: Publisher) -> None:
    racing(publisher.remote, times=1)

    outcome = publisher(FILES)

    assert (outcome.state, outcome.replays) == ("published", 1)
    assert publisher.remote.files() == {**BLOG, **FILES, "other-1.txt": b"1\n"}


def test_lost_races_end_in_a_clear_error(publisher: Publisher) -> None:
    racing(publisher.remote, times=REPLAYS + 1)

    with pytest.raises(ReportgenError, match=r"before us, 4 times in a row") as caught:
        publisher(FILES)

    assert "\n" not in caught.value.message
    assert POST not in publisher.remote.files()


def test_a_lock_that_a_dead_push_has_left_is_named(publisher: Publisher) -> None:
    lock = publisher.remote.path / "refs/heads/main.lock"
    lock.touch()

    with pytest.raises(ReportgenError, match=r"Branch 'main' of .* is locked") as caught:
        publisher(FILES)

    assert "refs/heads/main.lock': File exists" in str(caught.value.excerpt)
    assert POST not in publisher.remote.files()
    lock.unlink()
    assert publisher(FILES).state == "published"


def racing(remote: Remote, times: int) -> None:
    """Let somebody push to main before each of the next pushes is judged."""
    remote.hook(
        "pre-receive",
        f"""
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
        count=$(($(cat races 2>/dev/null || echo 0) + 1)); echo $count > races
        [ $count -gt {times} ] && exit 0
        export GIT_INDEX_FILE=race-index
        git read-tree main
        blob=$(echo $count | git hash-object -w --stdin)
        git update-index --add --cacheinfo 100644,$blob,other-$count.txt
        git update-ref refs/heads/main $(git commit-tree $(git write-tree) -p main -m Faster)
        """,
    )


def test_a_race_that_changes_our_own_change_stops(publisher: Publisher) -> None:
    publisher(FILES)
    publisher.remote.hook(
        "pre-receive",
        f"""
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
        export GIT_INDEX_FILE=race-index
        git read-tree main
        git update-index --add --cacheinfo 100644,$(echo edited | git hash-object -w --stdin),{POST}
        git update-ref refs/heads/main $(git commit-tree $(git write-tree) -p main -m Edit)
        """,
    )

    with pytest.raises(ReportgenError, match="must not be lost"):
        publisher({**FILES, POST: b"New.\n"})

    assert publisher.remote.files()[POST] == b"edited\n"
