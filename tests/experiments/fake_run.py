"""A run without an engine: what a producer asks for, kept in memory."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).parents[2]


def copied(value: Any) -> Any:
    """Values without their history, as a file would hold them."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


class FakeCheckpoint:
    """Keeps the last state that was saved; ``due()`` after every ``every``-th question."""

    def __init__(self, every: int) -> None:
        self.state: dict[str, Any] | None = None
        self.every, self.asked = every, 0

    def load(self) -> dict[str, Any] | None:
        return copied(self.state)

    def save(self, state: dict[str, Any]) -> None:
        self.state = copied(state)

    def due(self) -> bool:
        self.asked += 1
        return self.asked % self.every == 0


class Killed(Exception):
    """What happens to a run at the step that a test names."""


class FakeRun:
    """``kill_at`` ends a progress loop before that item of it, as a lost machine would."""

    def __init__(self, seed: int = 180, kill_at: int | None = None, every: int = 1) -> None:
        self.seed, self.kill_at, self.every = seed, kill_at, every
        self.device = torch.device("cpu")
        self.logged: list[dict[str, Any]] = []
        self.checkpoints: dict[str, FakeCheckpoint] = {}

    def generator(self, label: str) -> torch.Generator:
        digest = sha256(f"{self.seed}/{label}".encode()).digest()
        return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)

    def progress(self, iterable: Iterable, label: str = "", total: int | None = None) -> Iterator:
        for item in iterable:
            if item == self.kill_at:
                raise Killed
            yield item

    def log(self, **values: float) -> None:
        self.logged.append(values)

    def checkpoint(self, name: str) -> FakeCheckpoint:
        return self.checkpoints.setdefault(name, FakeCheckpoint(self.every))

    def input(self, path: str) -> Path:
        return ROOT / path
