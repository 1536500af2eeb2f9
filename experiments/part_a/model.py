"""Part A, the model and its world: what it is trained on, and the judge of what it paints."""

from itertools import cycle
from typing import Any

import torch

from experiments.diffusion.schedule import cosine
from experiments.diffusion.train import falls_by_epoch, train
from experiments.diffusion.weights import compact
from experiments.part_a import backends, deepfloyd
from experiments.part_a.originals import drawn
from experiments.world.judge import by_slot, name_attributes, read, scene_classifier
from experiments.world.network import SceneUNet, predict_v_of_scenes
from experiments.world.scenes import HELD_OUT, SLOTS, Scene, pictures, randomness
from reportgen import Grid, Run, artifact, figure


@artifact
def scenes_model(
    run: Run,
    *,
    widths: list[int] = (32, 64, 128),
    scenes: int = 100_000,
    epochs: int = 6,
    batch_size: int = 64,
    lr: float = 1.5e-3,
    lr_final: float = 3e-5,
    ema: float = 0.999,
) -> dict[str, Any]:
    """Text-conditional U-Net that predicts v on the cosine schedule, with averaged weights."""
    model = SceneUNet(tuple(widths))
    images, words = pictures(run.seed, scenes)
    history = train(
        run,
        model,
        images,
        words,
        objective=predict_v_of_scenes(cosine(1000)),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=falls_by_epoch(epochs, lr_final / lr),
        ema=ema,
    )
    return {
        "weights": compact(model),
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": torch.tensor(history["loss"]),
        "training_seconds": history["seconds"],
    }


@artifact
def scenes_judge(
    run: Run,
    *,
    scenes: int = 20_000,
    epochs: int = 6,
    batch_size: int = 128,
    lr: float = 3e-3,
    lr_final: float = 1e-4,
    test_scenes: int = 5_000,
) -> dict[str, Any]:
    """Classifier of subject, time, place and colour, tested on drawn scenes it never saw.

    It also learns the combinations that the model never sees, for it has to judge both alike.
    """
    model = scene_classifier()
    seen, left_out = pictures(run.seed, scenes), pictures(run.seed, scenes // 4, held_out=True)
    images, words = (torch.cat(parts) for parts in zip(seen, left_out, strict=True))
    train(
        run,
        model,
        images,
        words,
        objective=name_attributes(),
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        rate=falls_by_epoch(epochs, lr_final / lr),
    )
    weights = compact(model)
    model.load_state_dict(weights)
    model.eval()
    floor = {}
    for name, held_out in (("seen", False), ("left_out", True)):
        x, truth = pictures(run.seed + 1, test_scenes, held_out=held_out)
        floor[name] = by_slot(read(model, x), truth)
    return {"weights": weights, "floor": floor}


SIZES = {"scenes": 32, "deepfloyd": 64}
"""Pixels of each backend's images."""


@artifact
def painter(
    *, backend: str = "scenes", prompts: list[str] = (), revision: str = "main"
) -> dict[str, Any]:
    """Which model Part A runs on; for DeepFloyd IF with its prompts' embeddings, made once.

    ``commit`` is what ``revision`` named on the model's hub, and what the network is loaded from.
    """
    if backend not in SIZES:
        backends.backend(backend)  # says which there are
    found = {"backend": backend, "size": SIZES[backend], "embeddings": {}, "commit": ""}
    if backend == "deepfloyd":
        found["embeddings"] = deepfloyd.embed(prompts, revision)
        found["commit"] = deepfloyd.commit(revision)
    return found


@figure(
    "A.0",
    caption="What the model has seen: {rows} subjects, each in four places, at noon, dusk and "
    "night. The first picture is a red lighthouse in a field at noon; colours "
    "change from scene to scene.",
)
def little_world(run: Run, *, rows: int = 8) -> Grid:
    times, places = SLOTS["time"], SLOTS["place"]
    landscapes = [(time, place) for place in places for time in times]
    tiles = []
    for i, subject in enumerate(SLOTS["subject"][:rows]):
        colours = cycle(SLOTS["colour"][i % 4 :] + SLOTS["colour"][: i % 4])
        scenes = [trained_on(subject, *landscape, colours) for landscape in landscapes]
        tiles.append(
            [drawn(s, randomness(run.seed, 100 * i + k), 32) for k, s in enumerate(scenes)]
        )
    return Grid(
        tiles,
        row_labels=SLOTS["subject"][:rows],
        column_labels=[place if time == times[0] else "" for time, place in landscapes],
    )


def trained_on(subject: str, time: str, place: str, colours: Any) -> Scene:
    """The scene in the next of the colours with which it is not held out."""
    colour = next(c for c in colours if (subject, place, c) not in HELD_OUT)
    return Scene(subject, time, place, colour)
