"""Visual anagrams: one image that reads as one prompt, and as another once it is turned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.diffusion.samplers import Predict


@dataclass(frozen=True)
class View:
    """A permutation of the pixels of (B, C, H, W), and its inverse.

    Only such views leave Gaussian noise as Gaussian as it was; a blur, say, does not work.
    """

    name: str
    see: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]


def upright(x: Tensor) -> Tensor:
    """The image as it is."""
    return x


def half_turn(x: Tensor) -> Tensor:
    """Turned by 180 degrees; its own inverse."""
    return x.rot90(2, (-2, -1))


def upside_down(x: Tensor) -> Tensor:
    """Flipped at a horizontal line; its own inverse."""
    return x.flip(-2)


def quarter_turn(x: Tensor) -> Tensor:
    """Turned by 90 degrees to the left."""
    return x.rot90(1, (-2, -1))


def quarter_back(x: Tensor) -> Tensor:
    """Turned by 90 degrees to the right."""
    return x.rot90(-1, (-2, -1))


VIEWS = {
    view.name: view
    for view in (
        View("upright", upright, upright),
        View("half turn", half_turn, half_turn),
        View("upside down", upside_down, upside_down),
        View("quarter turn", quarter_turn, quarter_back),
    )
}


def permutation(name: str, order: Tensor) -> View:
    """The view whose pixel number i, row by row, is pixel ``order[i]`` of the image."""
    inverse = order.argsort()

    def see(x: Tensor) -> Tensor:
        return x.flatten(-2)[..., order].view_as(x)

    def back(x: Tensor) -> Tensor:
        return x.flatten(-2)[..., inverse].view_as(x)

    return View(name, see, back)


def anagram(views: Sequence[tuple[View, Predict]]) -> Predict:
    """Visual Anagrams (Geng, Park, Owens 2024, arXiv:2311.17919): the mean of all views' noise.

    Each model sees the image through its own view, and its noise is brought back:
    eps = mean of back(eps(see(x))).
    """

    def predict(x: Tensor, t: int) -> Tensor:
        return torch.stack([view.back(model(view.see(x), t)) for view, model in views]).mean(0)

    return predict
