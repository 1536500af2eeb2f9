"""Guided sampling with the model of the little world, beside diffusers.

``python benchmarks/scenes.py``
Prints the seconds for 100 guided samples in 34 steps on two threads, and those of diffusers'
UNet2DConditionModel with as many parameters in the same loop. diffusers goes into
``.venv-bench-diffusers``, which borrows torch from this environment.
"""

import os
import site
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".venv-bench-diffusers"
SAMPLES, THREADS, GAMMA, RUNS = 100, 2, 4.0, 3
PROMPT = "a red lighthouse by the sea at dusk"


def prepared() -> Path:
    """The Python that has diffusers, and through a path file all that is installed here."""
    python = BENCH / "bin" / "python"
    if not python.exists():
        venv.create(BENCH, with_pip=True)
        (folder,) = BENCH.glob("lib/python*/site-packages")
        (folder / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    subprocess.run([python, "-m", "pip", "install", "-q", "diffusers"], check=True)
    return python


def seconds(work: Callable[[], Any]) -> float:
    """The least time of several runs: what the machine does besides only ever adds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(weights: Any) -> tuple[float, int]:
    """Seconds for the samples, and the number of parameters."""
    from experiments.part_a.backends import ScenesBackend

    model = ScenesBackend(weights)
    sources = noise_sources()
    from experiments.part_a.painting import paint

    taken = seconds(lambda: paint(model, model.told([PROMPT], GAMMA), sources))
    return taken, sum(p.numel() for p in model.model.parameters())


def noise_sources() -> Callable[[], list[Any]]:
    import torch

    return lambda: [torch.Generator().manual_seed(i) for i in range(SAMPLES)]


def theirs(parameters: int) -> tuple[float, int]:
    """The same with diffusers' network in the place of ours, random weights."""
    import torch

    from experiments.diffusion.forward import independent, pure_noise
    from experiments.diffusion.guidance import guided
    from experiments.diffusion.samplers import ancestral, final
    from experiments.diffusion.schedule import cosine, strided_timesteps

    model = of_size(parameters)
    words, schedule = torch.randn(2, 1, 4, 64), cosine()

    def told(which: int) -> Any:
        def predict(x: Any, t: int) -> Any:
            states = words[which].expand(len(x), -1, -1)
            return model(x, t, encoder_hidden_states=states).sample

        return predict

    def sample() -> Any:
        generators = noise_sources()()
        x = pure_noise((3, 32, 32), generators)
        pairs = schedule.pairs(strided_timesteps())
        predict = guided(told(0), told(1), GAMMA)
        return final(ancestral(predict, schedule, x, pairs, independent(generators)))

    return seconds(sample), sum(p.numel() for p in model.parameters())


def of_size(parameters: int) -> Any:
    """The UNet2DConditionModel whose size is nearest, in its usual shape of four blocks."""
    from diffusers import UNet2DConditionModel

    def made(width: int) -> Any:
        return UNet2DConditionModel(
            sample_size=32,
            in_channels=3,
            out_channels=3,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            block_out_channels=(width, 2 * width, 2 * width),
            layers_per_block=1,
            attention_head_dim=8,
            norm_num_groups=8,
            cross_attention_dim=64,
        ).eval()

    counts = {w: sum(p.numel() for p in made(w).parameters()) for w in range(8, 65, 8)}
    return made(min(counts, key=lambda w: abs(counts[w] - parameters)))


def measure() -> None:
    import torch

    import reportgen

    torch.set_num_threads(THREADS)
    taken, parameters = ours(reportgen.load("scenes_model")["weights"])
    others, their_parameters = theirs(parameters)
    what = f"{SAMPLES} guided samples, 34 steps, {THREADS} threads"
    print(f"ours, {parameters:,} parameters: {what}: {taken:.1f} s")
    print(f"diffusers, {their_parameters:,} parameters: {what}: {others:.1f} s")
    print(f"ratio: {others / taken:.1f} (goal: >= 3)")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        sys.path.insert(0, str(ROOT))
        measure()
    else:
        command = [str(prepared()), __file__, "--measure"]
        raise SystemExit(subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode)
