"""Which runs a page waits for, so that it is rendered once."""

import json
from collections.abc import Callable

import pytest

from reportgen.engine.session import Session
from reportgen.project import find_project
from reportgen.serve.policy import is_brief
from tests.conftest import ProjectFolder

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
