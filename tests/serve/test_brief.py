"""Which runs a page waits for, so that it is rendered once."""

import json
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.session import Options, Session
from reportgen.project import find_project
from reportgen.serve.desk import Desk
from reportgen.serve.hub import Hub
from reportgen.serve.policy import is_brief
from tests.conftest import ProjectFolder
from tests.serve.conftest import CODE, doing, is_well, save

NEW = """
from reportgen import Table, figure


@figure("N.1", caption="New.")
def new():
    return Table([[1]])
"""


@pytest.mark.parametrize(
    ("edited", "seconds", "brief"),
    [
        ((), 0.1, False),
        (("ends",), 0.1, True),
        (("ends", "moving"), 0.1, True),
        (("ends",), 1.5, False),
        (("ends", "moving"), 0.6, False),
        (("new",), 0.1, False),
    ],
    ids=["nothing", "one", "two", "long", "long together", "never timed"],
)
def test_what_ended_soon_is_waited_for(
    copy: Callable[[], ProjectFolder], edited: tuple[str, ...], seconds: float, brief: bool
) -> None:
    project = copy()
    for file in (project.root / ".reportgen/records").rglob("*.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "seconds": seconds}))
    code = project.root / "experiments/report.py"
    text = code.read_text()
    for old, new, name in (("digits=2", "digits=3", "ends"), ("size=24", "size=20", "moving")):
        text = text.replace(old, new) if name in edited else text
    code.write_text(text)
    if "new" in edited:
        project.write({"experiments/new.py": NEW})
    session = Session(find_project(project.root))
    stale = [node for node in session.graph if session.must_run(node)]

    assert {node.name for node in stale} == set(edited)
    assert is_brief(session, stale) is brief


class Rest(threading.Event):
    """News that comes just when somebody waits for it: the rest of a save."""

    def __init__(self, comes: Callable[[], None]) -> None:
        super().__init__()
        self.comes = comes

    def wait(self, timeout: float | None = None) -> bool:
        self.comes()
        return True


def test_a_brief_run_is_told_although_the_save_before_was_half(
    copy: Callable[[], ProjectFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be one that now hangs, and has to be stopped by a click."""
    project, gate, hub = copy(), tmp_path / "go", Hub()
    told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    monkeypatch.setattr(hub, "send", told.put)
    desk = Desk(find_project(project.root), Options(), project.root / "site", hub)
    code = project.root / CODE
    whole = code.read_text().replace('GATE = ""', f'GATE = "{gate}"')

    def rest() -> None:
        save(code, whole)
        desk.changed({code})

    def hear(what: Callable[[dict[str, Any]], bool]) -> None:
        while (state := told.get(timeout=60))["type"] != "state" or not what(state):
            pass

    desk.news = Rest(rest)
    desk.start()
    try:
        hear(is_well)
        save(code, f"{whole}(")
        desk.changed({code})
        hear(lambda state: doing(state)["C.1"] == "running")
        gate.touch()
        hear(is_well)
    finally:
        desk.stop()
