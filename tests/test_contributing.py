"""Each row of CONTRIBUTING's table, done in a copy of the tool, with the edits that it names."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SIMPLE, ProjectFolder

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MEDIUM = '''
from reportgen.media import markup
from reportgen.media.base import Media


class Note(Media):
    """One sentence in a frame."""

    fields = ("text",)

    def __init__(self, text):
        self.text = text

    def view(self, canvas):
        """The sentence."""
        from reportgen.media.canvas import View

        html = markup.tag("p", self.text)
        canvas.text(self.text, ".csv")
        return View(html=html, alt=self.text, width=100)
'''
RULE = '''
from reportgen.checks.finding import Hit
from reportgen.checks.rules.table import rule


@rule("shouting", "error")
def shouting(post):
    """A post that shouts."""
    if "!!!" in post.source:
        yield Hit(post.source.index("!!!"), "It shouts.", "Write one mark.")
'''
COMMAND = '''
import click


@click.command("hello")
def command():
    """Greet."""
    click.echo("hello")
'''
MORE = """

@figure("A.2", caption="More.")
def more(walk):
    return Curve({"y": walk["x"]}, x="step", y="position")
"""
SAMPLER = '''

def still(predict, schedule, x, pairs, noise, project=unchanged):
    """Yields the state as it is."""
    for t, t_next in pairs:
        x = project(x, t_next)
        yield x
'''


def places(what: str) -> list[str]:
    """The files and folders that the row of a new ``what`` names."""
    (row,) = re.findall(rf"(?m)^\| {what} \| (.*) \|$", GUIDE)
    return re.findall(r"`([^`]+)`", row)


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with all that the rows add; each edit is in a place that its row names."""
    root = tmp_path_factory.mktemp("tool")
    ignored = shutil.ignore_patterns("__pycache__", "data", "bundle")
    shutil.copytree(ROOT / "reportgen", root / "reportgen", ignore=ignored)
    (root / "experiments").mkdir()  # no package here: a project's own has that name
    shutil.copytree(ROOT / "experiments/diffusion", root / "experiments/diffusion", ignore=ignored)

    def add(what: str, path: str, text: str) -> None:
        assert any(path.startswith(p.removesuffix("*.py").split("*")[0]) for p in places(what))
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def edit(what: str, path: str, old: str, new: str) -> None:
        assert path in places(what)
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    kind, rule = "media kind", "check rule"
    add(kind, "reportgen/media/note.py", MEDIUM)
    edit(
        kind,
        "reportgen/media/__init__.py",
        "\nSHARED",
        "from reportgen.media.note import Note\n\nSHARED",
    )
    edit(
        kind,
        "reportgen/__init__.py",
        '        "Animation",\n',
        '        "Animation",\n        "Note",\n',
    )
    add(rule, "reportgen/checks/rules/shouting.py", RULE)
    edit(
        rule, "reportgen/checks/rules/__init__.py",
        "import structure as", "import shouting\nfrom reportgen.checks.rules import structure as",
    )  # fmt: skip
    add("command", "reportgen/cli/hello.py", COMMAND)
    edit(
        "command",
        "reportgen/cli/__init__.py",
        "COMMANDS = {",
        'COMMANDS = {\n    "hello": "hello",',
    )
    add("sampler or objective", "experiments/diffusion/samplers.py", SAMPLER)
    return root


def call(tool: Path, *arguments: str, cwd: Path) -> str:
    """What the copy of the tool says."""
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        cwd=cwd, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tool)},
    )  # fmt: skip
    return done.stdout + done.stderr


def test_a_new_command_is_there_and_in_the_help(tool: Path) -> None:
    assert call(tool, "hello", cwd=tool) == "hello\n"
    assert re.search(r"(?m)^  hello +Greet\.$", call(tool, "--help", cwd=tool))


def test_a_new_rule_finds_its_fault_where_it_is(tool: Path, tmp_path: Path) -> None:
    post = "---\ntitle: A\n---\n\nWhat!!!\n"
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2024-01-01-a.md").write_text(post, encoding="utf-8")
    assert "2024-01-01-a.md:5:5: error shouting: It shouts." in call(
        tool, "check", ".", cwd=tmp_path
    )


def test_a_new_medium_is_what_a_figure_may_return(tool: Path, project: ProjectFolder) -> None:
    project.write(
        {
            "experiments/note.py": """
                from reportgen import Note, figure

                @figure("N.1", caption="A note.")
                def note():
                    return Note("All is well.")
                """
        }
    )
    said = call(tool, "figure", "N.1", "-o", "out", cwd=project.root)
    assert (project.root / "out/n-1.csv").is_file(), said


def test_a_new_figure_is_in_the_post_that_names_it(project: ProjectFolder) -> None:
    assert places("figure")[0].startswith("experiments/")
    project.write({"experiments/report.py": SIMPLE + MORE})
    post = '---\ntitle: A\n---\n\n<%= ref("A.2") %>.\n\n<%= figure("A.2") %>\n'
    project.write({"templates/posts/2024-01-01-a.md": post})
    assert project.run("build").code == 0
    assert 'id="fig-a-2"' in (project.root / "site/_posts/2024-01-01-a.md").read_text("utf-8")


def test_a_new_sampler_takes_the_place_of_another(tool: Path) -> None:
    code = (
        "import torch; from experiments.diffusion import samplers as s; x = torch.ones(1, 1, 2, 2);"
        "print(len(list(s.still(None, None, x, [(2, 1), (1, 0)], None))))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tool, capture_output=True, text=True)
    assert done.stdout == "2\n", done.stderr
