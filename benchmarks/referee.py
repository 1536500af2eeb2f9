"""Some twenty numbers of the report, computed again by other code, and both side by side.

``python benchmarks/referee.py``
Uses NumPy, SciPy, scikit-image, and the Fréchet distance of pytorch-fid (``pip install scikit-image
pytorch-fid``); of this report only the stored results, never ``experiments``. The networks are
written out once more, from their weights. Where a number depends on noise, the noise here is
another one, and the two may differ by chance. Exits with 1 where they differ by more than that.
"""

import gzip
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn
from pytorch_fid.fid_score import calculate_frechet_distance
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist, pdist
from skimage.metrics import structural_similarity
from skimage.restoration import denoise_tv_chambolle
from torch import Tensor

import reportgen

ROOT = Path(__file__).parents[1]
IMAGES, SAMPLES, CLASSES = 500, 500, 10
Array = np.ndarray[Any, np.dtype[Any]]
Weights = Mapping[str, Tensor]


def idx(name: str, header: int) -> Array:
    content = gzip.decompress((ROOT / f"experiments/data/mnist/{name}-ubyte.gz").read_bytes())
    return np.frombuffer(content, np.uint8, offset=header)


def digits(part: str) -> tuple[Array, Array]:
    """Images in [0, 1], float64 (N, 784), and labels (N,)."""
    return idx(f"{part}-images-idx3", 16).reshape(-1, 784) / 255, idx(f"{part}-labels-idx1", 8)


def norm(x: Tensor, w: Weights, name: str) -> Tensor:
    """Batch norm with the statistics of the training."""
    keys = ("running_mean", "running_var", "weight", "bias")
    return nn.batch_norm(x, *(w[f"{name}.{key}"].float() for key in keys))


def convolved(x: Tensor, w: Weights, name: str, **how: int) -> Tensor:
    """A convolution, or with ``up`` its transpose."""
    by = nn.conv_transpose2d if how.pop("up", 0) else nn.conv2d
    return by(x, w[f"{name}.weight"].float(), w[f"{name}.bias"].float(), **how)


def block(x: Tensor, w: Weights, name: str, **how: int) -> Tensor:
    return nn.gelu(norm(convolved(x, w, f"{name}.0", **how), w, f"{name}.1"))


def two(x: Tensor, w: Weights, name: str) -> Tensor:
    for k in range(2):
        x = block(x, w, f"{name}.{k}", padding=1)
    return x


def scaled(x: Tensor, w: Weights, level: int, told: tuple[Tensor, Tensor] | None) -> Tensor:
    """Features times what the class says, plus what the time says."""
    if told is None:
        return x
    made = []
    for kind, value in zip(("time", "class"), told, strict=True):
        for layer in (0, 2):
            name = f"{kind}{level}.{layer}"
            value = nn.linear(value, w[f"{name}.weight"].float(), w[f"{name}.bias"].float())
            value = nn.gelu(value) if layer == 0 else value
        made.append(value[:, :, None, None])
    return x * made[1] + made[0]


@torch.no_grad()
def unet(x: Tensor, w: Weights, told: tuple[Tensor, Tensor] | None = None) -> Tensor:
    """The U-Net of Part B, (B, 1, 28, 28) to the same, told time (B, 1) and class (B, 10)."""
    a = two(x, w, "enter")
    b = two(block(a, w, "down1.0", stride=2, padding=1), w, "down1.1")
    z = two(block(b, w, "down2.0", stride=2, padding=1), w, "down2.1")
    u = block(nn.gelu(z.mean((2, 3), keepdim=True)), w, "unflatten", stride=7, up=1)
    u = torch.cat([scaled(u, w, 1, told), z], 1)
    up = two(block(u, w, "up1.0", stride=2, padding=1, up=1), w, "up1.1")
    up = torch.cat([scaled(up, w, 2, told), b], 1)
    up = two(block(up, w, "up2.0", stride=2, padding=1, up=1), w, "up2.1")
    return convolved(two(torch.cat([up, a], 1), w, "leave.0"), w, "leave.1", padding=1)


