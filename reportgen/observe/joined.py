"""A process that a run has started tells the run what it reads."""

import json
import os
from pathlib import Path

from reportgen.observe import hooks, started
from reportgen.observe.observer import Observer
from reportgen.registry.imports import import_from_source


def join(told: str) -> None:
    """Observe this process for the run that has started it; see ``child/sitecustomize.py``."""
    root, exclude, spool = json.loads(told)
    observer = Observer(Path(root), exclude=map(Path, exclude), spool=Path(spool))
    for name, value in observer.children.items():
        os.putenv(name, value)
    import_from_source(root)
    started.clear()
    hooks.listen(observer)
    hooks.finish_at_exit()
