"""Part B, all trainings in one plot, each with the loss on images that it never saw."""

from typing import Any

import torch
from torch import nn

from experiments.diffusion.data import as_images, as_labels
from experiments.diffusion.inference import ready
from experiments.diffusion.metrics import confidence_interval
from experiments.diffusion.objectives import Objective, denoise, flow, one_hot
from experiments.diffusion.schedule import linear
from experiments.diffusion.unet import UNet
from experiments.part_b.digits import CLASSES
from experiments.part_b.models import PREDICT, conditional_model, hidden_of, time_model
from reportgen import Curve, Run, artifact, figure

NAMES = {
    "denoiser": "denoiser",
    "time_conditional": "told the time",
    "class_conditional": "told time and class",
    "flow_matching": "flow",
}


@artifact
def losses_on_test_images(
    run: Run,
    mnist: dict[str, Any],
    denoiser: dict[str, Any],
    time_conditional: dict[str, Any],
    class_conditional: dict[str, Any],
    flow_matching: dict[str, Any],
    *,
    sigma: float = 0.5,
    predicts: list[str] = ("v", "v"),
    timesteps: int = 300,
    drop: float = 0.1,
    images: int = 1000,
) -> dict[str, Any]:
    """The loss of every training on test images, after its last step, with 95 % intervals."""
    schedule, classes = linear(timesteps), one_hot(CLASSES, drop)
    x, labels = as_images(mnist["test_images"][:images]), as_labels(mnist["test_labels"][:images])
    weights = denoiser["weights"]
    trained: dict[str, tuple[nn.Module, Objective]] = {
        "denoiser": (ready(UNet(hidden_of(weights)), weights, run.device), denoise(sigma)),
        "time_conditional": (
            time_model(time_conditional, run.device),
            PREDICT[predicts[0]](schedule),
        ),
        "class_conditional": (
            conditional_model(class_conditional, run.device),
            PREDICT[predicts[1]](schedule, classes),
        ),
        "flow_matching": (conditional_model(flow_matching, run.device), flow(classes)),
    }
    found = {}
    for name, (model, objective) in trained.items():
        pixels = x if name == "denoiser" else x * 2 - 1
        with torch.no_grad():
            losses = objective(
                model, pixels.to(run.device), labels.to(run.device), run.generator(name)
            )
        low, high = confidence_interval(losses.cpu())
        found[name] = {"mean": float(losses.mean()), "low": low, "high": high}
    return found


@figure(
    "B.3-curves",
    caption="All trainings of Part B: the loss of every step, and as a dot the loss on "
    "{losses_on_test_images.images:,} test images once it was over. What each predicts differs, so "
    "levels compare only where the target is the same.",
)
def all_trainings(
    losses_on_test_images: dict[str, Any],
    denoiser: dict[str, Any],
    time_conditional: dict[str, Any],
    class_conditional: dict[str, Any],
    flow_matching: dict[str, Any],
) -> Curve:
    given = (denoiser, time_conditional, class_conditional, flow_matching)
    lines: dict[str, Any] = {}
    for (name, label), trained in zip(NAMES.items(), given, strict=True):
        loss = trained["loss"]
        lines[label] = (range(1, len(loss) + 1), loss)
        lines[f"{label}, test"] = ([len(loss)], [losses_on_test_images[name]["mean"]])
    dots = [name for name in lines if name.endswith(", test")]
    return Curve(lines, x="step", y="mean squared error", log_x=True, log_y=True, dots=dots)
