"""Where in the store a run leaves what is no record."""

from pathlib import Path


def checkpoint_folder(store: Path, node: str, key: str) -> Path:
    """Where a run keeps its checkpoints: another key is another training."""
    return store / "checkpoints" / node / key[:24]


def kept_file(store: Path, node: str) -> Path:
    """Where the value of a run is kept that could not be recorded."""
    return store / "kept" / f"{node}.safetensors"


def failure_file(store: Path, node: str) -> Path:
    """Why the last run failed: its key, message and traceback."""
    return store / "failures" / f"{node}.json"


def interrupted_file(store: Path, node: str) -> Path:
    """Where the last run was when it was stopped, and its key."""
    return store / "interrupted" / f"{node}.json"