@torch.no_grad()
def judged(pixels: Array, w: Weights) -> tuple[Array, Array]:
    """What the classifier reads in images (N, 784) in [0, 1], (N,), and its features (N, F)."""
    read, features = [], []
    for part in torch.from_numpy(pixels).float().view(-1, 1, 28, 28).split(500):
        x = part
        for layer, how in ((0, (2, 2)), (3, (2, 1)), (6, (1, 1))):
            x = convolved(x, w, f"convolutions.{layer}", stride=how[0], padding=how[1])
            x = norm(x, w, f"convolutions.{layer + 1}").relu()
        x = nn.linear(x.flatten(1), w["squeeze.0.weight"].float(), w["squeeze.0.bias"].float())
        x = norm(x, w, "squeeze.1").relu()
        features.append(x.numpy())
        read.append(nn.linear(x, w["decide.weight"].float(), w["decide.bias"]).argmax(1).numpy())
    return np.concatenate(read), np.concatenate(features)


def psnr(output: Array, x: Array) -> float:
    return float(-10 * np.log10(np.mean((np.clip(output, 0, 1) - x) ** 2)))


def ssim(output: Array, x: Array) -> float:
    """The mean over images of scikit-image's, as in Wang et al. 2004."""
    pairs = zip(np.clip(output, 0, 1).reshape(-1, 28, 28), x.reshape(-1, 28, 28), strict=True)
    how = {"gaussian_weights": True, "data_range": 1.0}
    return float(np.mean([structural_similarity(a, b, **how) for a, b in pairs]))


def wiener(z: Array, train: Array, sigma: float) -> Array:
    mean, covariance = train.mean(0), np.cov(train.T)
    gain = np.linalg.solve(covariance + sigma**2 * np.eye(784), covariance)
    return mean + (z - mean) @ gain


