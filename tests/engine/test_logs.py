"""What a run says goes to a file of its own, however it is said, and a failure names the file."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ProjectFolder

Make = Callable[..., ProjectFolder]

LOUD = """
import ctypes
import logging
import os
import subprocess
import sys
from reportgen import Run, artifact

logging.basicConfig(stream=sys.stderr, format="%(message)s", level="INFO")

@artifact
def loud(run: Run, *, n=0):
    print("from Python", n)
    subprocess.run(["echo", "from a child"])
    os.write(2, b"from C\\n")
    run.log(loss=0.5)
    logging.info("from a logger")
    return n

@artifact
def quiet(loud):
    logging.info("from the same logger")
    if os.environ.get("FAIL"):
        raise ValueError("no luck")
    if os.environ.get("DIE"):
        os._exit(3)
    return 1
"""


def logs(project: ProjectFolder, node: str) -> list[Path]:
    return sorted((project.root / ".reportgen/logs" / node).glob("*.log"))


def test_everything_a_run_says_goes_to_its_log(make_project: Make) -> None:
    project = make_project({"experiments/report.py": LOUD})
    done = project.run("build")
    assert done.code == 0, done
    assert "from" not in done.out + done.err
    (log,) = logs(project, "loud")
    lines = ["from Python 0", "from a child", "from C", "loss=0.5", "from a logger"]
    assert log.read_text().splitlines() == lines
    (log,) = logs(project, "quiet")
    assert log.read_text() == "from the same logger\n"


def test_every_run_has_a_log_and_the_last_few_are_kept(make_project: Make) -> None:
    project = make_project({"experiments/report.py": LOUD})
    for n in range(7):
        assert project.run("build", "loud", "--set", f"loud.n={n}").code == 0
    heads = [log.read_text().splitlines()[0] for log in logs(project, "loud")]
    assert heads == [f"from Python {n}" for n in range(2, 7)]


def test_a_failure_names_its_log(make_project: Make) -> None:
    project = make_project({"experiments/report.py": LOUD})
    assert project.run("build", "loud").code == 0
    for variable, message in (("FAIL", "ValueError: no luck"), ("DIE", "exit code 3")):
        done = project.run("build", env={variable: "1"})
        assert done.code == 1
        assert message in done.err
        named = re.search(r"What it printed is in '(\.reportgen/logs/quiet/.*\.log)'\.", done.err)
        assert named, done
        assert (project.root / named[1]).read_text() == "from the same logger\n"
        assert (project.root / named[1]) == logs(project, "quiet")[-1]


def test_a_failure_that_printed_nothing_names_no_log(make_project: Make) -> None:
    source = (
        'from reportgen import artifact\n\n@artifact\ndef failing():\n    raise ValueError("x")\n'
    )
    done = make_project({"experiments/report.py": source}).run("build")
    assert "ValueError: x" in done.err
    assert "printed" not in done.err
