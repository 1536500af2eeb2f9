"""Classifier-free guidance, wrapped around any prediction."""

from torch import Tensor, lerp

from experiments.diffusion.samplers import Predict
from reportgen import ReportgenError


def guided(conditional: Predict, unconditional: Predict, gamma: float) -> Predict:
    """Classifier-free guidance (Ho, Salimans 2022, arXiv:2207.12598), as in Imagen eq. 2.

    eps = eps_u + gamma (eps_c - eps_u): gamma = 0 leaves the condition out, gamma = 1 is plain
    conditional, and larger values overstate it. The original paper (eq. 6) counts w = gamma - 1.
    At 0 and 1 one model is asked, not two.
    """
    if gamma < 0:
        raise ReportgenError(
            f"The guidance scale '{gamma}' is negative.",
            hint="Choose 0 (without the condition), 1 (plain conditional) or more.",
        )
    if gamma in (0, 1):
        return conditional if gamma else unconditional

    def predict(x: Tensor, t: int) -> Tensor:
        eps_c = conditional(x, t)  #                                (B, C, H, W)
        eps_u = unconditional(x, t)  #                              (B, C, H, W)
        return lerp(eps_u, eps_c, gamma)

    return predict
