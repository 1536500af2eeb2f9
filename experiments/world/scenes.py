"""The little world: what there is in it, how it is said, and endless pictures of it.

A prompt is a sentence such as "a red lighthouse by the sea at dusk". Each of its words that
means something belongs to one of four slots; a slot may be left out. To a network a prompt is one
number a slot: 0 for a slot left out, else 1 + the word's place in the slot's list.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from itertools import product
from random import Random

import numpy as np
import torch
from torch import Tensor

from experiments.world.drawing import draw_scene
from experiments.world.pen import COLOURS, GROUNDS, SIZE, SKIES
from experiments.world.subjects import SUBJECTS
from reportgen import ReportgenError, did_you_mean

SLOTS: dict[str, tuple[str, ...]] = {
    "subject": tuple(SUBJECTS),
    "time": tuple(SKIES),
    "place": tuple(GROUNDS),
    "colour": tuple(COLOURS),
}
SLOT_OF = {word: slot for slot, words in SLOTS.items() for word in words}
SILENT = {"a", "an", "the", "in", "by", "at", "on", "of"}
PLACES = {
    "field": "in a field",
    "sea": "by the sea",
    "desert": "in the desert",
    "snow": "in the snow",
}
HOURS = {"noon": "at noon", "dusk": "at dusk", "night": "at night"}


@dataclass(frozen=True)
class Scene:
    """The true attributes of a picture, each a word; empty where a prompt leaves it open."""

    subject: str = ""
    time: str = ""
    place: str = ""
    colour: str = ""

    @property
    def prompt(self) -> str:
        """The scene as a sentence; without a subject, the words alone."""
        thing = f"{self.colour} {self.subject}".strip()
        first = f"a {thing}" if self.subject else thing
        parts = (first, PLACES.get(self.place), HOURS.get(self.time))
        return " ".join(part for part in parts if part)

    @property
    def words(self) -> tuple[int, ...]:
        """The number of each slot's word, 0 where it is left out."""
        pairs = zip(SLOTS.values(), astuple(self), strict=True)
        return tuple(words.index(word) + 1 if word else 0 for words, word in pairs)


HELD_OUT = frozenset(
    {
        ("lighthouse", "field", "blue"),
        ("lighthouse", "snow", "yellow"),
        ("house", "sea", "red"),
        ("house", "desert", "green"),
        ("tree", "snow", "blue"),
        ("sailboat", "field", "red"),
        ("sailboat", "desert", "yellow"),
        ("windmill", "sea", "green"),
        ("balloon", "snow", "red"),
        ("balloon", "desert", "blue"),
        ("rocket", "field", "green"),
        ("rocket", "sea", "yellow"),
        ("mountain", "field", "yellow"),
    }
)
"""Subject, place and colour that no training picture combines: a tenth of all combinations."""


def everything() -> list[Scene]:
    """Every scene with all four attributes, in the order of the slots' words."""
    return [Scene(*words) for words in product(*SLOTS.values())]


def parse(prompt: str) -> Scene:
    """The scene that a prompt speaks of; the empty prompt speaks of none.

    Raises ReportgenError for a word that the world does not know and for two words of one slot.
    """
    found: dict[str, str] = {}
    for word in prompt.lower().replace(",", " ").replace(".", " ").split():
        if word in SILENT:
            continue
        slot = SLOT_OF.get(word)
        if slot is None:
            near = did_you_mean(word, sorted(SLOT_OF))
            raise ReportgenError(
                f"The word '{word}' of the prompt '{prompt}' is not known to the little world.",
                hint=f"{near} It knows {', '.join(SLOT_OF)}.".strip(),
            )
        if found.setdefault(slot, word) != word:
            raise ReportgenError(
                f"The prompt '{prompt}' names two words of one kind: '{found[slot]}' and '{word}'.",
                hint=f"Keep one {slot}.",
            )
    return Scene(**found)


def words_of(prompts: Sequence[str]) -> Tensor:
    """Prompts as numbers of words, int64 (B, 4)."""
    return torch.tensor([parse(prompt).words for prompt in prompts])


def random_scene(random: Random, *, held_out: bool = False) -> Scene:
    """A scene of the training world, or, with ``held_out``, of the combinations left out of it."""
    while True:
        subject, time, place, colour = (random.choice(words) for words in SLOTS.values())
        if ((subject, place, colour) in HELD_OUT) == held_out:
            return Scene(subject, time, place, colour)


def randomness(seed: int, index: int) -> Random:
    """The randomness of one picture, which no other picture shares."""
    return Random(f"{seed}/{index}")


def picture(seed: int, index: int, *, held_out: bool = False) -> tuple[Scene, np.ndarray]:
    """Scene number ``index`` of the world of ``seed``, and its pixels, uint8 (3, 32, 32)."""
    random = randomness(seed, index)
    scene = random_scene(random, held_out=held_out)
    image = draw_scene(*astuple(scene), random)
    return scene, np.asarray(image).transpose(2, 0, 1)


def pictures(
    seed: int, count: int, *, first: int = 0, held_out: bool = False
) -> tuple[Tensor, Tensor]:
    """``count`` scenes from number ``first`` on.

    Returns uint8 images (count, 3, 32, 32) and their words, int64 (count, 4).
    """
    images = np.empty((count, 3, SIZE, SIZE), np.uint8)
    words = np.empty((count, len(SLOTS)), np.int64)
    for i in range(count):
        scene, images[i] = picture(seed, first + i, held_out=held_out)
        words[i] = scene.words
    return torch.from_numpy(images), torch.from_numpy(words)


class Endless:
    """Row ``i`` of a table that is made when asked for, as ``train`` asks: by an index tensor."""

    def __init__(self, count: int, row: Callable[[int], Tensor]) -> None:
        self.count, self.row = count, row

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: Tensor) -> Tensor:
        return torch.stack([self.row(i) for i in index.tolist()])


def endless(seed: int, count: int) -> tuple[Endless, Endless]:
    """What ``pictures(seed, count)`` returns, drawn when asked for, without gigabytes of memory."""

    def image(i: int) -> Tensor:
        return torch.from_numpy(picture(seed, i)[1].copy())

    def words(i: int) -> Tensor:
        return torch.tensor(random_scene(randomness(seed, i)).words)

    return Endless(count, image), Endless(count, words)
