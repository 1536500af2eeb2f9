"""What it costs that a run is observed: the training of the digit model, with and without.

``python benchmarks/observing.py`` trains for some steps on one thread, in processes of their own
and in turn, and prints the processor time of a step and the ratio of the two medians. The observed
process also pays for what is seen once, at the first step; a real training has thousands.
"""

import os
import statistics
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS, STEPS, BATCH = 6, 40, 128


class Bare:
    """As much of a run as a training asks for, without a store."""

    def __init__(self) -> None:
        import torch

        self.device = torch.device("cpu")

    def generator(self, label: str) -> Any:
        import torch

        return torch.Generator().manual_seed(len(label))

    def progress(self, steps: Any, *_: Any) -> Any:
        return steps

    def log(self, **values: float) -> None: ...

    def checkpoint(self, name: str) -> "Bare":
        return self

    def load(self) -> None: ...

    def due(self) -> bool:
        return False

    def save(self, state: Any) -> None: ...


def train_for_a_while(observed: bool) -> None:
    """Print the processor time of a step."""
    from reportgen.observe import Observer

    with Observer(ROOT, exclude=[ROOT / ".reportgen"]) if observed else nullcontext():
        import torch

        from experiments.diffusion.objectives import one_hot, predict_v
        from experiments.diffusion.schedule import linear
        from experiments.diffusion.train import train
        from experiments.diffusion.unet import UNet

        torch.set_num_threads(1)
        images, labels = torch.randn(STEPS * BATCH, 1, 28, 28), torch.zeros(STEPS * BATCH).long()
        model, objective = UNet(16, time=True, classes=10), predict_v(linear(300), one_hot(10))
        begun = time.process_time()
        train(
            Bare(),  # type: ignore[arg-type]
            model,
            images,
            labels,
            objective=objective,
            epochs=1,
            batch_size=BATCH,
            lr=1e-3,
        )
        print((time.process_time() - begun) / STEPS)


def main() -> None:
    """Compare the two, in turn."""
    if len(sys.argv) > 1:
        train_for_a_while(sys.argv[1] == "observed")
        return
    seconds: dict[str, list[float]] = {"bare": [], "observed": []}
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    for _ in range(ROUNDS):
        for kind, found in seconds.items():
            command = [sys.executable, __file__, kind]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
            found.append(float(done.stdout.split()[-1]))
    bare, observed = (statistics.median(found) for found in seconds.values())
    print(f"a step: bare {bare:.4f} s, observed {observed:.4f} s, ratio {observed / bare:.3f}")
    print("each:", {kind: [round(s, 4) for s in found] for kind, found in seconds.items()})


if __name__ == "__main__":
    main()
