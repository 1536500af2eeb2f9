"""A network made ready for sampling answers as before, and a killed sampling goes on."""

import pytest
import torch
from fake_run import FakeRun, Killed
from torch import Tensor, nn

from experiments.diffusion.inference import folded, in_batches, ready
from experiments.diffusion.unet import UNet


def seasoned(model: nn.Module) -> nn.Module:
    """Batch norms with statistics and weights of their own, as after a training."""
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_mean, module.running_var, module.weight, module.bias):
                tensor.data.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return model.eval()


@torch.no_grad()
def test_a_folded_network_answers_as_before() -> None:
    torch.manual_seed(0)
    model = seasoned(UNet(4, time=True, classes=10))
    x, t, c = torch.randn(3, 1, 28, 28), torch.rand(3), torch.eye(10)[:3]
    expected = model(x, t, c)
    assert torch.allclose(folded(model)(x, t, c), expected, atol=1e-5)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in model.modules())


@torch.no_grad()
def test_ready_takes_shipped_weights() -> None:
    torch.manual_seed(0)
    model, x = seasoned(UNet(4)), torch.randn(2, 1, 28, 28)
    loaded = ready(UNet(4), model.state_dict(), torch.device("cpu"))
    assert torch.allclose(loaded(x), model(x), atol=1e-5)


def counted(part: slice) -> Tensor:
    return torch.arange(part.start, part.stop)


def test_the_parts_are_joined_in_order() -> None:
    parts = in_batches(FakeRun(), "numbers", 10, counted, batch_size=4)
    assert parts.tolist() == list(range(10))


def test_a_killed_sampling_goes_on_where_it_was() -> None:
    run, asked = FakeRun(kill_at=8), []

    def draw(part: slice) -> Tensor:
        asked.append(part.start)
        return counted(part)

    with pytest.raises(Killed):
        in_batches(run, "numbers", 12, draw, batch_size=4)
    run.kill_at = None
    assert in_batches(run, "numbers", 12, draw, batch_size=4).tolist() == list(range(12))
    assert asked == [0, 4, 8]
