"""Three reports and a person push to one branch at once, and processes are killed at random.

``python benchmarks/races.py --rounds 500`` prints how many pushes, kills and rounds there were, how
many files of others were lost, and how often the branch moved other than forward: both must be 0.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportgen.errors import ReportgenError
from tests.publish.conftest import BLOG
from tests.publish.helpers import Publisher, Remote, git

REPORTS = ("noise", "signal", "waves")


def files_of(report: str, number: int) -> dict[str, bytes]:
    """A post and five figures of which no two publishes share one."""
    figures = {f"assets/figures/{report}/{i}.png": b"%d of %d" % (i, number) for i in range(5)}
    return {f"_posts/2024-11-19-{report}.md": b"Publish %d.\n" % number, **figures}


def start(publisher: Publisher, number: int) -> int:
    """Publish in a process of its own: its id. It ends with 0, or 1 where it was refused."""
    process = os.fork()
    if process:
        return process
    os.setpgid(0, 0)
    try:
        publisher(files_of(publisher.project, number))
    except ReportgenError:
        os._exit(1)
    except BaseException:
        os._exit(2)
    os._exit(0)


def kill(process: int, group: bool) -> None:
    """As the out-of-memory killer does it, or as a machine that loses its power."""
    try:
        (os.killpg if group else os.kill)(process, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(process, signal.SIGKILL)


def by_hand(remote: Remote, number: int) -> bool:
    """Somebody else's push of a new file, from a clone; whether it was in time."""
    with tempfile.TemporaryDirectory() as folder:
        git("clone", "--quiet", "--depth=1", remote.url, folder, cwd=remote.path)
        Path(folder, f"note-{number}.txt").write_text(f"{number}")
        git("add", ".", cwd=Path(folder))
        git("commit", "--quiet", "-m", "By hand", cwd=Path(folder))
        pushed = subprocess.run(["git", "push", "--quiet"], cwd=folder, capture_output=True)
    return pushed.returncode == 0


def forced(remote: Remote) -> int:
    """How often the branch went to a commit that is not on top of the one before."""
    lines = (remote.path / "logs/refs/heads/main").read_text().splitlines()
    moves = (line.split()[:2] for line in lines)
    linear = dict.fromkeys(remote.git("rev-list", "--reverse", "main").split())
    order = {commit: place for place, commit in enumerate(linear)}
    return sum(
        old.strip("0") != "" and not order.get(old, len(order)) < order.get(new, -1)
        for old, new in moves
    )


def lost(remote: Remote, foreign: dict[str, bytes], published: int) -> list[str]:
    """Files of others that are gone or changed, and reports that are not whole."""
    there = remote.files()
    faults = [path for path, content in foreign.items() if there.get(path) != content]
    for report in REPORTS:
        ours = {path: content for path, content in there.items() if f"{report}" in path}
        if ours and all(ours != files_of(report, number) for number in range(published + 1)):
            faults.append(f"half a publish of {report}")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=16)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="reportgen-races-") as name:
        folder = Path(name)
        for key in ("GIT_AUTHOR", "GIT_COMMITTER"):
            os.environ |= {f"{key}_NAME": "Ada", f"{key}_EMAIL": "ada@example.org"}
        git("init", "--quiet", "--bare", "--initial-branch=main", "blog.git", cwd=folder)
        remote = Remote(folder / "blog.git")
        remote.git("config", "core.logAllRefUpdates", "always")
        race(remote, folder, arguments.rounds, chance)


def race(remote: Remote, folder: Path, rounds: int, chance: random.Random) -> None:
    """Run the rounds, and print what came of them."""
    foreign = dict(BLOG)
    remote.commit(foreign)
    people = [Publisher(remote, folder / report, project=report) for report in REPORTS]
    counts = dict.fromkeys(("published", "refused", "failed", "killed", "by hand"), 0)
    faults: list[str] = []
    usual = 1.0
    for number in range(rounds):
        began = time.monotonic()
        processes = [start(person, number) for person in people]
        if chance.random() < 0.5 and by_hand(remote, number):
            foreign[f"note-{number}.txt"] = f"{number}".encode()
            counts["by hand"] += 1
        if chance.random() < 0.7:
            wait = began + chance.uniform(0.05, 1.0) * usual - time.monotonic()
            time.sleep(max(wait, 0))
            kill(chance.choice(processes), chance.random() < 0.5)
        for process in processes:
            _, status = os.waitpid(process, 0)
            code = os.waitstatus_to_exitcode(status)
            counts["killed" if code < 0 else ("published", "refused", "failed")[code]] += 1
        usual = 0.9 * usual + 0.1 * (time.monotonic() - began)
        for lock in remote.path.glob("refs/heads/*.lock"):  # of a push whose server was killed
            lock.unlink()
        faults += lost(remote, foreign, number)
        if (number + 1) % 50 == 0 or number + 1 == rounds:
            told = ", ".join(f"{count} {what}" for what, count in counts.items())
            print(f"{number + 1} rounds: {told}; {len(faults)} lost, {forced(remote)} forced",
                  *faults[:3], flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
