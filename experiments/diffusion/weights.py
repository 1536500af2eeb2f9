"""Weights as they are shipped: small enough for a repository."""

from torch import Tensor, nn


def compact(model: nn.Module) -> dict[str, Tensor]:
    """The model's weights with every matrix and kernel in float16; vectors keep their precision.

    Biases and the statistics of batch norm are few, and the ones that rounding would hurt.
    """
    return {
        name: (value.half() if value.ndim > 1 else value).cpu().contiguous()
        for name, value in model.state_dict().items()
    }
