"""What a run reads besides its code and its inputs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Observer:
    """A context manager that notes what the code run inside it reads from the project."""

    def __init__(
        self, root: Path, modules: Iterable[str] = (), exclude: Iterable[Path] = ()
    ) -> None:
        self.root = root
        self.observed: dict[str, Any] = {}

    def __enter__(self) -> "Observer":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def declare(self, path: Path) -> None:
        """Note ``path`` as an input of the run."""
