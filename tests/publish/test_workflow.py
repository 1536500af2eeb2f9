"""The workflows: valid, safe, pinned, and never written over."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.publish.workflow import (
    at_commit,
    commit_in_public,
    pages_workflow,
    report_workflow,
    requirement,
    write_workflows,
)

OURS = "reportgen-jekyll@git+https://example.org/us/reportgen@" + 40 * "a"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").write_text("[tool.reportgen]\nremote = 's3://bucket'\n")
    return Project(tmp_path, remote="s3://bucket")


@pytest.fixture
def texts(project: Project) -> dict[str, str]:
    return {
        "pages.yml": pages_workflow("gh-pages", "docs/"),
        "report.yml": report_workflow(project, "main", OURS),
    }


def tool(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    scripts = Path(sys.executable).parent
    return subprocess.run(
        [scripts / command[0], *command[1:]], cwd=cwd, capture_output=True, text=True,
        check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def test_they_are_valid_by_the_published_schema(project: Project, texts: dict[str, str]) -> None:
    files = write_workflows(project.root, texts)

    done = tool(
        "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files, cwd=project.root
    )

    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_even_when_pedantic(project: Project, texts: dict[str, str]) -> None:
    write_workflows(project.root, texts)

    done = tool("zizmor", "--offline", "--persona=pedantic", ".", cwd=project.root)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["pages.yml", "report.yml"])
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(
    texts: dict[str, str], name: str
) -> None:
    used = re.findall(r"uses: (.*)", texts[name])

    assert len(used) >= 5
    for line in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


@pytest.mark.parametrize("name", ["pages.yml", "report.yml"])
def test_only_the_deployment_may_write(texts: dict[str, str], name: str) -> None:
    workflow = yaml.safe_load(texts[name])

    assert workflow["permissions"] == {}
    assert set(workflow["jobs"]["build"]["permissions"].values()) == {"read"}
    assert workflow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert workflow["concurrency"] == {"group": "pages", "cancel-in-progress": False}


def test_the_pages_workflow_builds_the_folder_of_the_branch(texts: dict[str, str]) -> None:
    workflow = yaml.safe_load(texts["pages.yml"])
    build = next(step for step in workflow["jobs"]["build"]["steps"]
                 if "jekyll-build-pages" in step["uses"])  # fmt: skip

    assert workflow[True]["push"]["branches"] == ["gh-pages"]  # YAML reads 'on' as a truth
    assert build["with"]["source"] == "./docs"


def test_the_report_workflow_runs_nothing_and_needs_no_torch(texts: dict[str, str]) -> None:
    workflow = yaml.safe_load(texts["report.yml"])
    commands = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]

    assert commands == [
        f"python -m pip install {OURS}",
        "reportgen pull",
        "reportgen build --require-fresh",
        "reportgen check site",
    ]
    assert "torch" not in " ".join(commands)


def test_without_a_remote_store_nothing_is_pulled(project: Project) -> None:
    assert "reportgen pull" not in report_workflow(Project(project.root), "main", OURS)


def test_reportgen_itself_is_installed_from_the_checkout(project: Project) -> None:
    project.config_file.write_text('[project]\nname = "reportgen-jekyll"\n[tool.reportgen]\n')

    assert requirement(project) == "."


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/us/reportgen.git",
        "git+https://example.org/us/reportgen.git",
        "https://me:secret@example.org/us/reportgen.git",
        "git@example.org:us/reportgen.git",
        "ssh://git@example.org/us/reportgen.git",
    ],
)
def test_it_is_installed_from_a_commit_by_an_address_without_credentials(url: str) -> None:
    assert at_commit(url, "c0ffee") == "git+https://example.org/us/reportgen.git@c0ffee"


@pytest.mark.parametrize("url", ["file:///srv/reportgen", "/srv/reportgen", "http://example.org/r"])
def test_an_address_that_others_cannot_read_is_refused(url: str) -> None:
    with pytest.raises(ReportgenError, match="other machines can't read"):
        at_commit(url, "c0ffee")


def test_a_commit_that_was_never_pushed_is_refused(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *names, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    git("remote", "add", "origin", "https://example.org/us/reportgen.git")

    with pytest.raises(ReportgenError, match="no repository is known to have") as caught:
        commit_in_public(tmp_path)
    assert "Push its commit" in str(caught.value)

    git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert commit_in_public(tmp_path).startswith("git+https://example.org/us/reportgen.git@")


def test_one_that_was_edited_is_never_written_over(project: Project, texts: dict[str, str]) -> None:
    first, second = write_workflows(project.root, texts)
    assert write_workflows(project.root, texts) == []
    first.unlink()
    second.write_text("# mine\n")

    with pytest.raises(ReportgenError, match="there already, and different") as caught:
        write_workflows(project.root, texts)

    assert str(second) in str(caught.value)
    assert second.read_text() == "# mine\n"
    assert not first.exists()


@pytest.mark.parametrize("branch", ['a"b', "a\\b"])
def test_a_name_that_would_break_out_of_its_quotes(branch: str) -> None:
    with pytest.raises(ReportgenError, match="cannot be written into a workflow"):
        pages_workflow(branch, "")
