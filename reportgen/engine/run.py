"""``run``: what a producer may ask of the engine while it runs."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from reportgen.distribution import extra
from reportgen.engine.generators import restore, states
from reportgen.errors import ReportgenError
from reportgen.store.values import load_file, save_file

if TYPE_CHECKING:
    import numpy as np
    import torch

Item = TypeVar("Item")
Report = Callable[..., None]


class Memory(Protocol):
    """What a run has read, in the form that a record keeps."""

    def so_far(self) -> dict[str, Any]:
        """What the run has observed until now."""

    def broken(self, observed: dict[str, Any]) -> str | None:
        """What of an earlier observation no longer holds."""

    def resume(self, observed: dict[str, Any]) -> None:
        """Take over what an earlier run had observed."""


class NoMemory:
    """Of a run that nobody observes."""

    def so_far(self) -> dict[str, Any]:
        """What the run has observed until now."""
        return {}

    def broken(self, observed: dict[str, Any]) -> str | None:
        """Why what was observed no longer holds, or None."""
        return None

    def resume(self, observed: dict[str, Any]) -> None:
        """Begin with what an interrupted run had observed."""


def derive_seed(*parts: object) -> int:
    """A seed of 63 bits from the digest of ``parts``."""
    digest = sha256("/".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class Run:
    """The context of one execution of a producer.

    ``seed`` belongs to the node: it depends on the project's seed and the node's name alone.
    ``scratch`` is an empty folder that is removed afterwards.
    """

    def __init__(
        self,
        node: str,
        *,
        seed: int,
        root: Path,
        scratch: Path,
        checkpoints: Path,
        device: str = "",
        declare: Callable[[Path], None] = lambda path: None,
        memory: Memory | None = None,
        report: Report = lambda kind, **values: None,
    ) -> None:
        self.node, self.seed, self.root, self.scratch = node, seed, root, scratch
        self._device, self._checkpoints = device, checkpoints
        self._declare, self._report = declare, report
        self.memory: Memory = memory or NoMemory()
        self.started, self.earlier = time.monotonic(), 0.0
        self.at = ""

    @property
    def seconds(self) -> float:
        """Wall time that went into this result, also before it was resumed from a checkpoint."""
        return self.earlier + time.monotonic() - self.started

    @cached_property
    def device(self) -> "torch.device":
        """CUDA when there, else MPS, else the CPU, unless ``--device`` says otherwise.

        Raises ReportgenError where a GPU's number is none; torch says where there is none at all.
        """
        torch = import_torch(self.node)
        if self._device:
            device = torch.device(self._device)
            count = torch.cuda.device_count()
            if device.type == "cuda" and device.index is not None and device.index >= count:
                raise ReportgenError(f"There is no '{device}' here: torch sees {count} GPUs.")
            return device
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")

    def generator(self, label: str) -> "torch.Generator":
        """A torch generator on the CPU, its seed given by the run's seed and ``label``."""
        torch = import_torch(self.node)
        return torch.Generator().manual_seed(derive_seed(self.seed, label))

    def rng(self, label: str) -> "np.random.Generator":
        """A NumPy generator, its seed given by the run's seed and ``label``."""
        import numpy as np

        return np.random.default_rng(derive_seed(self.seed, label))

    def progress(
        self, iterable: Iterable[Item], label: str = "", total: int | None = None
    ) -> Iterator[Item]:
        """Iterate, and show how far the run is. Items already behind a resumed run count too."""
        length = len(iterable) if isinstance(iterable, Sized) else None
        total = length if total is None else total
        done = total - length if total is not None and length is not None else 0
        shown = 0.0
        for item in iterable:
            self.at = at_step(label, done + 1, total)
            yield item
            done += 1
            if time.monotonic() - shown > 0.1 or done == total:
                shown = time.monotonic()
                self._report("progress", label=label, done=done, total=total)

    def log(self, **values: float) -> None:
        """Report numbers, such as ``step=100, loss=0.02``: shown live, kept in the run's log."""
        self._report(
            "log", values={k: v if isinstance(v, int) else float(v) for k, v in values.items()}
        )

    def say(self, text: str) -> None:
        """Tell whoever watches the build, and the run's log."""
        self._report("said", text=text)

    def checkpoint(self, name: str) -> "Checkpoint":
        """A place to keep the state of a long run, so that a killed one resumes where it was."""
        return Checkpoint(self._checkpoints / f"{name}.safetensors", self)

    def input(self, path: str | Path) -> Path:
        """Declare a file (relative to the project) as an input and return its absolute path.

        Needed for readers that Python's audit hooks cannot see, such as safetensors and h5py, and
        good manners for all others. The file's content becomes part of what keeps a result fresh.
        """
        absolute = self.root / path
        self._declare(absolute)
        return absolute


class Checkpoint:
    """One file that holds the latest state of a run; gone once the run is recorded.

    With the state go what the run had read until then, as a state that comes from other data is
    worth nothing, and where the global generators of random, NumPy and torch stood.
    """

    def __init__(self, path: Path, run: Run, every: float = 60.0) -> None:
        self.path, self.run, self.every = path, run, every
        self.saved = time.monotonic()

    def due(self) -> bool:
        """Whether a minute has passed since the last save."""
        return time.monotonic() - self.saved >= self.every

    def save(self, state: Any) -> None:
        """Replace the saved state: all that an artifact may return, ``optimizer.state_dict()``
        and the like as they are. Raises ReportgenError for what would not come back."""
        save_file(
            self.path,
            {"state": state, "generators": states()},
            "checkpoint",
            seconds=str(self.run.seconds),
            at=self.run.at or step_of(state),
            observed=json.dumps(self.run.memory.so_far()),
        )
        self.saved = time.monotonic()

    def load(self) -> Any:
        """The saved state, None where there is none that still holds; the run then says why."""
        if not self.path.is_file():
            return None
        try:
            kept, notes = load_file(self.path)
            state, generators = kept["state"], kept["generators"]
            seconds, observed = float(notes["seconds"]), json.loads(notes["observed"])
        except (ReportgenError, KeyError, ValueError, TypeError):
            return self.drop("it cannot be read")
        if changed := self.run.memory.broken(observed):
            return self.drop(changed)
        self.run.memory.resume(observed)
        restore(generators)
        self.run.earlier = max(self.run.earlier, seconds)
        return state

    def drop(self, why: str) -> None:
        """Delete what was saved."""
        self.path.unlink(missing_ok=True)
        self.run.say(f"checkpoint '{self.path.stem}' is dropped: {why}")


def at_step(label: str, done: int, total: int | None) -> str:
    """``step 300 of 9000``, and of which loop where that says more."""
    loop = f" ({label})" if label not in ("", "step", "steps") else ""
    return f"step {done}{f' of {total}' if total else ''}{loop}"


def step_of(state: Any) -> str:
    """``step 300``, where a state tells that."""
    step = state.get("step") if isinstance(state, dict) else None
    return f"step {step}" if isinstance(step, int) else ""


def import_torch(node: str) -> Any:
    """The module torch. Raises ReportgenError, which names the node, where it is not installed."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ReportgenError(
            f"'{node}' needs torch, which is not installed.",
            hint=extra("torch"),
        ) from None
    return torch


def thread_count() -> int:
    """The threads that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
