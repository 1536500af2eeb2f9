"""Import modules and print the nodes that they register: ``python -m reportgen.engine.imported``.

Runs in a process of its own, so that a module that imports torch, or fails, stays there. What the
imports read is observed, as a run is, and printed too.
"""

import contextlib
import importlib
import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.observe import Observer
from reportgen.registry.decorators import REGISTERED
from reportgen.registry.imports import prepare
from reportgen.registry.static import module_name


def main(store: str, *files: str) -> int:
    """Import ``files`` and print, as JSON, what they register and what that has read."""
    root, names = os.getcwd(), [module_name(file) for file in files]
    prepare(root, names)
    observer = Observer(Path(root), modules=files, exclude=[Path(store)])
    with contextlib.redirect_stdout(sys.stderr), observer:
        report = collect(names)
    print(json.dumps({**report, "observed": observer.observed}))
    return 0 if "nodes" in report else 1


def collect(modules: list[str]) -> dict[str, Any]:
    """The nodes of these modules, or a report of what went wrong."""
    try:
        for module in modules:
            importlib.import_module(module)
    except ReportgenError as error:
        place = error.place
        return {
            "message": error.message,
            "file": str(place.file) if place else None,
            "line": place.line if place else None,
            "hint": error.hint,
        }
    except Exception as error:
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename
        ]
        lines = [*traceback.format_list(frames[1:]), *traceback.format_exception_only(error)]
        return {
            "message": f"The module '{module}' cannot be imported: {error}.",
            "traceback": "".join(lines).rstrip(),
        }
    return {"nodes": [asdict(node) for node, _ in REGISTERED.values() if node.module in modules]}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
