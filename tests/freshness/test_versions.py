"""A package that comes, goes or is upgraded makes what uses it env-stale, however it is used."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder

OPTIONAL = """
    from reportgen import artifact

    try:
        import fastmath
    except ImportError:
        fastmath = None

    @artifact
    def answer():
        return {"fast": fastmath is not None}
    """
MADE_UP = """
    import importlib
    from reportgen import artifact

    @artifact
    def answer():
        return {"fast": importlib.import_module("experiments." + "he" + "lper").fast()}
    """
HELPER = """
    import fastmath

    def fast():
        return fastmath.__name__
    """


def install(folder: Path, version: str) -> None:
    """Have ``fastmath`` in a folder of packages, as pip leaves it there."""
    folder.mkdir(exist_ok=True)
    (folder / "fastmath.py").write_text("")
    for old in folder.glob("*.dist-info"):
        old.rmdir()
    (folder / f"fastmath-{version}.dist-info").mkdir()


def status(project: ProjectFolder, env: dict[str, str]) -> tuple[str, str]:
    [row] = json.loads(project.run("status", "--json", env=env).out)
    return row["state"], row["reason"]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return tmp_path / "packages"


@pytest.fixture
def env(packages: Path) -> dict[str, str]:
    given = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(packages), given]))}


def test_a_package_that_was_missing_is_installed(
    make_project: Callable[..., ProjectFolder], packages: Path, env: dict[str, str]
) -> None:
    project = make_project({"experiments/report.py": OPTIONAL})
    assert project.run("build", env=env).code == 0
    assert status(project, env) == ("fresh", "")
    install(packages, "2.1.0")

    assert status(project, env) == ("env-stale", "fastmath not installed → 2.1")
    assert project.run("build", "--env", "rebuild", env=env).code == 0
    assert json.loads(project.run("value", "answer", env=env).out) == {"fast": True}
    assert status(project, env) == ("fresh", "")


def test_a_package_of_a_module_with_a_made_up_name_is_upgraded(
    make_project: Callable[..., ProjectFolder], packages: Path, env: dict[str, str]
) -> None:
    project = make_project({"experiments/report.py": MADE_UP, "experiments/helper.py": HELPER})
    install(packages, "2.1.0")
    assert project.run("build", env=env).code == 0
    assert status(project, env) == ("fresh", "")
    install(packages, "2.2.0")

    assert status(project, env) == ("env-stale", "fastmath 2.1 → 2.2")


def test_a_record_that_knows_nothing_of_a_package_is_as_fresh_as_before(
    make_project: Callable[..., ProjectFolder], packages: Path, env: dict[str, str]
) -> None:
    project = make_project({"experiments/report.py": OPTIONAL})
    assert project.run("build", env=env).code == 0
    [record] = (project.root / ".reportgen/records/answer").iterdir()
    old = json.loads(record.read_text())
    del old["environment"]["fastmath"]
    record.write_text(json.dumps(old))
    install(packages, "2.1.0")

    assert status(project, env) == ("fresh", "")
