"""Train the denoiser in several processes, on one GPU each, or on the CPU with gloo.

An artifact calls ``train_in_processes``; that starts this module under torchrun, which is what
each of the processes then runs. ``docs/training.md`` explains it.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from experiments.diffusion.objectives import denoise
from experiments.diffusion.train import train
from experiments.diffusion.unet import UNet
from reportgen import Checkpoint, ReportgenError, Run

MODULE = "experiments.examples.torchrun"


def train_in_processes(
    run: Run, images: Tensor, labels: Tensor, *, processes: int, **settings: Any
) -> dict[str, Any]:
    """Train on ``images`` (N, 1, 28, 28) in several processes; returns weights and losses.

    ``settings`` are hidden, sigma, epochs, batch_size and lr. The processes keep checkpoints in
    the run's own place, so that a training that was killed goes on from the last one.
    """
    folder = run.scratch
    save_file({"images": images, "labels": labels}, folder / "data.safetensors")
    state = run.checkpoint("training").path.parent
    job = {**settings, "seed": run.seed, "checkpoints": str(state), "device": run.device.type}
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(processes), "-m", MODULE, str(folder)]
    until_we_end, ours = os.pipe()  # our end of it closes with this process, however that dies
    try:
        done = subprocess.run(
            command, cwd=run.root, stdin=until_we_end, capture_output=True, text=True, check=False
        )
    finally:
        os.close(until_we_end)
        os.close(ours)
    if done.returncode:
        raise ReportgenError(f"The training of {processes} processes failed.", excerpt=done.stderr)
    weights = load_file(folder / "weights.safetensors")
    return {"weights": weights, "loss": json.loads((folder / "loss.json").read_text())}


class OneCheckpoint(Checkpoint):
    """All processes go on from the same state: the first one saves it, every one loads it."""

    def save(self, state: dict[str, Any]) -> None:
        if dist.get_rank() == 0:
            super().save(state)


class ProcessRun(Run):
    """The run of one of the processes: the same seed, and one checkpoint for all."""

    def checkpoint(self, name: str) -> Checkpoint:
        return OneCheckpoint(super().checkpoint(name).path, self)


def leave_with_parent() -> None:
    """End this process when the artifact's has ended, which else would leave it training on."""
    os.read(0, 1)  # nothing is ever written there: it returns when the other end is closed
    os._exit(1)


def main(folder: Path) -> None:
    """One process of a training: its share of every batch, gradients averaged over all."""
    threading.Thread(target=leave_with_parent, daemon=True).start()
    job = json.loads((folder / "job.json").read_text())
    data = load_file(folder / "data.safetensors")
    cuda, local = job["device"] == "cuda", int(os.environ["LOCAL_RANK"])
    dist.init_process_group("nccl" if cuda else "gloo")
    run = ProcessRun(
        "training",
        seed=job["seed"],
        root=Path.cwd(),
        scratch=folder,
        checkpoints=Path(job["checkpoints"]),
        device=f"cuda:{local}" if cuda else "cpu",
    )
    torch.manual_seed(run.seed)  # the same first weights everywhere
    model = UNet(job["hidden"]).to(run.device)
    history = train(
        run,
        DistributedDataParallel(model),
        data["images"],
        data["labels"],
        objective=denoise(job["sigma"]),
        epochs=job["epochs"],
        batch_size=job["batch_size"],
        lr=job["lr"],
        rank=dist.get_rank(),
        world_size=dist.get_world_size(),
    )
    losses = torch.tensor(history["loss"], device=run.device)
    dist.all_reduce(losses)
    check_agreement(model)
    if dist.get_rank() == 0:
        weights = {name: value.cpu().contiguous() for name, value in model.state_dict().items()}
        save_file(weights, folder / "weights.safetensors")
        (folder / "loss.json").write_text(json.dumps((losses / dist.get_world_size()).tolist()))
    dist.destroy_process_group()


def check_agreement(model: torch.nn.Module) -> None:
    """Raise RuntimeError where the processes ended in different weights."""
    for name, value in model.named_parameters():
        first = value.detach().clone()
        dist.broadcast(first, src=0)
        if not torch.equal(first, value):
            raise RuntimeError(f"The processes disagree about '{name}'.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
