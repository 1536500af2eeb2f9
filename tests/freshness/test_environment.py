"""Versions of Python and packages, found by the names of folders."""

import importlib.metadata
import re
import subprocess
import sys

import pytest

from reportgen.freshness import environment


def short(version):
    return ".".join(re.findall(r"\d+", version)[:2])


@pytest.mark.parametrize(
    ("package", "distribution"),
    [("numpy", "numpy"), ("PIL", "pillow"), ("yaml", "PyYAML"), ("_pytest", "pytest")],
)
def test_versions_are_those_of_the_metadata(package, distribution):
    expected = short(importlib.metadata.version(distribution))

    assert environment([package])[package] == expected


def test_python_counts_with_its_minor_version_and_comes_first():
    versions = environment(["numpy"])

    assert next(iter(versions.items())) == ("python", f"3.{sys.version_info.minor}")


def test_what_is_not_installed_or_has_no_version_is_noted_so(tmp_path, monkeypatch):
    (tmp_path / "loose").mkdir()
    monkeypatch.syspath_prepend(tmp_path)

    found = environment(["loose", "nothing_of_that_name"])

    assert (found["loose"], found["nothing_of_that_name"]) == ("", "")


@pytest.mark.parametrize(
    ("file", "text"),
    [("top_level.txt", "other\nstrange\n"), ("RECORD", "strange/__init__.py,sha256=x,1\n")],
)
def test_a_package_of_another_name_is_found_in_what_was_installed(
    tmp_path, monkeypatch, file, text
):
    info = tmp_path / "some_dist-4.5.6.dist-info"
    info.mkdir()
    (info / file).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    assert environment(["strange"])["strange"] == "4.5"


def test_a_patch_release_is_the_same_environment(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "lib-1.2.3.dist-info").mkdir()

    assert environment(["lib"])["lib"] == "1.2"


@pytest.mark.parametrize("name", ["lib-1.2.3.egg-info", "lib-1.2.3-py3.11.egg-info"])
def test_packages_of_the_system_have_versions_too(tmp_path, monkeypatch, name):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / name).write_text("Metadata-Version: 1.1\n")

    assert environment(["lib"])["lib"] == "1.2"


def test_nothing_heavy_is_imported_for_it():
    heavy = {"torch", "numpy", "importlib.metadata", "subprocess", "tempfile"}
    code = (
        "import sys; from reportgen.freshness import environment; environment(['torch', 'numpy']);"
        f"print(*{heavy} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"
