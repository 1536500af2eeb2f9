"""Readers that open files outside of Python, where no hook sees them.

They must be told of: ``run.input(path)`` declares the file. One that is used on an undeclared file
of the project is an error, at the moment of use.
"""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from reportgen.freshness.hooks import tell

# Module: functions or classes that take a path first. A module that imports them by name and may
# be loaded before the first Observer is listed as well.
BLIND = {
    "cv2": ("FileStorage", "VideoCapture", "imread", "imreadmulti"),
    "h5py": ("File",),
    "netCDF4": ("Dataset",),
    "polars": ("read_csv", "read_parquet", "scan_csv", "scan_parquet"),
    "pyarrow.parquet": ("ParquetFile", "read_table"),
    "safetensors": ("safe_open",),
    "safetensors.numpy": ("safe_open",),
    "safetensors.torch": ("safe_open",),
    "soundfile": ("SoundFile", "read"),
    "tables": ("open_file",),
    "torch": ("from_file",),
    "torch.jit": ("load",),
    "torchvision.io": ("decode_image", "read_file", "read_image"),
}
TOPS = frozenset(module.partition(".")[0] for module in BLIND)


def watch_readers() -> None:
    """Tell the listener, as ``blind``, of every path before one of the loaded readers opens it."""
    for module, names in BLIND.items():
        loaded = sys.modules.get(module)
        if loaded is None or is_importing(loaded.__name__):
            continue
        for name in names:
            reader = vars(loaded).get(name) if loaded else None
            if reader is not None and not hasattr(reader, "__reportgen__"):
                setattr(loaded, name, _watched(reader, f"{module}.{name}"))


def is_importing(module: str) -> bool:
    """Whether the package of a module is still being imported, and may yet look at its readers."""
    top = sys.modules.get(module.partition(".")[0])
    return bool(getattr(getattr(top, "__spec__", None), "_initializing", False))


def _watched(reader: Any, name: str) -> Any:
    """A function, or a class of which ``isinstance`` still holds, that checks the path first."""
    if isinstance(reader, type) and "__init__" in vars(reader):
        try:
            setattr(reader, "__init__", _checked(vars(reader)["__init__"], name, 1))  # noqa: B010
            setattr(reader, "__reportgen__", True)  # noqa: B010
            return reader
        except TypeError:  # a class in C cannot be changed, only replaced
            pass
    return _checked(reader, name, 0)


def _checked(reader: Callable[..., Any], name: str, position: int) -> Any:
    @wraps(reader, updated=())
    def checked(*args: Any, **options: Any) -> Any:
        first = args[position] if len(args) > position else next(iter(options.values()), None)
        if isinstance(first, str | os.PathLike):
            tell("blind", name, os.fspath(first))
        return reader(*args, **options)

    checked.__reportgen__ = True  # type: ignore[attr-defined]
    return checked
