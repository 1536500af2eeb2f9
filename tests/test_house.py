"""The laws of the house: imports go down, the start is light, nothing is pickled."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.house import imports
from scripts.house import room_of as room

ROOT = Path(__file__).parents[1]
FLOORS = [
    {"cli", "__main__"},
    {"scaffold"},
    {"serve", "publish", "checks"},
    {"site"},
    {"posts"},
    {"api"},
    {"engine"},
    {"observe"},
    {"freshness"},
    {"store"},
    {"media"},
    {"metrics"},
    {"registry"},
    {"blog"},
    {"project"},
    {"errors", "files", "distribution", "messages"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((ROOT / "reportgen").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    for name in imports(path):
        assert not name.startswith("experiments")
        parts = name.split(".")
        if parts[0] == "reportgen" and len(parts) > 1 and parts[1] in FLOOR:
            assert FLOOR[here] <= FLOOR[parts[1]], f"{here} imports {name}"


BORDERS = {
    "click": {"cli"},
    "torch": {"engine", "media", "store"},
    "starlette": {"serve"},
    "uvicorn": {"serve", "cli"},
}


@pytest.mark.parametrize("package", BORDERS)
def test_packages_stay_in_their_rooms(package: str) -> None:
    users = {
        room(path)
        for path in MODULES
        if any(name.split(".")[0] == package for name in imports(path))
    }
    assert users <= BORDERS[package]


LIGHT = """
import sys
from reportgen.cli import group
import click
click.Context(group)
[group.get_command(None, name) for name in group.list_commands(None)]
heavy = {"torch", "matplotlib", "jinja2", "PIL"} & set(sys.modules)
print(" ".join(sorted(heavy)))
"""


def test_the_command_line_starts_without_heavy_packages() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_nothing_is_pickled() -> None:
    sources = [*MODULES, *(ROOT / "experiments").rglob("*.py")]
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert not {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imports(path)}, (
            path
        )
        assert "torch.load(" not in text, path
        assert "allow_pickle=True" not in text, path


def test_public_names_can_be_had() -> None:
    import reportgen

    for name in reportgen.__all__:
        assert getattr(reportgen, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = reportgen.Nothing


def test_every_place_that_the_contributing_guide_names_exists() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = re.search(r"^## Adding one thing\n(.*?)^## ", guide, re.DOTALL | re.MULTILINE)
    assert table is not None
    places = re.findall(r"`([^`]+)`", table[1])
    assert len(places) > 10
    assert [place for place in places if not list(ROOT.glob(place))] == []
