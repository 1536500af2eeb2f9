"""The edits of the benchmark, through the command line and the store: none may be served stale."""

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "benchmarks/freshness/run.py"


def test_no_edit_is_served_stale_and_two_rerun_without_need() -> None:
    done = subprocess.run(
        [sys.executable, RUN, "--ours"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    verdicts = [line.split("|")[2].strip() for line in done.stdout.splitlines() if "|" in line]
    assert len([verdict for verdict in verdicts if verdict in (".", "again", "(said)")]) == 119
    assert "STALE" not in verdicts
    assert verdicts.count("again") <= 2
