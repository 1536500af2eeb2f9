"""One training loop for every objective."""

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from experiments.diffusion.objectives import Objective
from reportgen import Run

SYNC_EVERY = 100
"""Steps between two moments at which the loop waits for the device to read the losses."""

Rate = Callable[[float], float]
"""``rate(done)`` is the share of the first learning rate after ``done`` of the training, [0, 1]."""


def constant(done: float) -> float:
    """The same learning rate throughout."""
    return 1.0


def falls_by_epoch(epochs: int, end: float = 0.1) -> Rate:
    """Geometrically to ``end``, once an epoch: the rate after the last epoch would be ``end``."""
    return lambda done: end ** (math.floor(done * epochs) / epochs)


def cosine(done: float, warm_up: float = 0.03) -> float:
    """Up in a straight line for a share ``warm_up`` of the training, and down to nothing.

    Loshchilov, Hutter 2017 (arXiv:1608.03983), equation 5, without restarts.
    """
    return min(1.0, done / warm_up) * (1 + math.cos(math.pi * done)) / 2


def train(
    run: Run,
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    objective: Objective,
    epochs: int,
    batch_size: int,
    lr: float,
    rate: Rate = constant,
    ema: float = 0.0,
    evaluate: Callable[[], dict[str, Any]] | None = None,
    rank: int = 0,
    world_size: int = 1,
) -> dict[str, Any]:
    """Train ``model`` in place with Adam and return the history of the training.

    ``images`` is (N, C, H, W), ``labels`` (N,). The learning rate of a step is ``lr`` times
    ``rate`` of the share of the training that is done in its middle. With ``ema`` the model ends
    with an exponential moving average of its weights, of that decay. ``evaluate()`` is called
    after every epoch. ``rank`` and ``world_size`` give each process of a distributed training its
    share of every batch; the caller wraps the model.

    The order of an epoch and the noise of a step come from generators named by their numbers, so
    a training that resumes from its checkpoint ends in the same weights as one never stopped.

    Returns ``loss`` and ``rates`` (one float a step), ``evaluations`` (one dict an epoch) and
    ``seconds``.
    """
    steps_per_epoch = math.ceil(len(images) / batch_size)
    checkpoint = run.checkpoint("training")
    state = TrainingState(model.to(run.device, memory_format=torch.channels_last), lr, ema)
    state.restore(checkpoint.load())
    first, total = state.step, steps_per_epoch * epochs
    forward = compiled(model, total - first)

    for step in run.progress(range(first, total), "training", total):
        epoch, batch = divmod(step, steps_per_epoch)
        if batch == 0 or step == first:
            order = torch.randperm(len(images), generator=run.generator(f"epoch {epoch}"))
        index = order[batch * batch_size : (batch + 1) * batch_size][rank::world_size]
        state.set_lr(lr * rate((step + 0.5) / total))
        x, c = images[index].to(run.device), labels[index].to(run.device)
        state.update(objective, forward, x, c, run.generator(f"step {step}, rank {rank}"))

        ends_epoch = batch == steps_per_epoch - 1
        if ends_epoch or len(state.pending) == SYNC_EVERY:
            run.log(step=step + 1, loss=state.synchronise())
            if ends_epoch and evaluate:
                state.evaluate(evaluate)
            if ends_epoch or checkpoint.due():
                checkpoint.save(state.as_dict())
    state.use_average()
    return {
        "loss": state.loss,
        "rates": [lr * rate((step + 0.5) / total) for step in range(total)],
        "evaluations": state.evaluations,
        "seconds": state.seconds,
    }


def compiled(model: nn.Module, steps: int) -> nn.Module:
    """Compile the model where the minute that this takes is soon earned back.

    Measured with the U-Net of width 64 on two CPU cores: 60 images a second instead of 48.
    Without a working C++ compiler the model runs as it is.
    """
    if steps < 2000:
        return model
    torch._dynamo.config.suppress_errors = True
    return torch.compile(model, dynamic=False)  # type: ignore[return-value]


class TrainingState:
    """Everything that a training carries from one step to the next."""

    def __init__(self, model: nn.Module, lr: float, ema: float) -> None:
        self.model, self.ema = model, ema
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.average = [p.detach().clone() for p in model.parameters()] if ema else []
        self.loss: list[float] = []
        self.pending: list[Tensor] = []
        self.evaluations: list[dict[str, Any]] = []
        self.seconds, self.clock = 0.0, time.monotonic()

    @property
    def step(self) -> int:
        return len(self.loss)

    def set_lr(self, lr: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = lr

    def update(
        self, objective: Objective, model: nn.Module, x: Tensor, c: Tensor, noise: Generator
    ) -> None:
        """One step of Adam, and of the average, whose decay is smaller in the first steps."""
        model.train()
        with torch.autocast(x.device.type, torch.bfloat16, enabled=x.device.type == "cuda"):
            loss = objective(model, x, c, noise).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.pending.append(loss.detach())
        if self.ema:
            steps = self.step + len(self.pending)
            decay = min(self.ema, (1 + steps) / (10 + steps))
            with torch.no_grad():
                torch._foreach_lerp_(self.average, list(self.model.parameters()), 1 - decay)

    def synchronise(self) -> float:
        """Fetch the losses of the pending steps from the device and return their mean."""
        losses = torch.stack(self.pending).float().tolist()
        self.loss += losses
        self.pending = []
        self.seconds, self.clock = self.seconds + time.monotonic() - self.clock, time.monotonic()
        return sum(losses) / len(losses)

    @torch.no_grad()
    def evaluate(self, evaluate: Callable[[], dict[str, Any]]) -> None:
        """Call ``evaluate()`` while the model holds the averaged weights, outside the clock."""
        trained = [p.detach().clone() for p in self.model.parameters()]
        self.use_average()
        self.model.eval()
        self.evaluations.append(evaluate())
        torch._foreach_copy_(list(self.model.parameters()), trained)
        self.clock = time.monotonic()

    @torch.no_grad()
    def use_average(self) -> None:
        if self.ema:
            torch._foreach_copy_(list(self.model.parameters()), self.average)
        self.model.eval()

    def as_dict(self) -> dict[str, Any]:
        adam = self.optimizer.state_dict()["state"]
        return {
            "model": self.model.state_dict(),
            "adam": [adam[i] for i in sorted(adam)],
            "average": self.average,
            "loss": self.loss,
            "evaluations": self.evaluations,
            "seconds": self.seconds,
        }

    def restore(self, saved: dict[str, Any] | None) -> None:
        if saved is None:
            return
        self.model.load_state_dict(saved["model"])
        adam = self.optimizer.state_dict()
        self.optimizer.load_state_dict({**adam, "state": dict(enumerate(saved["adam"]))})
        self.average = [
            saved.to(p.device)
            for saved, p in zip(saved["average"], self.model.parameters(), strict=False)
        ]
        self.loss, self.evaluations = list(saved["loss"]), list(saved["evaluations"])
        self.seconds = saved["seconds"]
