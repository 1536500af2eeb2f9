"""The U-Net of Part B: its size, its shapes, and what its conditions do."""

import pytest
import torch

from experiments.diffusion.unet import UNet
from experiments.part_b.diagram import draw_unet, strongest


@pytest.mark.parametrize(
    ("hidden", "conditions", "expected"),
    [
        (128, {}, 7_891_073),
        (64, {}, 1_975_361),
        (64, {"time": True}, 1_996_417),
        (64, {"time": True, "classes": 10}, 2_019_201),
        (32, {}, 495_137),
        (32, {"time": True}, 500_545),
        (32, {"time": True, "classes": 10}, 506_817),
    ],
)
def test_number_of_parameters(hidden: int, conditions: dict, expected: int) -> None:
    with torch.device("meta"):
        model = UNet(hidden, **conditions)
    assert sum(p.numel() for p in model.parameters()) == expected


def test_shapes_at_every_level() -> None:
    model, shapes = UNet(8, time=True, classes=10), {}
    for name, module in model.named_children():
        module.register_forward_hook(
            lambda _, __, out, name=name: shapes.update({name: tuple(out.shape[1:])})
        )
    x, t, c = torch.rand(2, 1, 28, 28), torch.rand(2), torch.eye(10)[:2]
    assert model(x, t, c).shape == (2, 1, 28, 28)
    assert shapes == {
        "enter": (8, 28, 28),
        "down1": (8, 14, 14),
        "down2": (16, 7, 7),
        "flatten": (16, 1, 1),
        "unflatten": (16, 7, 7),
        "class1": (16,),
        "time1": (16,),
        "up1": (8, 14, 14),
        "class2": (8,),
        "time2": (8,),
        "up2": (8, 28, 28),
        "leave": (1, 28, 28),
    }


def test_the_conditions_matter_and_belong_to_their_image() -> None:
    torch.manual_seed(0)
    model = UNet(8, time=True, classes=10)
    for _ in range(20):  # lets batch norm find the scale of the features
        model(torch.rand(8, 1, 28, 28), torch.rand(8), torch.eye(10)[:8])
    model.eval()
    x = torch.rand(1, 1, 28, 28).expand(3, -1, -1, -1)
    c = torch.zeros(3, 10)
    c[1, 4] = 1
    out = model(x, torch.tensor([0.2, 0.2, 0.9]), c).detach()
    assert float((out[0] - out[1]).abs().max()) > 3e-5
    assert float((out[0] - out[2]).abs().max()) > 3e-5
    alone = model(x[1:2], torch.tensor([0.2]), c[1:2])
    assert torch.allclose(out[1], alone[0], rtol=0, atol=3e-6)


def test_time_is_added_and_class_multiplies() -> None:
    """``condition`` is c * h + t at both levels."""
    model = UNet(8, time=True, classes=10)
    t, c = torch.rand(2), torch.eye(10)[:2]
    for level, width in ((1, 16), (2, 8)):
        h = torch.rand(2, width, 7, 7)
        scale = getattr(model, f"class{level}")(c)[:, :, None, None]
        shift = getattr(model, f"time{level}")(t[:, None])[:, :, None, None]
        assert torch.allclose(model.condition(h, t, c, level), scale * h + shift)


def test_the_diagram_is_of_the_network_at_work() -> None:
    x, t, c = torch.rand(1, 1, 28, 28), torch.full((1,), 0.5), torch.eye(10)[:1]
    plain = draw_unet(UNet(4), (x,)).axes[0]
    told = draw_unet(UNet(4, time=True, classes=10), (x, t, c)).axes[0]
    texts = [{text.get_text() for text in axes.texts} for axes in (plain, told)]
    assert {"4 × 28 × 28", "4 × 14 × 14", "8 × 7 × 7", "8 × 1 × 1", "1 × 28 × 28"} <= texts[0]
    assert texts[1] - texts[0] == {
        *("x", "time and class", "× class + time", "4 numbers each", "8 numbers each")
    }
    assert len(plain.images) == len(told.images) == 9  # the input, and a channel of each block
    assert torch.equal(torch.from_numpy(plain.images[-1].get_array().data), x[0, 0])


def test_of_a_block_the_channel_is_shown_that_varies_most() -> None:
    features = torch.stack([torch.full((3, 3), 9.0), torch.eye(3), torch.zeros(3, 3)])
    assert torch.equal(strongest(features), torch.eye(3))
    assert strongest(torch.arange(4.0).view(4, 1, 1)).tolist() == [[0, 1, 2, 3]]
