"""The model in one file: it stands alone, stays short, and learns to draw what it is told."""

import ast

import pytest
import torch
from fake_run import ROOT

from experiments import hello_diffusion as hello

FILE = ROOT / "experiments/hello_diffusion.py"


def test_it_is_a_hundred_lines_at_most_and_uses_nothing_of_this_project() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    tree = ast.walk(ast.parse(text))
    imported = {n.module for n in tree if isinstance(n, ast.ImportFrom) and n.module}
    assert not [name for name in imported if name.startswith(("experiments", "reportgen"))]


def test_the_digits_are_those_of_mnist() -> None:
    x, labels = hello.mnist()
    assert x.shape == (60_000, 1, 28, 28)
    assert (float(x.min()), float(x.max())) == (-1, 1)
    assert labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_it_learns_what_it_is_told_to_draw() -> None:
    """Two classes, all black and all white: after a short training each is drawn when asked for."""
    torch.manual_seed(0)
    labels = torch.arange(200) % 2
    x = (labels * 2.0 - 1).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    model = hello.UNet(8)
    hello.train(model, x, labels, steps=120, batch=16)
    drawn = hello.sample(model, torch.tensor([0, 1] * 4), gamma=1.0, steps=10)
    assert drawn.shape == (8, 1, 28, 28)
    means = drawn.mean((1, 2, 3))
    assert float(means[1::2].min()) > float(means[::2].max()) + 0.5


def test_sampling_ends_at_the_estimate_of_the_last_step() -> None:
    """A network that knows the image: v = (sqrt(ab) x_t - x0) / sqrt(1 - ab) gives back x0."""
    image = torch.full((2, 1, 28, 28), 0.25)

    def knows(x: torch.Tensor, t: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        alpha_bar = hello.ALPHA_BAR[t].view(-1, 1, 1, 1)
        return (alpha_bar.sqrt() * x - image) / (1 - alpha_bar).sqrt()

    torch.manual_seed(0)
    drawn = hello.sample(knows, torch.tensor([1, 2]))  # type: ignore[arg-type]
    assert float((drawn - image).abs().max()) == pytest.approx(0, abs=1e-4)
