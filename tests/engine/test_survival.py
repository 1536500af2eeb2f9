"""Kill it, fill its disk, spoil its store: the next build heals, and nothing recorded is lost.

Each test draws its moments from a seeded generator and triggers by what has happened, not by the
clock, so that it means the same on a slow machine. After every round the store is looked at as a
stranger would: each record's objects are there and have the bytes that their names say.
"""

import ctypes
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PYPROJECT, ProjectFolder
from tests.engine.survival import (
    NODES,
    REPORT,
    ROUNDS,
    chance_of,
    check_store,
    records_of,
    store_of,
    value_of,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of ``survivor``, built once for all who start from there."""
    project = ProjectFolder(tmp_path_factory.mktemp("built") / "project")
    (project.root.parent / "outside").mkdir()
    project.write({"pyproject.toml": PYPROJECT, "experiments/report.py": REPORT})
    assert project.run("build").code == 0
    return project.root


@pytest.fixture
def copied(built: Path, survivor: ProjectFolder) -> ProjectFolder:
    """A copy of what was built, in the place of ``survivor``."""
    shutil.copytree(built, survivor.root, dirs_exist_ok=True)
    return survivor


def assert_refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1, done.stderr
    assert words in done.stderr
    assert "reportgen/engine" not in done.stderr


def assert_heals(project: ProjectFolder) -> None:
    """What is recorded is whole, and the next build does the rest."""
    check_store(project)
    before = records_of(project)
    assert project.run("build").code == 0
    check_store(project)
    assert before.items() <= records_of(project).items()


@pytest.mark.parametrize("room", [200, 3_000, 9_000])
def test_a_full_disk(survivor: ProjectFolder, room: int) -> None:
    """``room`` is the size in bytes above which no file can grow."""
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "build"],
        cwd=survivor.root,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(done, "File too large")
    assert_heals(survivor)


IN_A_SMALL_FOLDER = """
mkdir .reportgen && mount -t tmpfs -o size=$1k none .reportgen || exit 99
"$2" -m reportgen build
code=$?
cp -a .reportgen ../kept
exit $code
"""
ON_A_SMALL_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c", IN_A_SMALL_FOLDER, "sh"]
MOUNTS = (
    shutil.which("unshare")
    and not subprocess.run(
        [*ON_A_SMALL_DISK[:-2], "mount -t tmpfs none /mnt"], capture_output=True, check=False
    ).returncode
)


@pytest.mark.parametrize("room", [8, 40, 72, 100] if MOUNTS else [])
def test_a_full_file_system(survivor: ProjectFolder, room: int) -> None:
    """``room`` is its size in KiB. Where nobody may mount one, the limit above has to do."""
    done = subprocess.run(
        [*ON_A_SMALL_DISK, str(room), sys.executable],
        cwd=survivor.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(done, "No space left on device")
    shutil.rmtree(store_of(survivor))
    shutil.move(survivor.root.parent / "kept", store_of(survivor))
    assert_heals(survivor)


def without_override() -> None:
    """Take from root the power to write where permissions forbid it; others have none."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1
        assert ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0) == 0


def run_without_override(project: ProjectFolder, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        cwd=project.root,
        preexec_fn=without_override,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["", "objects", "records", "locks"])
def test_a_store_that_cannot_be_written(copied: ProjectFolder, folder: str) -> None:
    copied.edit("experiments/report.py", "* i / 19", "* i / 20")
    before = records_of(copied)
    for lock in (store_of(copied) / "locks").glob("*.lock"):
        lock.unlink()  # a lock file that is there needs no new one
    places = [store_of(copied) / folder, *(store_of(copied) / folder).rglob("*")]
    folders = [place for place in places if place.is_dir()]
    for place in folders:
        place.chmod(0o555)
    code, text = run_without_override(copied, "build")
    status = run_without_override(copied, "status", "first")
    for place in folders:
        place.chmod(0o755)
    assert code == 1, text
    assert "cannot be written" in text
    assert "Traceback" not in text
    assert status[0] == 0, status
    assert records_of(copied).items() >= before.items()
    assert copied.run("build").code == 0
    check_store(copied)


def test_a_file_where_the_store_should_be(survivor: ProjectFolder) -> None:
    store_of(survivor).write_text("mine")
    done = survivor.run("build")
    assert done.code == 1
    assert "cannot be made" in done.err
    assert "Traceback" not in done.err
    assert store_of(survivor).read_text() == "mine"


def spoil(path: Path, chance: random.Random) -> str:
    """Damage a file in one of the ways in which disks, copies and people do."""
    content = path.read_bytes()
    way = chance.choice(["delete", "empty", "truncate", "zeros", "append", "flip"])
    at = chance.randrange(len(content))
    if way == "delete":
        path.unlink()
    elif way == "flip" and path.suffix != ".json":
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    else:
        spoiled = {"truncate": content[:at], "append": content + b"\0", "empty": b""}
        path.write_bytes(spoiled.get(way, content[:at] + b"\0" * (len(content) - at)))
    return f"{way} {path}"


def test_spoiled_objects_and_records(copied: ProjectFolder) -> None:
    values = value_of(copied, "third")
    chance = chance_of("spoiled")
    for _ in range(2 * ROUNDS):
        files = sorted([*store_of(copied).glob("objects/??/*"), *map(Path, records_of(copied))])
        done = [spoil(path, chance) for path in chance.sample(files, 2)]
        healed = copied.run("build")
        assert healed.code == 0, (done, healed)
        check_store(copied)
        assert sorted(records_of(copied).values()) == sorted(NODES), done
        assert value_of(copied, "third") == values, done


def test_a_clock_that_was_set_back(copied: ProjectFolder) -> None:
    """All that exists is of tomorrow; what is edited now is older than what was made of it."""
    tomorrow = time.time() + 86_400
    for record in map(Path, records_of(copied)):
        data = json.loads(record.read_text())
        record.write_text(json.dumps({**data, "finished": "2999-01-01T00:00:00+00:00"}))
    for path in copied.root.rglob("*"):
        os.utime(path, (tomorrow, tomorrow))
    before = value_of(copied, "third")
    copied.edit("experiments/report.py", "random(size=300)", "random(size=299)")
    assert copied.run("build", "--require-fresh").code == 1
    assert copied.run("build").code == 0
    assert copied.run("build", "--require-fresh").code == 0
    after = value_of(copied, "third")
    assert len(json.loads(after)["last"]) == 299
    copied.edit("experiments/report.py", "random(size=299)", "random(size=300)")
    assert copied.run("build", "--require-fresh").code == 0
    assert value_of(copied, "third") == before
    check_store(copied)
