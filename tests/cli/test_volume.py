"""How much is said, what a shell completes, and that it matters not in which folder one is."""

from collections.abc import Callable

import pytest

from reportgen.cli import COMMANDS, run
from reportgen.scaffold import doctor
from tests.conftest import SIMPLE, ProjectFolder

Told = tuple[int, str, str]


@pytest.fixture
def told(
    make_project: Callable[..., ProjectFolder],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Told]:
    """Runs a command, in this process, in a folder below the project."""
    settings = '[tool.reportgen]\ntitle = "Notes"\nexperiments = ["work"]'
    project = make_project({"work/report.py": SIMPLE}, settings)
    folder = project.root / "work/deep/down"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)

    def tell(*arguments: str) -> Told:
        code = run(list(arguments))
        return (code, *capsys.readouterr())

    return tell


def test_quiet_leaves_results_and_errors_verbose_adds_reasons(told: Callable[..., Told]) -> None:
    assert told("new", "-q", "figure", "C.1") == (0, "../../c_1.py\n", "")
    assert told("-q", "new", "figure", "C.2") == (0, "../../c_2.py\n", "")
    assert "Next:" in told("new", "figure", "C.3")[2]
    code, out, err = told("figure", "B.2", "--quiet")
    assert (code, err) == (0, "")
    assert out.endswith(".png\n")
    assert "C.1: never run" in told("figure", "C.1", "-v")[2]
    code, _, err = told("value", "nothing", "-q")
    assert (code, err.startswith("Error: There is no")) == (2, True)
    assert "Traceback" in told("value", "nothing", "-v")[2]
    assert "Traceback" not in told("value", "nothing")[2]


HERE = {
    ("list",): "A.1",
    ("status",): "never run",
    ("why", "A.1"): "A.1 is missing",
    ("value", "walk.steps"): "50",
    ("build", "--dry-run"): "2 nodes to run",
    ("gc", "--dry-run"): "records would go",
    ("bundle", "--check"): "Nothing: fresh",
    ("verify",): "B.2: the same again",
    ("accept", "B.2", "--reason", "x"): "B.2 is fresh",
    ("doctor",): "project",
    ("check",): "",
    ("pdf", "none"): "post",
    ("push",): "This project has no remote store",
    ("pull",): "This project has no remote store",
    ("publish",): "",
    ("audit",): "",
}


def test_commands_find_the_project_from_below_it(
    told: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "KERNEL", "raise ImportError('torch')")
    told("figure", "B.2", "-q")
    assert {"figure", "new", "adopt", "serve", *(words[0] for words in HERE)} == {*COMMANDS}
    for words, shown in HERE.items():
        _, out, err = told(*words)
        assert shown in out + err, (words, out, err)
        assert "Start a project" not in err, words


COMPLETIONS = {
    "reportgen figure A": {"A.1"},
    "reportgen why wa": {"walk"},
    "reportgen status ": {"A.1", "B.2", "walk"},
    "reportgen build --profile s": {"standard"},
    "reportgen figure --set walk.st": {"walk.steps=50"},
    "reportgen new figure --of w": {"walk"},
    "reportgen sta": {"status"},
}


def test_shells_complete_ids(
    told: Callable[..., Told], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_REPORTGEN_COMPLETE", "bash_complete")
    for typed, expected in COMPLETIONS.items():
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
        with pytest.raises(SystemExit):
            told()
        assert {line[6:] for line in capsys.readouterr().out.splitlines()} == expected


def test_no_color(told: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\x1b[" in told("list")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in told("list")[1]
