"""Part A, one picture of many: the mean of a model's own samples beside its one-step estimate."""

from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.editing import one_step
from experiments.diffusion.forward import forward, independent
from experiments.diffusion.metrics import confidence_interval, psnr, squared_errors
from experiments.diffusion.samplers import ancestral, final
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import ScenesBackend
from experiments.part_a.painting import device_of, from_bytes, shown, to_bytes
from experiments.world.scenes import pictures
from reportgen import Run, Strip, artifact, figure


@artifact
def mean_of_walks(
    run: Run,
    scenes_model: dict[str, Any],
    *,
    i_start: int = 16,
    scenes: int = 12,
    walks: int = 16,
) -> dict[str, Any]:
    """Scenes under noise: the one-step estimate, single walks, and the mean of ``walks`` of them.

    Only the noise of the walks differs. ``psnr`` in dB of each over all ``scenes``; ``gain`` is by
    how much the mean's squared error is lower than the estimate's, scene by scene, as a share,
    with its 95 % interval.
    """
    model = ScenesBackend(scenes_model["weights"], run.device)
    predict, timesteps = model.told([""]), strided_timesteps()[i_start:]
    images, _ = pictures(run.seed, scenes)
    x0 = from_bytes(images).to(device_of(model))
    noise = independent([run.generator(f"scene {i}") for i in range(scenes)])
    noisy = forward(x0, timesteps[0], model.schedule, noise(x0))
    pairs, found = model.schedule.pairs(timesteps), []
    for k in run.progress(range(walks), "walks"):
        walk = independent([run.generator(f"scene {i}, walk {k}") for i in range(scenes)])
        found.append(shown(final(ancestral(predict, model.schedule, noisy, pairs, walk))))
    every = torch.stack(found)  #                                   (walks, B, 3, H, W)
    estimate = shown(one_step(predict, model.schedule, noisy, timesteps[0]))
    mean, truth = every.mean(0), shown(x0)
    gain = 1 - squared_errors(mean, truth) / squared_errors(estimate, truth)
    return {
        "t": timesteps[0],
        "psnr": {
            "estimate": psnr(estimate, truth),
            "walk": psnr(every.flatten(0, 1), truth.repeat(walks, 1, 1, 1)),
            "mean": psnr(mean, truth),
        },
        "gain": {"mean": float(gain.mean()), "interval": list(confidence_interval(gain))},
        "images": first(truth, noisy, estimate, every, mean),
    }


def first(truth: Tensor, noisy: Tensor, estimate: Tensor, every: Tensor, mean: Tensor) -> Tensor:
    """What the figure shows of the first scene, uint8 (7, 3, H, W): three of its walks among it."""
    tiles = [truth[0], shown(noisy[0]), estimate[0], *every[:3, 0], mean[0]]
    return torch.stack([to_bytes(tile * 2 - 1) for tile in tiles])


@figure(
    "A.4c",
    caption="One noisy scene at t = {mean_of_walks.t}: the estimate at once, three walks that "
    "differ only in their fresh noise, and the mean of {mean_of_walks.walks} such walks.",
)
def many_walks(mean_of_walks: dict[str, Any]) -> Strip:
    labels = ["original", "noisy", "one step", "a walk", "another", "a third", "mean of all"]
    return Strip(list(mean_of_walks["images"]), labels=labels)
