"""When the judge of scenes should say "neither": pictures whose features no drawn scene has."""

from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.diffusion.classifier import Classifier, judge


@dataclass(frozen=True, eq=False)
class Doubt:
    """Mahalanobis distance of features (Lee et al. 2018, arXiv:1807.03888) eq. 2, with a limit.

    ``means`` (K, F) are those of the subjects, ``precision`` (F, F) is the inverse of the
    covariance that they share, and beyond ``limit`` a picture is none of them.
    """

    means: Tensor
    precision: Tensor
    limit: float

    def distance(self, features: Tensor) -> Tensor:
        """From features (N, F) to the nearest subject, float64 (N,)."""
        away = features.double()[:, None] - self.means  #            (N, K, F)
        squares = torch.einsum("nkf,fg,nkg->nk", away, self.precision, away)
        return squares.clamp(min=0).amin(1).sqrt()

    def neither(self, features: Tensor) -> Tensor:
        """Whether a picture with these features (N, F) is like no drawn scene, bool (N,)."""
        return self.distance(features) > self.limit


def fit_doubt(features: Tensor, subjects: Tensor, calm: Tensor, share: float = 0.01) -> Doubt:
    """Doubt of what is unlike drawn scenes: their ``features`` (N, F) by subject (N,).

    The limit is the one that a ``share`` of other drawn scenes, with features ``calm`` (M, F),
    goes beyond.
    """
    kinds = subjects.unique()
    means = torch.stack([features[subjects == k].double().mean(0) for k in kinds])
    within = features.double() - means[torch.searchsorted(kinds, subjects)]
    covariance = within.T.cov() + 1e-6 * torch.eye(within.shape[1], dtype=torch.float64)
    doubt = Doubt(means, torch.linalg.inv(covariance), torch.inf)
    return Doubt(means, doubt.precision, float(doubt.distance(calm).quantile(1 - share)))


def features_of(model: Classifier, images: Tensor) -> Tensor:
    """The judge's features (N, F) of uint8 scenes."""
    return judge(model, images.float() / 255)[1]
