"""The global random generators of a run: seeded before it begins, kept with its checkpoints.

A package that is imported while the run goes on is seeded as soon as it is there.
"""

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PACKAGES = ("numpy.random", "torch")


def seed_everything(seed: int) -> None:
    """Seed the global generators of random, NumPy and torch, for code that uses them."""
    random.seed(seed)
    whenever_loaded(lambda package: seed_package(package, seed))


def seed_package(package: str, seed: int) -> None:
    """Seed the global generator of a package that is imported."""
    if package == "torch":
        sys.modules["torch"].manual_seed(seed)
    else:
        sys.modules["numpy.random"].seed(seed % 2**32)


def states() -> dict[str, Any]:
    """Where the global generators stand, as values that the store keeps."""
    found: dict[str, Any] = {"random": random.getstate()}
    if numpy := sys.modules.get("numpy.random"):
        found["numpy.random"] = numpy.get_state()
    if torch := sys.modules.get("torch"):
        devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
        found["torch"] = [torch.get_rng_state(), *devices]
    return found


def restore(found: Mapping[str, Any]) -> None:
    """Have the global generators go on where ``states`` found them."""
    random.setstate(found["random"])
    whenever_loaded(lambda package: restore_package(package, found.get(package)))


def restore_package(package: str, state: Any) -> None:
    """Set the global generator of a package to a state that was kept."""
    if package == "torch" and state:
        torch = sys.modules["torch"]
        torch.set_rng_state(state[0])
        for device, held in enumerate(state[1:]):
            if device < torch.cuda.device_count():
                torch.cuda.set_rng_state(held, device)
    elif state:
        sys.modules[package].set_state(state)


def whenever_loaded(act: Callable[[str], None]) -> None:
    """Act on each package that is loaded, and on each other when it will be."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Awaiting)]
    sys.meta_path.insert(0, Awaiting(act))
    for package in PACKAGES:
        if package in sys.modules:
            act(package)


class Awaiting(MetaPathFinder):
    """Finds the packages as the import system does, and acts once they have been loaded."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self.act = act

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that others find, with a loader that acts after the import."""
        if fullname not in PACKAGES:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next(filter(None, found), None)
        if spec and spec.loader:
            spec.loader = Acting(spec.loader, self.act)
        return spec


class Acting(Loader):
    """A loader that lets another do its work, and acts when that is done."""

    def __init__(self, loader: Loader, act: Callable[[str], None]) -> None:
        self.loader, self.act = loader, act

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the loader does that it stands for."""
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then act."""
        self.loader.exec_module(module)
        self.act(module.__name__)
