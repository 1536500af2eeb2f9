"""The maintainers' step that gives shipped results their new keys: only where they are the same."""

import json
import subprocess
import sys
from pathlib import Path

STEP = Path(__file__).parents[1] / "scripts/carry.py"
PROJECT = """
[tool.reportgen]
bundle = "bundle"
"""
CODE = """
from reportgen import artifact

@artifact
def one():
    return {"x": 1}

@artifact
def two():
    return {"x": 2}
"""


def test_only_what_has_not_changed_since_is_carried(tmp_path: Path) -> None:
    def call(*words: str) -> str:
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def reportgen(*words: str) -> str:
        return call(sys.executable, "-m", "reportgen", *words)

    (tmp_path / "experiments").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "experiments/part.py").write_text(CODE)
    (tmp_path / "experiments/other.py").write_text(CODE.replace("one", "three").split("@")[0])
    (tmp_path / ".gitignore").write_text(".reportgen\n")
    reportgen("build")
    reportgen("bundle", "one", "two")
    call("git", "init", "-q")
    call("git", "add", ".")
    call("git", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "shipped")
    for file in (tmp_path / "bundle/records").glob("*/*.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "key": "0" * 64}))
    for folder in tmp_path.glob(".reportgen/records/*"):
        subprocess.run(["rm", "-r", folder], check=True)

    assert "one: carried" in call(sys.executable, str(STEP), "HEAD")
    assert [n["state"] for n in json.loads(reportgen("status", "--json"))] == ["fresh", "fresh"]

    code = (tmp_path / "experiments/part.py").read_text()
    (tmp_path / "experiments/part.py").write_text(code.replace('"x": 2', '"x": 3'))
    said = call(sys.executable, str(STEP), "HEAD")
    assert said == "two: left, because experiments/part.py has changed.\n"
    assert [n["state"] for n in json.loads(reportgen("status", "--json"))] == ["fresh", "stale"]
