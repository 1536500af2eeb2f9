"""The digit model beside two well-known ones of as many parameters: training, and DDIM sampling.

``python benchmarks/diffusion.py`` makes an environment of its own for the two, which borrows this
one's torch. All are measured in one process, in turn, on one thread, by processor time. The two
are as fast as their makers allow (no attention); diffusers also as its course sets it up for MNIST
(two layers a block, attention in the lower two).
"""

import argparse
import os
import subprocess
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".venv-bench-diffusion"
PACKAGES = ["diffusers", "denoising-diffusion-pytorch"]
BATCH, SAMPLES, STEPS, TIMESTEPS, ROUNDS = 128, 100, 20, 300, 5
TRAINING, SAMPLING = 3, 2
"""What is promised: so many times as fast as the others in training, and in sampling."""

WORK = "training", "sampling"

Measured = tuple[int, Callable[[], object], Callable[[], object]]
"""Parameters, one step of training on BATCH images, and SAMPLES samples by DDIM in STEPS steps."""


def environment() -> Path:
    """The Python of an environment with the two packages and everything that this one has."""
    python = BENCH / "bin" / "python"
    if not python.exists():
        venv.create(BENCH, with_pip=True)
        (site,) = (BENCH / "lib").glob("python*/site-packages")
        (site / "borrowed.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n{ROOT}\n")
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


def ours(width: int) -> Measured:
    """Our U-Net, told time and class, trained to predict v, compiled as in a training of epochs."""
    import torch

    from experiments.diffusion.inference import ready
    from experiments.diffusion.objectives import one_hot, predict_v
    from experiments.diffusion.predictors import from_v
    from experiments.diffusion.samplers import ddim, final
    from experiments.diffusion.schedule import linear
    from experiments.diffusion.train import TrainingState, compiled
    from experiments.diffusion.unet import UNet

    model = UNet(width, time=True, classes=10).to(memory_format=torch.channels_last)
    state, schedule = TrainingState(model, 1e-3, 0.0), linear(TIMESTEPS)
    forward = compiled(model, 469 * 6)
    objective, generator = predict_v(schedule, one_hot(10)), torch.Generator()
    x, labels = torch.randn(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))
    rows = torch.eye(10)[torch.arange(SAMPLES) % 10]

    def sample() -> object:
        network = ready(UNet(width, time=True, classes=10), model.state_dict(), x.device)
        pairs = schedule.pairs(schedule.evenly(STEPS))
        start = torch.randn(SAMPLES, 1, 28, 28)
        return final(ddim(from_v(network, schedule, rows), schedule, start, pairs))

    train = lambda: state.update(objective, forward, x, labels, generator)  # noqa: E731
    return count(model), train, sample


