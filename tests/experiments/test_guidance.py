"""Classifier-free guidance."""

import pytest
import torch
from torch import Tensor

from experiments.diffusion.guidance import guided
from reportgen import ReportgenError

X = torch.randn(2, 1, 4, 4)
CONDITIONAL, UNCONDITIONAL = torch.randn(2, 2, 1, 4, 4)


def conditional(x: Tensor, t: int) -> Tensor:
    return CONDITIONAL + t


def unconditional(x: Tensor, t: int) -> Tensor:
    return UNCONDITIONAL + t


def test_scale_one_is_conditional_and_zero_unconditional() -> None:
    assert torch.equal(guided(conditional, unconditional, 1)(X, 5), CONDITIONAL + 5)
    assert torch.equal(guided(conditional, unconditional, 0)(X, 5), UNCONDITIONAL + 5)


@pytest.mark.parametrize("gamma", [0.5, 2, 7.0, 10])
def test_guidance_is_the_papers_formula(gamma: float) -> None:
    """Ho, Salimans 2022 eq. 6: (1 + w) eps_c - w eps_u, with w = gamma - 1."""
    w = gamma - 1
    eps = guided(conditional, unconditional, gamma)(X, 3)
    assert torch.allclose(eps, (1 + w) * (CONDITIONAL + 3) - w * (UNCONDITIONAL + 3), atol=1e-5)


@pytest.mark.parametrize(("gamma", "calls"), [(0, "u"), (1, "c"), (1.0, "c"), (2, "cu")])
def test_no_model_is_asked_in_vain(gamma: float, calls: str) -> None:
    asked = []

    def named(name: str):
        return lambda x, t: (asked.append(name), x)[1]

    guided(named("c"), named("u"), gamma)(X, 1)
    assert "".join(asked) == calls


def test_a_negative_scale_is_refused() -> None:
    with pytest.raises(ReportgenError, match=r"'-0\.5' is negative"):
        guided(conditional, unconditional, -0.5)
