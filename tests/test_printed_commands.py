"""Every command that README and docs print runs as it is printed, or is named here with why not."""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from reportgen.cli import COMMANDS, run
from reportgen.scaffold import doctor
from tests.conftest import ProjectFolder

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

EXPERIMENT = """
from reportgen import Curve, Run, artifact, figure

@artifact
def photo(run: Run, *, path=""):
    return {"bytes": len(run.input(path).read_bytes()) if path else 0}

@artifact
def sketch(run: Run, *, path=""):
    return {"text": run.input(path).read_text() if path else ""}

@artifact
def inpaintings(run: Run, *, mask=""):
    return {"bytes": len(run.input(mask).read_bytes()) if mask else 0}

@artifact
def prompted_translations(*, prompts=("a dog",)):
    return {"prompts": list(prompts)}

@artifact
def denoiser(*, epochs=5, hidden=64):
    return {"loss": [1.0, 0.5, 0.25], "test_psnr": 20.5}

@figure("B.1b", caption="Loss of {denoiser.epochs} epochs.")
def loss(denoiser):
    return Curve({"train": denoiser["loss"]}, x="step", y="loss")

@figure("B.1a", caption="C.")
def examples(denoiser):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.1", caption="C.")
def a1(photo):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.2", caption="C.")
def a2(photo):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.7a", caption="C.")
def a7a(photo):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.7b", caption="C.")
def a7b(sketch):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.7c", caption="C.")
def a7c(inpaintings, photo):
    return Curve({"y": [1, 2]}, x="x", y="y")

@figure("A.7d", caption="C.")
def a7d(prompted_translations):
    return Curve({"y": [1, 2]}, x="x", y="y")
"""
SETTINGS = """
[tool.reportgen]
title = "Notes"
remote = "../remote"
[tool.reportgen.profiles.quick]
denoiser = { epochs = 1 }
[tool.reportgen.profiles.deepfloyd]
denoiser = { epochs = 2 }
"""
POST = """
---
title: Notes
---

<%= ref("B.1b") %> shows the loss.

<%= figure("B.1b") %>
"""
BLOG = {
    "_config.yml": "title: Mine\ntheme: minima\n",
    "index.md": "---\nlayout: home\n---\n",
    "_posts/2024-03-02-hello.md": "---\ntitle: Hello\nlayout: post\n---\n\nHi.\n",
}
ELSEWHERE = {
    "make": "what CI runs",
    "pip": "tests/test_package.py builds what is installed",
    "git": "of git",
    "hf": "asks a service",
    "python": "benchmarks, and what computes for minutes",
    "reportgen serve": "tests/serve and test_first_hour.py; does not end",
    "reportgen new": "test_first_hour.py",
    "cd": "test_first_hour.py",
    "reportgen adopt": "tests/scaffold/test_adopt.py",
    "reportgen audit": "tests/site",
    "reportgen publish": "tests/publish, which has what can be pushed to",
    "reportgen build --executor": "tests/engine/test_dask.py, which has a cluster",
    "REPORTGEN_PROJECT=/home/me/report dask worker": "of Dask",
}


def printed() -> Iterator[tuple[str, str]]:
    """Where a command is printed, and the command, of several in a line each."""
    for page in PAGES:
        fenced = ""
        for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
            if line.startswith("```"):
                fenced = "" if fenced else line
            elif fenced != "```":
                found = re.findall(r"`(reportgen [a-z][^`]*)`", line)
            elif match := re.match(r"\w*\$ (.*)|((?:reportgen|make|pip|git|hf|python) .*)", line):
                found = re.split(
                    r"\s*(?:&&|;)\s*", re.split(r"\s+#|\s>\s", match[1] or match[2])[0]
                )
            else:
                found = []
            if not line.startswith("```"):
                yield from ((f"{page.name}:{number}", command) for command in found)


def is_form(command: str) -> bool:
    """Whether a command has gaps for the reader to fill: ``reportgen pdf SLUG``."""
    return bool(re.search(r"…|\[[A-Z]|(?<![\w.\"'-])[A-Z]{4,}\b", command))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has what the commands name, beside two blogs."""
    root = tmp_path / "report"
    ProjectFolder(root).write(
        {
            "pyproject.toml": SETTINGS,
            "experiments/report.py": EXPERIMENT,
            "templates/posts/2024-11-19-notes.md": POST,
            "site/_config.yml": "title: Notes\n",
            "_posts/2024-11-19-a.md": "---\ntitle: A\nlayout: post\n---\n\nText.\n",
            "_site/index.html": "<!doctype html><html lang='en'><title>A</title><p>Text.</html>",
            "mine.json": "[]",
        }
    )
    Image.new("L", (8, 8)).save(root / "cat.jpg")
    Image.new("L", (8, 8)).save(root / "mask.png")
    for name in ("my-blog", "blog"):
        ProjectFolder(tmp_path / name).write(BLOG)
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p not in ("", ".", str(ROOT))])
    monkeypatch.setattr(doctor, "KERNEL", "raise ImportError('torch')")
    monkeypatch.setattr("click.launch", lambda address: None)
    return root


def test_printed_commands_run(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "-q"]) == 0, capsys.readouterr().err
    failed, seen = [], set[str]()
    for where, plain in printed():
        if is_form(plain) and plain.startswith("reportgen"):
            assert plain.split()[1] in COMMANDS, (where, plain)
        if is_form(plain) or plain in seen or plain.startswith(tuple(ELSEWHERE)):
            continue
        seen.add(plain)
        words = shlex.split(plain)
        if words[0] != "reportgen" or words[1] not in COMMANDS:
            failed.append((where, plain, "is neither run nor named in ELSEWHERE"))
            continue
        code = run(words[1:])
        out, err = capsys.readouterr()
        is_name = code == 2 and len(words) == 2
        if code != (1 if words[1] == "doctor" else 0) and not is_name:
            failed.append((where, plain, f"exit {code}: {out[-300:]} {err[-600:]}"))
    assert not failed, "\n\n".join(map(str, failed))
    assert len(seen) > 25


def test_what_commands_within_text_name_is_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    seen = 0
    for page in PAGES:
        for command in re.findall(r"`([^`\n]*)`", page.read_text("utf-8")):
            program, *words = command.removeprefix(".venv/bin/").split() or [""]
            if program == "make":
                assert set(words) <= targets, (page.name, command)
            paths = [
                w for w in [program, *words] if w.startswith(("tests/", "benchmarks/", "scripts/"))
            ]
            seen += len(paths)
            for path in paths:
                assert list(ROOT.glob(path.strip(",;:").split("::")[0])), (page.name, command)
    assert seen > 10
