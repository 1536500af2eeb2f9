"""Every ratio of docs/benchmarks.md, measured in one run: ``make bench``.

Other tools are installed into ``.venv-bench``; one that cannot be installed is named and left
out. Times are the best of several runs of the whole command, start-up included.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import blog
import projects
import serve
import tools

RUNS = 5
POSTS = 100

OTHERS: dict[str, tuple[str, Callable[[Path], None], list[list[str]], list[str]]] = {
    "DVC": (
        "dvc",
        projects.dvc,
        [["dvc", "init", "--no-scm", "-q"], ["dvc", "repro", "-q"]],
        ["dvc", "repro", "-q"],
    ),
    "Snakemake": (
        "snakemake",
        projects.snakemake,
        [["snakemake", "-q", "all", "-c2"]],
        ["snakemake", "-q", "all", "-c2"],
    ),
    "doit": ("doit", projects.doit, [["doit", "-v0"]], ["doit", "-v0"]),
    "pytask": ("pytask", projects.pytask, [["pytask"]], ["pytask"]),
    "Sphinx-Gallery": (
        "sphinx-gallery matplotlib",
        projects.sphinx_gallery,
        [["sphinx-build", "-q", ".", "_build"]],
        ["sphinx-build", "-q", ".", "_build"],
    ),
}
"""Tool: packages, project, commands that build it once, and the command with nothing to do."""


def reportgen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reportgen", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The least time of several runs: what the machine does besides only ever adds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def row(what: str, value: str, goal: str = "") -> None:
    print(f"| {what:<58} | {value:>10} | {goal:<16} |", flush=True)


def nothing_to_do(folder: Path) -> float:
    projects.ours(folder)
    (folder / "site").mkdir()
    assert reportgen(folder, "build").returncode == 0
    time_taken = seconds(lambda: reportgen(folder, "build"))
    assert "up to date" in reportgen(folder, "build").stderr
    row("reportgen: nothing to do, 60 figures, 260 sources", f"{time_taken:.2f} s", "<= 0.25 s")
    return time_taken


def compare(folder: Path, ours: float) -> None:
    """The same with nothing to do in other tools."""
    env = tools.environment()
    for name, (packages, project, first, again) in OTHERS.items():
        if not tools.install(packages):
            row(f"{name}: could not be installed", "—")
            continue
        root = folder / packages.split()[0]
        project(root)
        for command in first:
            done = subprocess.run(
                command, cwd=root, env=env, capture_output=True, text=True, check=False
            )
        if done.returncode:
            row(f"{name}: does not run here", "—")
            continue
        taken = seconds(
            lambda c=again, r=root: subprocess.run(c, cwd=r, env=env, capture_output=True), 3
        )
        goal = ">= 5 times ours" if name in ("DVC", "Snakemake") else ""
        row(f"{name}: nothing to do, {taken / ours:.1f} times ours", f"{taken:.2f} s", goal)


def ten_thousand(folder: Path) -> None:
    projects.ten_thousand(folder)
    in_python(folder, RECORDS)  # which also reads each source, as it is read once ever
    assert set(states(folder).values()) == {"fresh"}
    taken = seconds(lambda: reportgen(folder, "status"), 3)
    row("status of 10,000 figures, all built", f"{taken:.2f} s", "<= 2 s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    row("its memory (the largest process so far)", f"{peak:.0f} MB", "<= 200 MB")
    helper = folder / "experiments/helper_7.py"
    helper.write_text(helper.read_text().replace("[1.0, 42.0, 2.0]", "[1.5, 42.0, 2.0]"))
    start = time.perf_counter()
    reportgen(folder, "status")
    taken = time.perf_counter() - start
    stale = [id for id, state in states(folder).items() if state != "fresh"]
    assert stale == ["F7.42"], stale
    row("one edited helper of one of 10,000, and that one found", f"{taken:.2f} s", "<= 2 s")


RECORDS = """
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from reportgen.engine.session import Session
from reportgen.freshness import environment
from reportgen.project import find_project
from reportgen.store import Record

table = Path("data/table.csv")
table.parent.mkdir()
table.write_text("step,loss\\n1,0.5\\n")
digest = sha256(table.read_bytes()).hexdigest()
read = {"files": {str(table): digest}, "environment": {"RATE": None}}
session = Session(find_project())
output, objects = session.store.save({"y": [1.0, 2.0]}, "figure")
for node in session.graph:
    status = session.status(node)
    session.store.put(Record(
        node=node.name, kind=node.kind, key=status.key, output=output, objects=tuple(objects),
        params=status.params, inputs={}, code=dict(status.closure.definitions),
        sources=dict(status.closure.sources), observed=read, seed=session.seed(node),
        environment=environment(tuple(status.closure.packages)), device="CPU", seconds=0.1,
        finished=datetime.now(UTC).isoformat(),
    ))
session.remember()
"""
"""Leaves a record of each figure, as if it had been built and had read a table and a variable."""


def states(folder: Path) -> dict[str, str]:
    """The state of each figure."""
    return {
        row["id"]: row["state"] for row in json.loads(reportgen(folder, "status", "--json").stdout)
    }


def in_python(folder: Path, code: str) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)


def overhead(folder: Path) -> None:
    """What one more trivial figure costs: 100 of them against 1, drawing left out."""
    times, command = {}, [sys.executable, "build.py"]
    for count in (1, 100):
        root = folder / str(count)
        projects.ours(root, count)
        (root / "build.py").write_text(FROM_SCRATCH)
        times[count] = seconds(lambda r=root: subprocess.run(command, cwd=r, check=True))
    each = (times[100] - times[1]) / 99 * 1000
    row("overhead of each of 100 trivial figures", f"{each:.0f} ms", "<= 40 ms")


FROM_SCRATCH = """
import shutil
from reportgen.engine.build import build_nodes
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.project import find_project

if __name__ == "__main__":
    shutil.rmtree(".reportgen", ignore_errors=True)
    session = Session(find_project())
    assert build_nodes(session, list(session.graph), Reporter()).good
"""


def check(folder: Path) -> None:
    """Every rule against a hundred long posts, in a blog that has no project around it."""
    size = blog.write_blog(folder, POSTS)
    assert "errors" in reportgen(folder, "check").stderr
    taken = seconds(lambda: reportgen(folder, "check"))
    row(f"check: {POSTS} posts of {size / 1000:.1f} kB, no configuration", f"{taken:.2f} s",
        "<= 1 s")  # fmt: skip


def preview() -> None:
    """How soon the live preview shows what was saved."""
    for what, taken, promised in serve.measure():
        row(what, f"{taken:.2f} s", f"<= {promised:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", action="store_true", help="Measure no other tools.")
    arguments = parser.parse_args()
    row("what", "measured", "promised")
    print(f"|{'-' * 60}|{'-' * 12}|{'-' * 18}|")
    with tempfile.TemporaryDirectory(prefix="reportgen-bench-") as name:
        folder = Path(name)
        ours = nothing_to_do(folder / "ours")
        ten_thousand(folder / "many")
        overhead(folder / "overhead")
        check(folder / "blog")
        preview()
        if not arguments.ours:
            compare(folder, ours)


if __name__ == "__main__":
    main()
