"""The documentation: built whole, with a figure of every medium and all that can be called."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import reportgen
from reportgen.cli import group
from reportgen.media.base import KINDS
from scripts import house

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation; a link that leads nowhere would have stopped it."""
    out = tmp_path_factory.mktemp("docs")
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", str(out)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def page(docs: Path, name: str) -> str:
    return (docs / name / "index.html").read_text(encoding="utf-8")


def commands(command: click.Command, above: str = "reportgen") -> Iterator[tuple[str, str]]:
    """Each option of each command with the command's anchor."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield above, parameter.opts[-1]
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            if not below.hidden:
                yield from commands(below, f"{above}-{name}")


def test_the_reference_has_every_command_and_option(docs: Path) -> None:
    html = page(docs, "reference/commands")
    sections = {m[1]: m[0] for m in re.finditer(r'(?s)<h\d id="([\w-]+)">.*?(?=<h\d|\Z)', html)}
    lacking = [
        (command, option) for command, option in commands(group) if option not in sections[command]
    ]
    assert lacking == []


def test_the_reference_has_every_public_name(docs: Path) -> None:
    html = page(docs, "reference/python")
    names = {name for name in reportgen.__all__ if name != "__version__"}
    assert {name for name in names if f'id="reportgen.{name}"' not in html} == set()


def test_every_medium_is_shown(docs: Path) -> None:
    html = page(docs, "reference/media")
    shown = dict(re.findall(r'(?s)<h2 id="(\w+)">.*?(<figure class="rg">|<h2)', html))
    assert set(shown) == {name.lower() for name in KINDS if hasattr(reportgen, name)}
    assert set(shown.values()) == {'<figure class="rg">'}


def test_the_house_is_drawn_with_all_its_rooms(docs: Path) -> None:
    html = page(docs, "architecture")
    folders = {path.parent.name for path in (ROOT / "reportgen").glob("*/__init__.py")}
    assert folders <= house.rooms().keys()
    assert [room for room in house.rooms() if f">{room}</text>" not in html] == []
    assert all(room.purpose for room in house.rooms().values())


def test_no_page_is_left_out() -> None:
    nav = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    listed = set(
        re.findall(r'"([\w/-]+\.md)"', str(tomllib.loads(nav)["project"]["nav"]).replace("'", '"'))
    )
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert there == listed - {"contributing.md", "changelog.md"}
