"""Part B, told the time: what the schedule leaves at its noisy end, and what that does."""

from typing import Any

from torch import Tensor

from experiments.diffusion.data import as_labels
from experiments.diffusion.forward import forward
from experiments.diffusion.inference import in_batches
from experiments.diffusion.schedule import linear
from experiments.diffusion.scores import as_unit
from experiments.part_b.digits import digit_referee, starts, test_pixels
from experiments.part_b.models import READ, beginning, few_steps, time_model
from reportgen import Run, artifact


@artifact
def first_state(
    run: Run,
    mnist: dict[str, Any],
    time_conditional: dict[str, Any],
    digit_judge: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    images: int = 1000,
    steps: int = 20,
    batch_size: int = 250,
) -> dict[str, Any]:
    """DDIM from pure noise, from the mean image under it, and from real images under it.

    All under the noise of the last timestep, the same in all three; ``seen`` is what the network
    has seen at that time. ``brightness`` is the mean of all pixels; ``accuracy`` counts samples
    that are read as the digit under the noise.
    """
    schedule, test = linear(timesteps), test_pixels(mnist)[:images]
    referee, eps = digit_referee(mnist, digit_judge, run.device), starts(run, images)
    labels = as_labels(mnist["test_labels"][:images])
    predict = READ[predicts](time_model(time_conditional, run.device), schedule)
    seen = forward(as_unit(test) * 2 - 1, schedule.last, schedule, eps)
    drawn = {"real": test}
    mean = beginning(time_conditional["mean"], schedule, eps)
    for name, start in {"noise": eps, "mean": mean, "seen": seen}.items():

        def draw(part: slice, start: Tensor = start) -> Tensor:
            return few_steps(predict, schedule, start[part].to(run.device), steps)

        drawn[name] = in_batches(run, name, images, draw, batch_size)
    return {
        name: {
            "brightness": float(as_unit(pixels).mean()),
            **referee.score(pixels, labels, run.generator("interval")),
        }
        for name, pixels in drawn.items()
    }
