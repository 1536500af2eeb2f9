"""How it begins and how it ends."""

import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.serve.conftest import CODE, OTHER_PAGE, PATIENCE, Served, serving

Copy = Callable[[], ProjectFolder]


@pytest.fixture
def alone(copy: Copy) -> ProjectFolder:
    return copy()


def test_a_port_in_use_is_named_with_a_way_out(alone: ProjectFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = alone.run("serve", "--port", str(port))

    assert done.code == 1
    assert f"Port {port} cannot be used: Address already in use." in done.err
    assert f"--port {port + 1}" in done.err
    assert "Traceback" not in done.err


def test_outside_of_a_project_it_says_so(tmp_path: Path) -> None:
    done = ProjectFolder(tmp_path).run("serve", "--port", "0")

    assert done.code == 2
    assert "No pyproject.toml" in done.err


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_ctrl_c_ends_it_and_all_that_it_started(
    alone: ProjectFolder, tmp_path: Path, busy: bool
) -> None:
    with serving(alone) as served:
        run_something(served)
        if busy:
            served.edit(CODE, ('GATE = ""', f'GATE = "{tmp_path / "never"}"'))
            served.until_halfway("moving")
        started = children(served.process.pid)
        code, err = served.stop()

    assert code == 130
    assert err.splitlines()[-1] == "Interrupted. What had finished is kept."
    assert "Traceback" not in err
    assert_all_end(started)
    assert not list((alone.root / ".reportgen/failures").glob("*"))


def run_something(served: Served) -> None:
    """Have the worker run, so that there surely is one."""
    served.edit(CODE, ("square(12)", "square(13)"))
    served.until_page("13 × 13 pixels")
    served.until_well()


def test_a_killed_server_leaves_no_worker(alone: ProjectFolder) -> None:
    with serving(alone) as served:
        run_something(served)
        started = children(served.process.pid)
        served.stop(signal.SIGKILL)

    assert_all_end(started)


def test_a_page_that_cannot_be_shown_at_first_comes_when_mended(alone: ProjectFolder) -> None:
    post = "templates/posts/2026-01-03-other.md"
    alone.edit(post, "Another post.", "<%= nothing %>")
    with serving(alone) as served:
        state = served.until(lambda s: s["ready"])
        assert [p["file"] for p in state["problems"]] == [post]
        assert served.get(OTHER_PAGE)[0] == 200
        served.edit(post, ("<%= nothing %>", "At last."))
        served.until_page("At last.", path=OTHER_PAGE)


def test_a_profile_and_a_parameter_can_be_asked_for(alone: ProjectFolder) -> None:
    with serving(alone, "--set", "walk.steps=30") as served:
        served.until_page("A walk of 30 steps")


def test_nothing_is_written_into_the_site(alone: ProjectFolder) -> None:
    before = tree(alone.root / "site")
    with serving(alone) as served:
        served.until_well()
        served.edit("templates/posts/2026-01-03-other.md", ("Another post.", "Changed."))
        served.until_page("Changed.", path=OTHER_PAGE)

    assert tree(alone.root / "site") == before


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def children(pid: int) -> list[int]:
    """File descriptors of the processes that a process has started."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [os.pidfd_open(int(word)) for word in found.stdout.split()]


def assert_all_end(processes: list[int]) -> None:
    assert processes
    for process in processes:
        ended, _, _ = select.select([process], [], [], PATIENCE)
        assert ended
        os.close(process)
