"""The wheel and the sdist hold all that an installed reportgen needs, and nothing else.

Their version is the tag's; the workflows that test and release them are valid and safe.
"""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted(map(str, (ROOT / ".github/workflows").glob("*.yml")))
WHO = "-c user.name=x -c user.email=x -c commit.gpgsign=false -c tag.gpgsign=false"
BUILD = """
import sys
from setuptools import build_meta
getattr(build_meta, sys.argv[2])(sys.argv[1])
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of a copy of the sources, of which a commit has the tag v9.8.7."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("out")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (ROOT / name).is_file() and not name.startswith(("experiments/data", "tests/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    for arguments in ("init -q", "add -A", f"{WHO} commit -qm x", f"{WHO} tag -am x v9.8.7"):
        subprocess.run(["git", *arguments.split()], cwd=copy, check=True)
    for what in ("build_wheel", "build_sdist"):
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(out), what], cwd=copy, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


def sources() -> set[str]:
    files = (ROOT / "reportgen").rglob("*")
    return {
        f.relative_to(ROOT).as_posix()
        for f in files
        if f.is_file() and "__pycache__" not in f.parts
    }


def test_the_wheel_is_the_package_and_nothing_else(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == sources()
    assert built[0].name.startswith("reportgen_jekyll-9.8.7-")
    assert built[0].stat().st_size < 2**20


def test_the_sdist_has_sources_and_docs(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert sources() <= names
    assert {"README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "docs/guide.md"} <= names
    assert {name.partition("/")[0] for name in names if "/" in name} == {
        "docs", "reportgen", "reportgen_jekyll.egg-info", "scripts",
    }  # fmt: skip
    assert not [name for name in names if name.startswith(".")]


def test_the_workflows_are_valid_and_zizmor_finds_nothing() -> None:
    scripts = Path(sys.executable).parent
    for command in (
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
        ["zizmor", "--offline", "--persona=pedantic", *WORKFLOWS],
    ):
        done = subprocess.run(
            [scripts / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(WORKFLOWS) == 2