def diffusers(parameters: int, *, as_in_course: bool) -> Measured:
    """``UNet2DModel`` with class embeddings, the scheduler's noise and its DDIM."""
    import torch
    from diffusers import DDIMScheduler, DDPMScheduler, UNet2DModel

    deeper = ("AttnDownBlock2D", "AttnUpBlock2D") if as_in_course else ("DownBlock2D", "UpBlock2D")

    def make(width: int) -> Any:
        return UNet2DModel(
            sample_size=28,
            in_channels=1,
            out_channels=1,
            layers_per_block=2 if as_in_course else 1,
            block_out_channels=(width, 2 * width, 2 * width),
            down_block_types=("DownBlock2D", deeper[0], deeper[0]),
            up_block_types=(deeper[1], deeper[1], "UpBlock2D"),
            norm_num_groups=4,
            attention_head_dim=8,
            add_attention=as_in_course,
            num_class_embeds=10,
        )

    model = nearest(make, parameters, range(4, 100, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    noising, sampling = DDPMScheduler(TIMESTEPS), DDIMScheduler(TIMESTEPS)
    x, labels = torch.randn(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))

    def train() -> None:
        model.train()
        t, noise = torch.randint(0, TIMESTEPS, (BATCH,)), torch.randn_like(x)
        found = model(noising.add_noise(x, noise, t), t, class_labels=labels).sample
        step(optimizer, torch.nn.functional.mse_loss(found, noise))

    @torch.no_grad()
    def sample() -> object:
        model.eval()
        sampling.set_timesteps(STEPS)
        image, asked = torch.randn(SAMPLES, 1, 28, 28), torch.arange(SAMPLES) % 10
        for t in sampling.timesteps:
            found = model(image, t, class_labels=asked).sample
            image = sampling.step(found, t, image).prev_sample
        return image

    return count(model), train, sample


def denoising_diffusion_pytorch(parameters: int) -> Measured:
    """``Unet`` and ``GaussianDiffusion``, without classes, which only spares it work."""
    import torch
    from denoising_diffusion_pytorch import GaussianDiffusion, Unet

    def make(width: int) -> Any:
        return Unet(
            dim=width,
            dim_mults=(1, 2),
            channels=1,
            full_attn=(False, False),
            attn_heads=1,
            attn_dim_head=8,
        )

    model = nearest(make, parameters, range(8, 100, 4))
    diffusion = GaussianDiffusion(
        model, image_size=28, timesteps=TIMESTEPS, sampling_timesteps=STEPS, objective="pred_v"
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.rand(BATCH, 1, 28, 28)

    def train() -> None:
        model.train()
        step(optimizer, diffusion(x))

    def sample() -> object:
        model.eval()
        return diffusion.sample(batch_size=SAMPLES)

    return count(model), train, sample


def nearest(make: Callable[[int], Any], parameters: int, widths: Iterator[int] | range) -> Any:
    """The model whose width brings it nearest to as many parameters."""
    return make(min(widths, key=lambda width: abs(count(make(width)) - parameters)))


def count(model: Any) -> int:
    return sum(p.numel() for p in model.parameters())


def step(optimizer: Any, loss: Any) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work()``, which on one thread is what a free machine would need."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(width: int) -> list[str]:
    """Train and sample in turn, ROUNDS times, and print the best of each and the ratios.

    Returns how the promise is kept against each of the others.
    """
    mine = ours(width)
    models = {
        f"ours, D = {width}": mine,
        "diffusers, lean": diffusers(mine[0], as_in_course=False),
        "diffusers, as in its course": diffusers(mine[0], as_in_course=True),
        "denoising-diffusion-pytorch": denoising_diffusion_pytorch(mine[0]),
    }
    training, sampling = ({name: float("inf") for name in models} for _ in range(2))
    for _ in range(ROUNDS):
        for name, (_, train, sample) in models.items():
            training[name] = min(training[name], seconds(train))
            sampling[name] = min(sampling[name], seconds(sample))
    own_training, own_sampling = next(iter(training.values())), next(iter(sampling.values()))
    verdicts = []
    for name, (parameters, _, _) in models.items():
        slower = f"{training[name] / own_training:.1f}x", f"{sampling[name] / own_sampling:.1f}x"
        row(
            name,
            f"{parameters:,}",
            f"{BATCH / training[name]:.0f} ({slower[0]})",
            f"{sampling[name]:.2f} s ({slower[1]})",
        )
        kept = training[name] >= TRAINING * own_training, sampling[name] >= SAMPLING * own_sampling
        told = [f"{what} {'kept' if k else 'missed'}" for what, k in zip(WORK, kept, strict=True)]
        verdicts.append(f"D = {width}, {name}: {', '.join(told)}")
    return verdicts[1:]  # the first is our own


def row(name: str, parameters: str, training: str, sampling: str) -> None:
    print(f"| {name:<27} | {parameters:>10} | {training:>18} | {sampling:>24} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("widths", nargs="*", type=int, default=[16, 32], help="D of our network.")
    parser.add_argument("--measure", action="store_true", help="Here, without an environment.")
    arguments = parser.parse_args()
    if arguments.measure:
        import torch

        torch.set_num_threads(1)
        row("model", "parameters", "images/s, training", f"{SAMPLES} samples, DDIM {STEPS}")
        row("-" * 27, "-" * 10, "-" * 18, "-" * 24)
        verdicts = [verdict for width in arguments.widths for verdict in measure(width)]
        print(f"Promised: {TRAINING}x the training, {SAMPLING}x the sampling of the others.")
        print("\n".join(verdicts))
    else:
        again = [environment(), Path(__file__), "--measure", *map(str, arguments.widths)]
        subprocess.run(again, check=True, cwd=ROOT, env={**os.environ, "TQDM_DISABLE": "1"})


if __name__ == "__main__":
    main()
