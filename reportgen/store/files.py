"""Whole files or nothing: every write goes to a temporary name, is synced, and is renamed."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: a reader sees the old bytes or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode())


def write_if_changed(path: Path, content: bytes) -> bool:
    """Compare and replace; returns whether the file changed."""
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    write_bytes(path, content)
    return True


def read_json(path: Path) -> Any:
    """The JSON in a file, or None where the file is missing, cut off or damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
