"""Part B, the first estimate: what a network says at first, beside what it should say."""

from typing import Any

from experiments.diffusion.data import as_images
from experiments.diffusion.editing import one_step
from experiments.diffusion.schedule import linear
from experiments.part_b.memory import ideal
from experiments.part_b.models import READ, first_states, time_model
from experiments.part_b.noise_alone import rms
from reportgen import Run, artifact


@artifact
def first_estimates(
    run: Run,
    mnist: dict[str, Any],
    time_conditional: dict[str, Any],
    *,
    predicts: str = "v",
    timesteps: int = 300,
    images: int = 64,
) -> dict[str, float]:
    """How far estimates of x0 from where sampling begins lie from the mean image.

    ``network`` and ``ideal``, the best denoiser for the training images, for the same noise; root
    mean square over pixels in [0, 1].
    """
    schedule, train = linear(timesteps), as_images(mnist["train_images"])
    x, mean = first_states(run, time_conditional, schedule, images), time_conditional["mean"]
    predicts_noise = {
        "network": READ[predicts](time_model(time_conditional, run.device), schedule),
        "ideal": ideal(train * 2 - 1, schedule),
    }
    return {
        name: rms(one_step(predict, schedule, x.to(run.device), schedule.last).cpu() - mean) / 2
        for name, predict in predicts_noise.items()
    }
