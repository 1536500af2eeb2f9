"""Every case of the tables, run for real before and after its edit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.freshness.cases import CASES

RUNNER = Path(__file__).with_name("runner.py")
REPOSITORY = Path(__file__).parents[2]
HASH_SEEDS = {"first": "1", "again": "2"}


def run_all(stage, cases):
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": HASH_SEEDS[stage]}
    process = subprocess.run(
        [sys.executable, RUNNER, stage],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What each case did before and after its edit; two processes for all."""
    folder = tmp_path_factory.mktemp("cases")
    roots = [folder / str(number) / "project" for number in range(len(CASES))]
    projects = list(zip(CASES, roots, strict=True))
    for case, root in projects:
        case.write(root)
    first = run_all("first", [asked(root, case.variables[0]) for case, root in projects])
    for case, root in projects:
        case.change(root)
    again = [
        asked(root, case.variables[1], before.get("observed", {}))
        for (case, root), before in zip(projects, first, strict=True)
    ]
    names = [case.name for case in CASES]
    return dict(zip(names, zip(first, run_all("again", again), strict=True), strict=True))


def asked(root, variables, observed=None):
    return {"root": str(root), "env": variables, "observed": observed}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_edit_is_judged_by_what_it_does(case, results):
    before, after = results[case.name]

    for result in (before, after):
        assert "error" not in result, result["error"]
    assert after["digest"] == after["anew"], "what was kept of the first look is wrong now"
    is_fresh = before["digest"] == after["digest"] and after["reason"] is None
    same = before["output"] == after["output"]
    assert same == (case.verdict != "stale"), "the case is wrong: check what the producer returns"
    assert is_fresh == (case.verdict == "fresh"), after["reason"] or "by its code"


def test_the_tables_are_as_large_as_promised_and_say_why_where_they_err():
    names = [case.name for case in CASES]

    assert len(names) == len(set(names))
    assert len(names) >= 23 + 9 + 40
    assert all(case.reason for case in CASES if case.verdict == "needless")
    assert sum(case.verdict == "needless" for case in CASES) <= 16


@pytest.mark.parametrize("case", [c for c in CASES if c.reason], ids=lambda case: case.name)
def test_the_documentation_says_why_a_rerun_is_needless(case):
    assert case.reason in (REPOSITORY / "docs/freshness.md").read_text("utf-8")
