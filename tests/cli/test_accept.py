"""``accept`` stamps what only the code has changed, and nothing else."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder

REPORT = """
    from pathlib import Path
    from reportgen import artifact

    @artifact(version="1", ignore=("workers",))
    def total(*, scale=1, workers=1):
        text = Path("data.txt").read_text()
        return {"sum": scale * sum(map(int, text.split()))}
    """
REASON = ("--reason", "the same sum")


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A built project whose code has changed since, without effect."""
    project = make_project({"experiments/report.py": REPORT, "data.txt": "1 2"})
    assert project.run("build").code == 0
    project.edit("experiments/report.py", "map(int, text.split())", "int(n) for n in text.split()")
    return project


def status(project: ProjectFolder, *options: str) -> tuple[str, str]:
    (row,) = json.loads(project.run("status", "--json", *options).out)
    return row["state"], row["reason"]


def test_a_result_of_other_data_is_refused(project: ProjectFolder) -> None:
    project.write({"data.txt": "1 3"})
    refused = project.run("accept", "total", *REASON)

    assert refused.code == 1
    assert "'total' cannot be accepted: data.txt changed." in refused.err


@pytest.mark.parametrize(
    ("options", "what"), [(("--seed", "7"), "seed "), (("--set", "total.scale=2"), "scale: 1 → 2")]
)
def test_a_result_of_another_setting_is_refused(
    project: ProjectFolder, options: tuple[str, ...], what: str
) -> None:
    refused = project.run("accept", "total", *REASON, *options)

    assert refused.code == 1
    assert what in refused.err
    assert status(project, *options)[0] == "stale"


def test_a_new_version_cannot_be_overridden(project: ProjectFolder) -> None:
    project.edit("experiments/report.py", 'version="1"', 'version="2"')
    refused = project.run("accept", "total", *REASON)

    assert refused.code == 1
    assert "version '1' → '2'" in refused.err


def test_a_parameter_that_is_ignored_stops_nothing_and_is_no_change(
    project: ProjectFolder,
) -> None:
    options = ("--set", "total.workers=8")
    assert "workers: " not in project.run("why", "total", *options).out
    done = project.run("accept", "total", *REASON, *options)

    assert done.code == 0, done
    assert status(project) == ("fresh", "accepted: the same sum")


def test_a_record_that_knows_no_version_is_as_fresh_as_before(project: ProjectFolder) -> None:
    project.edit("experiments/report.py", "int(n) for n in text.split()", "map(int, text.split())")
    (record,) = (project.root / ".reportgen/records/total").iterdir()
    old = json.loads(record.read_text())
    del old["version"]
    record.write_text(json.dumps(old))

    assert status(project) == ("fresh", "")


@pytest.mark.parametrize(
    ("old", "new", "options", "reason"),
    [
        ('version="1"', 'version="2"', (), "version '1' → '2'"),
        ("", "", ("--seed", "7"), "seed "),
    ],
)
def test_the_reason_says_whether_seed_or_version_changed(
    project: ProjectFolder, old: str, new: str, options: tuple[str, ...], reason: str
) -> None:
    project.edit("experiments/report.py", "int(n) for n in text.split()", "map(int, text.split())")
    project.edit("experiments/report.py", old, new)

    state, told = status(project, *options)
    assert (state, told[: len(reason)]) == ("stale", reason)
    assert reason.split()[0] in project.run("why", "total", *options).out


def test_why_tells_all_that_was_read_and_has_changed(
    make_project: Callable[..., ProjectFolder],
) -> None:
    report = REPORT.replace("text =", 'Path("more.txt").read_text(); text =')
    project = make_project({"experiments/report.py": report, "data.txt": "1 2", "more.txt": "a"})
    assert project.run("build").code == 0
    project.write({"data.txt": "1 3", "more.txt": "b"})
    done = project.run("why", "total")

    assert "data.txt changed" in done.out
    assert "more.txt changed" in done.out
