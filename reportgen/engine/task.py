"""What a worker is told to do, and how it tells what happens."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reportgen.store import Recipe

WARM_UP = "warm-up"
"""The kind of a task that runs nothing: the worker imports ``packages`` and waits."""


@dataclass(frozen=True, kw_only=True)
class Task(Recipe):
    """All that a worker must know to run a node; plain JSON, so that any machine can take it."""

    root: str
    store: str
    lower: tuple[str, ...]
    module: str
    file: str
    modules: tuple[str, ...]
    packages: tuple[str, ...]
    device: str = ""
    threads: int = 0
    force: bool = False
    log: str = ""

    def to_json(self) -> str:
        """The task as a line of JSON."""
        return json.dumps(vars(self))


def read_task(text: str | bytes) -> Task:
    """The task that a line of JSON describes."""
    data = json.loads(text)
    return Task(
        **{**data, **{k: tuple(data[k]) for k in ("lower", "modules", "packages", "notes")}}
    )


Send = Callable[[dict[str, Any]], None]
