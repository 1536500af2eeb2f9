"""Imported by Python when it starts, so that this process tells the run what it reads."""

import contextlib
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def join() -> None:
    """Observe this process for the run that has started it, and those that it starts in turn."""
    told, path = os.environ.pop("REPORTGEN_OBSERVED", ""), os.environ.get("PYTHONPATH", "")
    rest = os.pathsep.join(folder for folder in path.split(os.pathsep) if folder != HERE)
    os.environ.update(PYTHONPATH=rest) if rest else os.environ.pop("PYTHONPATH", None)
    if told and sys.version_info >= (3, 11):
        above = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
        sys.path.insert(0, above)
        try:
            from reportgen.observe.joined import join
        finally:
            sys.path.remove(above)
        join(told)


sys.path[:] = [folder for folder in sys.path if folder != HERE]
itself = sys.modules.pop("sitecustomize")
with contextlib.suppress(ModuleNotFoundError):
    importlib.import_module("sitecustomize")  # the one that would have been found without this
sys.modules.setdefault("sitecustomize", itself)
join()
