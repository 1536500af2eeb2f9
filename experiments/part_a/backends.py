"""Models that Part A runs on, behind one small protocol.

A backend has a ``name``, a ``size`` in pixels, ``channels``, a ``schedule``, ``prompts`` that it
understands, and ``told``. Images are (B, channels, size, size) in [-1, 1].
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from experiments.diffusion.guidance import guided
from experiments.diffusion.predictors import from_v
from experiments.diffusion.samplers import Predict
from experiments.diffusion.schedule import Schedule, cosine
from experiments.world.network import SceneUNet
from experiments.world.pen import SIZE
from experiments.world.scenes import everything, parse, words_of
from reportgen import ReportgenError


class Backend(Protocol):
    """What the figures of Part A ask of a model."""

    name: str
    size: int
    channels: int
    schedule: Schedule
    prompts: tuple[str, ...]

    def told(self, prompts: Sequence[str], gamma: float = 1.0) -> Predict:
        """What samplers take: the model with a prompt for each image of a batch, or one for all.

        ``gamma`` guides it away from the empty prompt, the unconditional one. Raises
        ReportgenError for a prompt that the model does not understand.
        """
        ...


class ScenesBackend:
    """Our own model of the little world (``scenes``): v-prediction, cosine schedule, 32 x 32."""

    name, size, channels = "scenes", SIZE, 3

    def __init__(self, weights: Mapping[str, Tensor], device: torch.device | str = "cpu") -> None:
        """``weights`` are those of a SceneUNet; its widths are read from them."""
        self.schedule = cosine(1000)
        self.prompts = tuple(scene.prompt for scene in everything())
        self.model = loaded(weights).to(device, memory_format=torch.channels_last)

    def told(self, prompts: Sequence[str], gamma: float = 1.0) -> Predict:
        """The noise in images (B, 3, 32, 32), of prompts of known words."""
        return self.told_words(words_of(prompts), gamma)

    def told_words(self, words: Tensor, gamma: float = 1.0) -> Predict:
        """The same of prompts as numbers of words: ``words`` (B, 4), or (1, 4) for all images."""
        return guided(self.knowing(words), self.knowing(torch.zeros_like(words)), gamma)

    def knowing(self, words: Tensor) -> Predict:
        """The model with ``words``, unguided."""

        def predict(x: Tensor, t: int) -> Tensor:
            c = words.to(x.device).expand(len(x), -1)  #            (B, 4)
            return from_v(self.model, self.schedule, c)(x, t)

        return predict


def loaded(weights: Mapping[str, Tensor]) -> SceneUNet:
    """A SceneUNet with these weights, ready to predict."""
    if not weights:
        raise ReportgenError(
            "The backend 'scenes' has no weights.",
            hint="Train it with 'reportgen build scenes_model', or restore the bundle.",
        )
    try:
        widths = [weights[f"{name}.norm2.weight"].numel() for name in ("down1", "down2", "middle")]
        model = SceneUNet((widths[0], widths[1], widths[2]))
        model.load_state_dict(dict(weights))
    except (KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise ReportgenError(
            f"The weights of the backend 'scenes' are of another network: {reason}.",
            hint="Train it again with 'reportgen build scenes_model'.",
        ) from None
    return model.eval()


def two_prompts(backend: Backend, first: str, second: str) -> tuple[str, str]:
    """Two prompts for one image, once they are known to tell the backend different things."""
    told = parse if backend.name == "scenes" else str.split
    if told(first) == told(second):
        raise ReportgenError(
            f"The prompts '{first}' and '{second}' say the same.",
            hint="An image of two readings needs two prompts.",
        )
    return first, second


def backend(name: str, **parts: Any) -> Backend:
    """The backend of that name: ``scenes`` (``weights``) or ``deepfloyd`` (see ``deepfloyd``)."""
    if name == "scenes":
        return ScenesBackend(**parts)
    if name == "deepfloyd":
        from experiments.part_a.deepfloyd import DeepFloyd

        return DeepFloyd(**parts)
    raise ReportgenError(
        f"There is no backend '{name}'.", hint="Known backends: scenes, deepfloyd."
    )
