"""Why a node failed, in words that its author can use."""

import contextlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from reportgen.distribution import extra
from reportgen.engine.places import failure_file
from reportgen.engine.task import Task
from reportgen.errors import ReportgenError
from reportgen.files import write_json
from reportgen.registry.imports import PACKAGE, in_project

OUT_OF_MEMORY = "out of memory"


def described(error: BaseException) -> str:
    """``ValueError: no such digit``, also of an exception that cannot say what it is."""
    try:
        text = str(error)
    except Exception:  # its own, in the method that should tell
        text = "(its text cannot be had)"
    return f"{type(error).__name__}: {text}".rstrip(": ")


def missing_package(error: ModuleNotFoundError, task: Task) -> ReportgenError | None:
    """The error for a package that is not installed; None for a module the project lacks."""
    package = (error.name or "").partition(".")[0]
    if (
        not package
        or Path(task.root, package).exists()
        or Path(task.root, f"{package}.py").exists()
    ):
        return None
    below = [*Path(task.root).glob(f"*/{package}/"), *Path(task.root).glob(f"*/{package}.py")]
    below = [path for path in below if str(path.parent) not in sys.path]
    if own := next((path for path in below if in_project(str(path), task.root)), None):
        folder = own.parent.name
        return ReportgenError(
            f"'{task.node}' imports '{package}', which is '{folder}/{own.name}' of this project.",
            hint=f'Name its folder in [tool.reportgen]: source = ["{folder}"].',
        )
    ours = package in ("torch", "torchvision")
    return ReportgenError(
        f"'{task.node}' needs '{package}', which is not installed.",
        hint=extra("torch") if ours else f"Install it with: pip install {package}",
    )


def failure(task: Task, message: str, trace: str, lost: str = "") -> dict[str, Any]:
    """Keep why the node failed, so that ``status`` can tell, and return it as the outcome.

    ``lost`` is the digest of an object that the node could not read; a build makes it again.
    """
    log = Path(task.store, task.log)
    printed = log.is_file() and log.stat().st_size > 0
    message, trace = printable(message), printable(trace)
    report = {
        "key": task.key,
        "message": message.partition("\n")[0],
        "text": message,
        "traceback": trace,
        "log": os.path.relpath(log, task.root) if printed else "",
        "lost": lost,
    }
    with contextlib.suppress(OSError, ReportgenError):
        write_json(failure_file(Path(task.store), task.node), report)
    return {"error": report}


def printable(text: str) -> str:
    """Text that can be written to any file: what has no place in UTF-8 stands as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def users_traceback(error: BaseException, task: Task) -> str:
    """The traceback from the first frame of the project's own code on."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [i for i, frame in enumerate(frames) if in_project(frame.filename, task.root)]
    kept = [f for f in frames[own[0] if own else -1 :] if not is_machinery(f.filename)]
    for frame in kept:
        with contextlib.suppress(ValueError):
            frame.filename = Path(frame.filename).relative_to(task.root).as_posix()
    lines = [
        "Traceback (most recent call last):\n",
        *traceback.format_list(kept),
        *traceback.format_exception_only(error),
    ]
    return "".join(lines).rstrip()


def is_machinery(filename: str) -> bool:
    """Whether a frame is of reportgen itself or of Python's import system."""
    return filename.startswith(("<frozen importlib", PACKAGE))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device had too little memory; Apple's says so in a RuntimeError of its own."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    apple = isinstance(error, RuntimeError) and "MPS backend out of memory" in str(error)
    return apple or isinstance(error, torch.cuda.OutOfMemoryError)
