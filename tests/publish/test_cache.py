"""The private repository: shallow, alone with its lock, healed when damaged, never half made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish import cache as cache_module
from reportgen.publish.trees import write_blobs
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, git

FILES = {POST: b"Noise.\n", FIGURE: b"\x89PNG one"}


def folder_of(publisher: Publisher) -> Path:
    return next(publisher.cache.glob("*.git"))


def test_it_holds_one_commit_of_the_branch(publisher: Publisher) -> None:
    for number in range(5):
        publisher.remote.commit({"notes.txt": b"%d" % number})
    publisher(FILES, approve=False)

    assert git("rev-list", "--count", "--all", cwd=folder_of(publisher)) == "1"
    assert publisher(FILES).state == "published"
    assert len(publisher.remote.commits()) == 7


def damage_objects(folder: Path) -> None:
    for file in (folder / "objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(b"")


def damage_config(folder: Path) -> None:
    (folder / "config").write_bytes(b"\0[[[")


def damage_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def damage_shallow(folder: Path) -> None:
    (folder / "shallow").unlink()


def damage_refs(folder: Path) -> None:
    for file in (folder / "refs" / "fetched").iterdir():
        file.write_text("f" * 40 + "\n")


@pytest.mark.parametrize(
    "damage", [damage_objects, damage_config, damage_head, damage_shallow, damage_refs]
)
def test_a_damaged_cache_is_made_anew(publisher: Publisher, damage: object) -> None:
    publisher(FILES)
    publisher.remote.commit({"other.txt": b"1"})
    damage(folder_of(publisher))  # type: ignore[operator]

    publisher({**FILES, POST: b"Changed.\n"})

    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n", FIGURE: FILES[FIGURE],
                                        "other.txt": b"1"}  # fmt: skip


def test_a_file_that_changes_while_it_is_published_is_named_as_such(tmp_path: Path) -> None:
    other = {"0123456789" * 4: b"as it is now"}

    with pytest.raises(ReportgenError, match="a file changed while"):
        cache_module.with_cache(tmp_path, "url", (), lambda git: write_blobs(git, other))


def test_locks_and_halves_of_a_killed_run_are_swept(publisher: Publisher) -> None:
    publisher(FILES)
    folder = folder_of(publisher)
    for name in ("shallow.lock", "config.lock", "index-publish.lock", "packed-refs.lock"):
        (folder / name).touch()
    (folder / "refs" / "fetched" / "main.lock").touch()
    (folder / "index-blobs-x").mkdir()
    (folder / "index-blobs-x" / "half").touch()
    (publisher.cache / "making-x" / "cache.git").mkdir(parents=True)

    publisher({POST: b"Changed.\n"})

    assert publisher.remote.files() == {**BLOG, POST: b"Changed.\n"}
    assert not list(publisher.cache.glob("making-*"))
    assert not (folder / "index-blobs-x").exists()


def test_a_cache_that_has_grown_is_made_anew(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher(FILES)
    publisher({POST: b"Changed.\n"})
    before = len(list((folder_of(publisher) / "objects").glob("??/*")))
    monkeypatch.setattr(cache_module, "LOOSE", -1)

    publisher(FILES)

    assert len(list((folder_of(publisher) / "objects").glob("??/*"))) < before
    assert publisher.remote.files() == {**BLOG, **FILES}


def test_two_publishes_on_one_machine_wait_for_each_other(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "WAIT", 0.0)
    publisher(FILES, approve=False)
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from filelock import FileLock\n"
         f"with FileLock({str(folder_of(publisher)) + '.lock'!r}): print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout
    holder.stdout.readline()

    with pytest.raises(ReportgenError, match="still running"):
        publisher(FILES)

    holder.kill()
    holder.wait()
    assert publisher(FILES).state == "published"


def test_a_cache_that_cannot_be_written(publisher: Publisher) -> None:
    publisher.cache.write_text("a file where the folder must be")

    with pytest.raises(ReportgenError, match=r"The publishing cache in .* cannot be written"):
        publisher(FILES)


SCRIPT = """
import sys
from pathlib import Path
from reportgen.errors import ReportgenError
from tests.publish.helpers import Publisher, Remote
try:
    Publisher(Remote(Path(sys.argv[1])), Path(sys.argv[2]))({"_posts/2024-11-19-a.md": b"x"})
except ReportgenError as error:
    print(error.message)
"""


@pytest.mark.parametrize("made", [False, True])
def test_a_read_only_cache(publisher: Publisher, made: bool) -> None:
    """In a process to which permissions apply, as they do not to a privileged root."""
    if made:
        publisher(FILES, approve=False)
    publisher.cache.mkdir(exist_ok=True)
    for path in [publisher.cache, *publisher.cache.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    powerless = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []

    done = subprocess.run(
        [*powerless, sys.executable, "-c", SCRIPT, publisher.remote.path, publisher.cache],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert "cannot be written: Permission denied." in done.stdout, done.stderr
    assert publisher.remote.files() == BLOG
