"""Kill -9 at any moment: the remote is always at a whole publish, and the next run works."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.publish.conftest import BLOG
from tests.publish.helpers import Publisher, Remote

ROUNDS = 40

SCRIPT = """
import sys
from pathlib import Path
from tests.publish.helpers import Publisher, Remote
from tests.publish.test_kill import version
Publisher(Remote(Path(sys.argv[1])), Path(sys.argv[2]))(version(int(sys.argv[3])))
"""


def version(number: int) -> dict[str, bytes]:
    """All files of publish ``number``: twenty figures of which no two publishes share one."""
    figures = {f"assets/figures/a/{i}.png": b"%d of %d" % (i, number) * 500 for i in range(20)}
    return {"_posts/2024-11-19-a.md": b"Publish %d.\n" % number, **figures}


def start(publisher: Publisher, number: int, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, publisher.remote.path, publisher.cache, str(number)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **env},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def lose_power(process: subprocess.Popen[bytes], remote: Remote) -> None:
    """Everything dies; then its owner removes the server's lock, as the error asks him to do."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for_the_rest_of(process)
    for lock in remote.path.rglob("*.lock"):
        lock.unlink()


def wait_for_the_rest_of(process: subprocess.Popen[bytes]) -> None:
    """A killed process leaves its git processes behind: wait until all have ended."""
    while group_lives(process.pid):
        time.sleep(0.001)


def group_lives(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def assert_whole(remote: Remote, numbers: range) -> None:
    """The branch holds everything of one publish (or of none) beside the files of others.

    Whoever fetches it gets sound objects. Those that a killed push has left are nobody's: one may
    name others that never came, so that ``git fsck`` in the remote would complain.
    """
    with TemporaryDirectory() as copy:
        remote.git("-c", "fetch.fsckObjects=true", "clone", "--quiet", "--bare", remote.url, copy)
    files = remote.files()
    assert {path: files.pop(path) for path in BLOG} == BLOG
    assert files in [{}, *(version(number) for number in numbers)]


def test_kills_at_random_moments(publisher: Publisher) -> None:
    chance = random.Random(180)
    begun = time.monotonic()
    start(publisher, 0, {}).communicate()
    usual = time.monotonic() - begun

    for number in range(1, ROUNDS + 1):
        process = start(publisher, number, {})
        try:
            process.communicate(timeout=chance.uniform(0.2, 1.1) * usual)
        except subprocess.TimeoutExpired:
            if chance.random() < 0.5:
                lose_power(process, publisher.remote)
            else:  # as the out-of-memory killer does it: its git goes on, beside the next publish
                process.kill()
                process.communicate()
        assert_whole(publisher.remote, range(number + 1))

    wait_for_the_rest_of(process)
    publisher(version(ROUNDS + 1))
    assert publisher.remote.files() == {**BLOG, **version(ROUNDS + 1)}


SHIM = """#!/bin/sh
# Stands for git: kills the process that called it at the call with number $KILL_AT.
n=$(($(cat "$KILL_COUNT" 2>/dev/null || echo 0) + 1)); echo $n > "$KILL_COUNT"
[ "$n $KILL_WHEN" = "$KILL_AT before" ] && kill -9 $PPID && exit 1
PATH="$REAL_PATH" git "$@"
code=$?
[ "$n $KILL_WHEN" = "$KILL_AT after" ] && kill -9 $PPID
exit $code
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_around_every_git_process(publisher: Publisher, tmp_path: Path, when: str) -> None:
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(SHIM)
    shim.chmod(0o755)
    number, killed = 0, True
    while killed:
        number += 1
        count = tmp_path / f"count-{number}"
        process = start(
            publisher,
            number,
            {
                "PATH": f"{shim.parent}:{os.environ['PATH']}",
                "REAL_PATH": os.environ["PATH"],
                "KILL_AT": str(number),
                "KILL_COUNT": str(count),
                "KILL_WHEN": when,
            },
        )
        process.communicate()
        killed = process.returncode == -signal.SIGKILL
        assert_whole(publisher.remote, range(number + 1))

    assert number > 8
    assert publisher.remote.files() == {**BLOG, **version(number)}
