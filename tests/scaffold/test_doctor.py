"""The doctor tells what is there, and what to do about what is not."""

from pathlib import Path

import pytest

from reportgen.cli import run
from reportgen.scaffold import doctor
from reportgen.scaffold.doctor import BAD, GOOD, NOTE, Finding, judged
from tests.conftest import ProjectFolder

KERNELS = {
    "on a GPU": ({"version": "2", "built": "12", "name": "H100", "sum": 64**3}, True, GOOD, "H100"),
    "wrong": ({"version": "2", "built": "12", "name": "X", "sum": 1.0}, True, BAD, "wrongly"),
    "old driver": ({"version": "2", "built": "12", "error": "too old"}, True, BAD, "too old"),
    "no kernel for it": ({"version": "2", "built": "12", "error": "sm_120"}, True, BAD, "sm_120"),
    "CPU build beside a GPU": ({"version": "2", "built": ""}, True, BAD, "built for the CPU"),
    "no GPU": ({"version": "2", "built": ""}, False, GOOD, "on the CPU"),
}


@pytest.mark.parametrize(("found", "nvidia", "state", "words"), KERNELS.values(), ids=KERNELS)
def test_what_a_kernel_tells(
    found: dict[str, object], nvidia: bool, state: str, words: str
) -> None:
    told = judged(found, nvidia)
    assert told.state == state
    assert words in told.found
    assert bool(told.advice) == (state != GOOD)


def test_each_finding_is_a_line(
    project: ProjectFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setattr(doctor, "KERNEL", "raise ImportError('no libcudart')")
    assert run(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    words = [line.split()[1] for line in lines if line[:1] != " "]
    assert words == [
        "Python",
        "torch",
        "fonts",
        "Jekyll",
        "git",
        "disk",
        "project",
        "store",
        "blog",
    ]
    assert "bad  torch    cannot be imported: ImportError: no libcudart." in lines
    assert "'site' has no _config.yml" in lines[-2]


def test_outside_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "KERNEL", 'print(\'{"version": "2", "built": ""}\')')
    *_, last = doctor.examine(tmp_path)
    assert (last.state, last.what) == (NOTE, "project")
    assert "reportgen new" in last.advice


def test_a_lost_result_and_a_wrong_setting_are_found(project: ProjectFolder) -> None:
    project.run("build", "walk")
    project.write({"site/_config.yml": "theme: jekyll-theme-chirpy\n"})
    for file in (project.root / ".reportgen/objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(b"?")
    from reportgen.project import find_project

    told = {found.what: found for found in doctor.of_project(find_project(project.root))}
    assert "lost or damaged" in told["store"].found
    assert told["blog"].advice == 'Set asset-url = "root".'


def test_what_is_broken_is_a_line_each(
    project: ProjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "KERNEL", 'print(\'{"version": "2", "built": ""}\')')
    from reportgen.project import find_project

    def told(what: str) -> Finding:
        found = [f for f in doctor.examine(project.root) if f.what == what]
        assert [f.state for f in found] == [BAD]
        assert "\n" not in found[0].found + found[0].advice
        return found[0]

    project.run("build", "walk")
    settings = project.root / "pyproject.toml"
    text = settings.read_text()
    for wrong, words in (("store = 1", "store"), ("[[", "Not valid TOML")):
        settings.write_text(f"[tool.reportgen]\n{wrong}\n")
        assert words in told("project").found
        assert "pyproject.toml" in told("project").advice
    settings.write_text(text)

    store = find_project(project.root).store_dir
    [record] = (store / "records/walk").glob("*.json")
    record.write_text("{")
    assert f"'{record}' is no record" in told("store").found
    store.rename(store.with_name("away"))
    store.write_text("")
    assert "no folder that can be written" in told("store").found
    store.unlink()
    store.symlink_to("nowhere")
    assert "no folder that can be written" in told("store").found
    store.unlink()

    project.write({"site/_config.yml": "title: [\n"})
    assert "'site/_config.yml' is broken: " in told("blog").found
    project.write({"templates/posts/2024-11-19-a.md": "---\ntitle: A\n---\n\nText.\n"})
    refused = project.run("build", "a")
    assert (refused.code, "_config.yml: The settings cannot be read: " in refused.err) == (1, True)
    project.write({"site/_config.yml": "theme: a\n"})
    *_, blog = doctor.of_project(find_project(project.root))
    assert "theme 'a', unknown here" in blog.found


def test_a_git_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "version_of", lambda program: "git version 2.30.1 (Apple Git-1)")
    told = doctor.git(tmp_path)
    assert (told.state, told.found) == (BAD, "2.30.1 (Apple Git-1); 'publish' needs 2.31")
