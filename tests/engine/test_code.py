"""The code of a run: as it was then, with its lines where the commit has them."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.engine.code import Codes, web_address
from reportgen.errors import ReportgenError
from reportgen.freshness.sources import Sources
from tests.posts.world import a_node, a_record

SOURCE = '''"""Part B."""

LEVELS = [0.2, 0.5]


@artifact
def denoiser(*, sigma=0.5):
    """With a blank line."""

    return {"psnr": 20}


class Net:
    def forward(self, x):
        return x
'''
DENOISER = SOURCE[SOURCE.index("@artifact") : SOURCE.index("\n\n\nclass")]
FILE = "experiments/part_b.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in the folder ``report`` of a repository, with one commit."""
    root = tmp_path / "report"
    (root / "experiments").mkdir(parents=True)
    (root / FILE).write_text(SOURCE)
    git(tmp_path, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "One")
    git(root, "remote", "add", "origin", "git@github.com:ann/blog.git")
    return root


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def codes(root: Path, repository: str = "") -> Codes:
    return Codes(root, Sources(root, root / ".reportgen/parse"), repository)


def test_the_code_of_a_run_is_that_of_its_commit(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD").strip()
    record = replace(a_record("denoiser", {}), commit=commit)
    node = a_node("artifact", "denoiser", "denoiser")
    (root / FILE).write_text("\n\n" + SOURCE.replace("20}", "21}"))
    found = codes(root).of_run(node, record, fresh=False)
    assert found is not None
    assert found.text == DENOISER
    address = f"https://github.com/ann/blog/blob/{commit}/report/{FILE}#L6-L10"
    assert found.url == address
    other = codes(root, "https://gitlab.com/ann/blog").of_run(node, record, fresh=False)
    assert other is not None
    assert other.url == f"https://gitlab.com/ann/blog/-/blob/{commit}/report/{FILE}#L6-10"


def test_without_a_whole_commit_there_is_no_link(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD").strip()
    node = a_node("artifact", "denoiser", "denoiser")
    for said in ("", f"{commit}-dirty", "0" * 40, "--output=x"):
        record = replace(a_record("denoiser", {}), commit=said)
        assert codes(root).of_run(node, record, fresh=False) is None
        kept = codes(root).of_run(node, record, fresh=True)
        assert kept is not None
        assert (kept.text, kept.first, kept.url) == (DENOISER, 6, "")
    assert codes(root).of_run(node, None, fresh=True) is None


def test_a_definition_by_its_name(root: Path) -> None:
    known = codes(root)
    assert known.named("experiments.part_b.denoiser").text == DENOISER
    assert known.named("experiments.part_b.LEVELS").text == "LEVELS = [0.2, 0.5]"
    assert known.named("experiments.part_b.Net.forward").text.startswith("    def forward")
    with pytest.raises(ReportgenError, match=r"part_b\.py' has no 'denoise'") as error:
        known.named("experiments.part_b.denoise")
    assert "experiments.part_b.denoiser" in str(error.value)
    with pytest.raises(ReportgenError, match=r"No module of this project has 'part_c\.f'"):
        known.named("part_c.f")


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:ann/blog.git", "https://github.com/ann/blog"),
        ("https://github.com/ann/blog", "https://github.com/ann/blog"),
        ("https://ann:secret@github.com/ann/blog.git", "https://github.com/ann/blog"),
        ("ssh://git@gitlab.example.org:2222/group/sub/blog.git",
         "https://gitlab.example.org/group/sub/blog"),
        ("/srv/git/blog.git", ""),
        ("file:///srv/git/blog.git", ""),
        ("../blog", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_address_of_a_repository(remote: str, address: str) -> None:
    assert web_address(remote) == address
