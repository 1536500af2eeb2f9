"""Part A, denoising with the model step by step."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from experiments.diffusion.classical import best_gaussian, gaussian_blur
from experiments.diffusion.editing import one_step
from experiments.diffusion.forward import forward, independent
from experiments.diffusion.metrics import psnr
from experiments.diffusion.samplers import Predict, ancestral
from experiments.diffusion.schedule import strided_timesteps
from experiments.part_a.backends import Backend
from experiments.part_a.forward_process import unshrunk
from experiments.part_a.originals import drawn
from experiments.part_a.painting import device_of, from_bytes, opened, shown, to_bytes
from experiments.world.scenes import Scene, randomness
from reportgen import Plot, ReportgenError, Run, Steps, Strip, artifact, figure

METHODS = ("noisy", "blurred", "one step", "iterative")


@artifact
def iterative_denoising(
    run: Run,
    scenes_model: dict[str, Any],
    painter: dict[str, Any],
    originals: dict[str, Any],
    *,
    i_start: int = 10,
    prompt: str = "",
    others: int = 32,
) -> dict[str, Any]:
    """A scene from t = 690 down, step by step; beside it the blur and the one-step estimate.

    ``mean_psnr`` is that of each method over ``others`` scenes more.
    """
    model = opened(painter, scenes_model, run.device)
    predict, timesteps = model.told([prompt]), walk_from(i_start)
    many = torch.stack([drawn(Scene(), randomness(run.seed, i), model.size) for i in range(others)])
    one, all_others = (
        every_method(
            model,
            predict,
            images,
            timesteps,
            [run.generator(f"{label} {i}") for i in range(len(images))],
        )
        for label, images in (("original", originals["images"][:1]), ("other", many))
    )
    return {
        "original": originals["images"][0],
        "timesteps": timesteps,
        "states": torch.cat([to_bytes(x) for x in one["states"]]),
        "images": {name: to_bytes(x)[0] for name, x in one["images"].items()},
        "psnr": one["psnr"],
        "mean_psnr": all_others["psnr"],
    }


def walk_from(i_start: int) -> list[int]:
    """The strided timesteps from number ``i_start`` down."""
    timesteps = strided_timesteps()
    if not 0 <= i_start < len(timesteps):
        raise ReportgenError(
            f"The walk has no step {i_start}.",
            hint=f"'i_start' counts from 0 (t = {timesteps[0]}) to {len(timesteps) - 1} (t = 0).",
        )
    return timesteps[i_start:]


def every_method(
    model: Backend,
    predict: Predict,
    originals: Tensor,
    timesteps: Sequence[int],
    generators: Sequence[Generator],
) -> dict[str, Any]:
    """Originals (B, 3, H, W) with the noise of ``timesteps[0]``, and what each method makes of it.

    Returns the ``states`` of the walk down ``timesteps``, the noisy start first; the ``images`` by
    method, in [-1, 1]; and the ``psnr`` in dB by method.
    """
    t, noise = timesteps[0], independent(generators)
    x0 = from_bytes(originals).to(device_of(model))
    noisy = forward(x0, t, model.schedule, noise(x0))
    states = ancestral(predict, model.schedule, noisy, model.schedule.pairs(timesteps), noise)
    states = [noisy, *states]
    bright = unshrunk(noisy, float(model.schedule.alpha_bar(t)))
    sigma, _ = best_gaussian(bright, shown(x0))
    images = {
        "noisy": noisy,
        "blurred": gaussian_blur(bright, sigma) * 2 - 1,
        "one step": one_step(predict, model.schedule, noisy, t),
        "iterative": states[-1],
    }
    scores = {name: psnr(shown(x), shown(x0)) for name, x in images.items()}
    return {"states": states, "images": images, "psnr": scores}


@figure(
    "A.4a",
    caption="Iterative denoising: the scene with the noise of "
    "t = {iterative_denoising.timesteps.0}, and what is left of it as the walk goes down."
    "{originals.note}",
)
def iterative_denoising_steps(iterative_denoising: dict[str, Any], *, every: int = 5) -> Steps:
    timesteps = list(iterative_denoising["timesteps"])
    shown_steps = sorted({*range(0, len(timesteps), every), len(timesteps) - 1})
    states = iterative_denoising["states"]
    return Steps([states[i] for i in shown_steps], [f"t = {timesteps[i]}" for i in shown_steps])


@figure(
    "A.4b",
    caption="The same noisy image under every method, with the peak signal-to-noise ratio of "
    "each.{originals.note}",
)
def denoising_comparison(iterative_denoising: dict[str, Any]) -> Strip:
    images, score = iterative_denoising["images"], iterative_denoising["psnr"]
    return Strip(
        [iterative_denoising["original"], *(images[name] for name in METHODS)],
        labels=["original", *(f"{name}, {score[name]:.1f} dB" for name in METHODS)],
    )


@figure(
    "A.4d",
    caption="Where each method errs: the error of every pixel of the images above, as the root "
    "mean square over its three colours, all on one scale.{originals.note}",
    alt="Four heat maps on one scale: noise errs everywhere, blur along edges, the network at the "
    "edges of the subject",
)
def error_maps(iterative_denoising: dict[str, Any]) -> Plot:
    from matplotlib.figure import Figure

    truth = iterative_denoising["original"].float() / 255  #        (3, H, W)
    errors = {
        name: (iterative_denoising["images"][name].float() / 255 - truth).square().mean(0).sqrt()
        for name in METHODS
    }
    largest = max(float(error.max()) for error in errors.values())
    drawing = Figure(figsize=(6.65, 1.9), dpi=192, layout="constrained")
    panels = drawing.subplots(1, len(errors))
    for axes, (name, error) in zip(panels, errors.items(), strict=True):
        map_ = axes.imshow(
            error.numpy(), cmap="magma", vmin=0, vmax=largest, interpolation="nearest"
        )
        axes.set_title(name, fontsize=9)
        axes.set_axis_off()
    bar = drawing.colorbar(map_, ax=panels, shrink=0.85, pad=0.01)
    bar.set_label("error, of a range of 1", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return Plot(drawing, lines=[])