def remembered(z: Array, train: Array, sigma: float) -> Array:
    """The mean of the training images, weighted by how well each explains z."""
    outputs = []
    for part in np.array_split(z, len(z) // 50):
        log_weight = -cdist(part, train, "sqeuclidean") / (2 * sigma**2)
        weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
        outputs.append(weight @ train / weight.sum(1, keepdims=True))
    return np.concatenate(outputs)


def each(filtered: Callable[[Array], Array], z: Array) -> Array:
    return np.stack([filtered(image.reshape(28, 28)).ravel() for image in z])


def frechet(a: Array, b: Array) -> float:
    moments = (a.mean(0), np.cov(a.T), b.mean(0), np.cov(b.T))
    return float(calculate_frechet_distance(*(m.astype(np.float64) for m in moments)))


def levels(betas: Array) -> Array:
    return np.cumprod(1 - betas)


def cosine(steps: int = 1000) -> Array:
    g = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.minimum(1 - g[1:] / g[:-1], 0.999)


@torch.no_grad()
def sampled(w: Weights, asked: Array, gamma: float, steps: int, mean: Array, draw: Any) -> Array:
    """DDIM by the guided v of the class-conditional network, pixels in [0, 1], (N, 784).

    It begins with the images' ``mean`` (784,), from 0 to 1, under the noise of the last timestep.
    """
    alpha_bar, last = levels(np.linspace(1e-4, 0.02, 300)), 300
    noise = draw.normal(size=(len(asked), len(mean)))
    start = alpha_bar[-1] ** 0.5 * (2 * mean - 1) + (1 - alpha_bar[-1]) ** 0.5 * noise
    x = torch.from_numpy(start).float().view(-1, 1, 28, 28)
    rows = nn.one_hot(torch.from_numpy(asked).long(), CLASSES).float()
    for t in range(last, 0, -last // steps):
        time = torch.full((len(x), 1), t / last)
        with_class, without = (unet(x, w, (time, c)) for c in (rows, torch.zeros_like(rows)))
        v = without + gamma * (with_class - without)
        now = float(alpha_bar[t - 1])
        then = float(alpha_bar[t - last // steps - 1]) if t > last // steps else 1.0
        x0 = now**0.5 * x - (1 - now) ** 0.5 * v
        eps = (1 - now) ** 0.5 * x + now**0.5 * v
        x = then**0.5 * x0 + (1 - then) ** 0.5 * eps
    return np.rint(np.clip((x.flatten(1).numpy() + 1) * 127.5, 0, 255)) / 255


RESULTS = (
    *("denoiser", "denoiser_rivals", "loss_by_time", "digit_judge", "frechet_floor"),
    *("digit_guidance", "class_conditional", "copies_by_scale", "perfect_memory"),
)


def compared() -> list[tuple[str, float, float, float]]:
    """(what, ours, the referee's, how far they may be apart) of every number."""
    draw, known = np.random.default_rng(0), {n: reportgen.load(n, start=ROOT) for n in RESULTS}
    (train, _), (test, labels) = digits("train"), digits("t10k")
    x = test[:IMAGES]
    eps, rivals = draw.normal(size=x.shape), known["denoiser_rivals"]["scores"]
    weights = known["denoiser"]["weights"]
    rows: list[tuple[str, float, float, float]] = []

    def row(what: str, ours: Any, other: float, apart: float) -> None:
        rows.append((what, float(ours), other, apart))

    for sigma in (0.2, 0.5, 1.0):
        z = torch.from_numpy(x + sigma * eps).float().view(-1, 1, 28, 28)
        output = np.concatenate([unet(part, weights).flatten(1).numpy() for part in z.split(100)])
        ours = rivals["unet"][str(sigma)]
        row(f"denoiser, σ = {sigma}, PSNR", ours["psnr"], psnr(output, x), 0.3)
        row(f"denoiser, σ = {sigma}, SSIM", ours["ssim"], ssim(output, x), 0.02)
    z = x + 0.5 * eps
    outputs = {
        "wiener": wiener(z, train, 0.5),
        "posterior": remembered(z, train, 0.5),
        "gaussian": max(
            (
                each(lambda image, s=s: gaussian_filter(image, s), z)
                for s in np.arange(0.8, 1.6, 0.1)
            ),
            key=lambda output: psnr(output, x),
        ),
        "variation": max(
            (each(lambda i, w=w: denoise_tv_chambolle(i, w), z) for w in np.arange(0.3, 1.2, 0.1)),
            key=lambda output: psnr(output, x),
        ),
        "noisy": z,
        "black": 0 * z,
    }
    for name, output in outputs.items():
        row(f"{name}, σ = 0.5, PSNR", rivals[name]["0.5"]["psnr"], psnr(output, x), 0.4)

    ours = known["loss_by_time"]["alpha_bar"]
    row("what is left of the signal, t = 300", ours, levels(np.linspace(1e-4, 0.02, 300))[-1], 1e-9)
    judge = known["digit_judge"]
    read, features = judged(test, judge["weights"])
    _, real = judged(train, judge["weights"])
    row("judge, test accuracy", judge["test_accuracy"], float((read == labels).mean()), 1e-3)
    floor = known["frechet_floor"]
    sets = [frechet(part, real) for part in np.split(draw.permutation(features), 10)]
    row("Fréchet distance, test sets of 1,000", floor["1000"]["mean"], float(np.mean(sets)), 0.06)
    row("Fréchet distance, 10,000 of training", floor["train"], frechet(real[:10_000], real), 0.01)
    guidance = known["digit_guidance"]
    row("Fréchet distance, test", guidance["real"]["frechet"], frechet(features, real), 0.01)
    spread = [pdist(test[read == c][:500]).mean() for c in range(CLASSES)]
    row("diversity within a class, test", guidance["real"]["diversity"], np.mean(spread), 0.01)
    asked = np.arange(SAMPLES) % CLASSES
    drawn = sampled(known["class_conditional"]["weights"], asked, 2.5, 20, train.mean(0), draw)
    read, _ = judged(drawn, judge["weights"])
    ours = guidance["scores"]["2.5"]["accuracy"]
    row("samples as asked, γ = 2.5", ours, float((read == asked).mean()), 0.025)
    nearest = cdist(test[:1000], train).min(1)
    ours = known["copies_by_scale"]["means"]["test"]
    row("nearest training image of test images", ours, float(nearest.mean()), 1e-3)
    memory = known["perfect_memory"]
    shown = memory["samples"].double().flatten(1).numpy()
    other = float(np.median(cdist(shown, train).min(1)))
    row("perfect memory, median of ten", memory["distances"][: len(shown)].median(), other, 0.01)
    return rows


def main() -> int:
    wrong = 0
    print(f"{'':40} {'ours':>9} {'referee':>9} {'may differ':>11}")
    for what, ours, other, apart in compared():
        agrees = abs(ours - other) <= apart
        wrong += not agrees
        print(f"{what:40} {ours:9.4f} {other:9.4f} {apart:11.4g}{'' if agrees else '  WRONG'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
