"""The forward process, and noise that belongs to an image and to nothing else."""

import numpy as np
import pytest
import torch
from exact import generators

from experiments.diffusion.forward import forward, gaussian_like, independent, pure_noise
from experiments.diffusion.schedule import cosine, linear


def test_forward_is_equation_4() -> None:
    x0, eps = torch.rand(2, 3, 1, 5, 5)
    betas = np.linspace(1e-4, 0.02, 300)
    a = np.prod(1 - betas[:70])

    expected = np.sqrt(a) * x0.numpy() + np.sqrt(1 - a) * eps.numpy()

    assert np.allclose(forward(x0, 70, linear(300), eps).numpy(), expected, atol=1e-6)


def test_a_timestep_for_each_image() -> None:
    x0, eps = torch.rand(2, 3, 1, 5, 5)
    together = forward(x0, torch.tensor([1, 70, 300]), linear(300), eps)
    for i, t in enumerate([1, 70, 300]):
        assert torch.equal(together[i], forward(x0[i : i + 1], t, linear(300), eps[i : i + 1])[0])


def test_the_clean_timestep_gives_the_image_back_exactly() -> None:
    x0, eps = torch.rand(2, 3, 3, 8, 8)
    assert torch.equal(forward(x0, cosine().clean, cosine(), eps), x0)


def test_gaussian_draws_have_the_mean_and_covariance_of_the_images() -> None:
    images = torch.rand(30, 1, 2, 2, generator=torch.Generator().manual_seed(1))
    drawn = gaussian_like(images, 100_000, torch.Generator().manual_seed(2)).flatten(1).numpy()
    x = images.flatten(1).numpy()
    assert np.allclose(drawn.mean(0), x.mean(0), atol=0.005)
    assert np.allclose(np.cov(drawn.T), np.cov(x.T, bias=True), atol=0.003)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 2, 3)])
def test_the_batch_does_not_change_an_images_noise(shape: tuple[int, ...]) -> None:
    whole = pure_noise(shape, generators(5))
    parts = [pure_noise(shape, [g]) for g in generators(5)]
    assert torch.equal(whole, torch.cat(parts))


def test_noise_goes_on_and_seeds_differ() -> None:
    noise, x = independent(generators(2)), torch.zeros(2, 1, 4, 4)
    first, second = noise(x), noise(x)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first, independent(generators(2))(x))
    assert not torch.equal(first, independent(generators(2, seed=1))(x))


def test_every_image_needs_its_own_generator() -> None:
    with pytest.raises(ValueError, match="zip"):
        independent(generators(1))(torch.zeros(2, 1, 4, 4))
