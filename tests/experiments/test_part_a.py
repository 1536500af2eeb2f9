"""Part A's experiments, from their producers: the same noise for what is compared, and refusals."""

from pathlib import Path
from typing import Any

import pytest
import torch
from fake_run import FakeRun
from little import scenes_judge, scenes_model
from PIL import Image

from experiments.diffusion.forward import forward
from experiments.diffusion.schedule import cosine, strided_timesteps
from experiments.part_a import (
    anagrams,
    backends,
    forward_process,
    hybrids,
    inpainting,
    iterative,
    model,
    sampling,
    translation,
    two_readings,
)
from experiments.part_a.originals import originals as originals_of
from experiments.part_a.originals import photo as photo_of
from experiments.part_a.painting import from_bytes, paint
from reportgen import ReportgenError

MODEL, JUDGE = scenes_model(), scenes_judge()
PAINTER = model.painter()
PROMPTS = ["a red tree at noon", "a blue house in the snow"]


@pytest.fixture(scope="module")
def originals() -> dict[str, Any]:
    return originals_of(FakeRun(), PAINTER, {"name": "", "images": []})


def test_the_originals_are_drawn_scenes_that_no_photo_displaces(originals: dict) -> None:
    assert originals["images"].shape == (3, 3, 32, 32)
    assert originals["images"].dtype == torch.uint8
    assert originals["note"] == ""


def test_a_readers_picture_takes_the_first_place_and_is_named(
    tmp_path: Path, originals: dict
) -> None:
    Image.new("RGB", (90, 60), (10, 200, 30)).save(tmp_path / "cat.png")
    photo = photo_of(FakeRun(), PAINTER, path=str(tmp_path / "cat.png"))
    found = originals_of(FakeRun(), PAINTER, photo)
    assert found["images"][0].flatten(1).unique(dim=1).tolist() == [[10], [200], [30]]
    assert torch.equal(found["images"][1:], originals["images"][1:])
    assert found["prompts"][0] == "cat.png"
    assert "'cat.png' lies outside the world that the model knows" in found["note"]


def test_the_strip_of_the_forward_process_is_that_of_its_formula(originals: dict) -> None:
    found = forward_process.forward_process(FakeRun(), originals)
    eps = torch.randn(1, 3, 32, 32, generator=FakeRun().generator("eps"))
    assert torch.equal(found["x_t"][1], forward(found["x0"], 500, cosine(), eps)[0])
    assert torch.equal(found["x0"][0], from_bytes(originals["images"][0]))
    assert found["alpha_bar"]["250"] == pytest.approx(0.8459, abs=1e-4)
    with pytest.raises(ReportgenError, match="no timestep '1000'"):
        forward_process.forward_process(FakeRun(), originals, timesteps=[1000])


def test_every_method_denoises_the_same_noisy_image(originals: dict) -> None:
    found = iterative.iterative_denoising(FakeRun(), MODEL, PAINTER, originals, others=2)
    assert found["timesteps"] == strided_timesteps()[10:]
    assert found["timesteps"][0] == 690
    assert len(found["states"]) == len(found["timesteps"]) + 1
    assert torch.equal(found["states"][0], found["images"]["noisy"])
    assert torch.equal(found["states"][-1], found["images"]["iterative"])
    assert set(found["psnr"]) == set(found["mean_psnr"]) == set(iterative.METHODS)


def test_the_steps_are_labelled_with_the_timesteps_that_were_drawn(originals: dict) -> None:
    found = iterative.iterative_denoising(FakeRun(), MODEL, PAINTER, originals, others=1)
    steps = iterative.iterative_denoising_steps(found)
    assert steps.labels == [f"t = {t}" for t in (690, 540, 390, 240, 90, 0)]
    assert torch.equal(torch.tensor(steps.frames.pixels[1]).permute(2, 0, 1), found["states"][5])


@pytest.mark.parametrize("i_start", [-1, 34, 40])
def test_a_walk_enters_where_it_has_a_step(originals: dict, i_start: int) -> None:
    with pytest.raises(ReportgenError, match=f"The walk has no step {i_start}") as refused:
        iterative.iterative_denoising(
            FakeRun(), MODEL, PAINTER, originals, i_start=i_start, others=1
        )
    assert "from 0 (t = 990) to 33 (t = 0)" in str(refused.value.hint)


def test_guidance_scales_share_their_noise_and_scale_zero_its_prompt() -> None:
    found, others = (
        sampling.free_samples(FakeRun(), MODEL, PAINTER, prompts=p, gammas=[0, 1, 3])
        for p in (PROMPTS, PROMPTS[::-1])
    )
    assert torch.equal(found["images"][0], others["images"][0])
    assert not torch.equal(found["images"][2], others["images"][2])
    assert torch.equal(found["film"][-1], found["images"][0, 0])
    assert len(found["film"]) == len(found["timesteps"]) + 1
    model = backends.backend("scenes", weights=MODEL["weights"])
    alone = paint(
        model,
        model.told([PROMPTS[1]], 3.0),
        lambda: [FakeRun().generator("sample 1")],
    )
    assert int((alone[0].int() - found["images"][2, 1].int()).abs().max()) <= 1


@pytest.mark.parametrize("filmed", [-1, 2])
def test_a_sample_that_is_not_there_cannot_be_filmed(filmed: int) -> None:
    with pytest.raises(ReportgenError, match=f"There is no sample {filmed} to film"):
        sampling.free_samples(FakeRun(), MODEL, PAINTER, prompts=PROMPTS, filmed=filmed)


def test_a_guidance_scale_that_was_not_sampled_is_refused() -> None:
    found = {"gammas": [0, 1], "images": torch.zeros(2, 1)}
    with pytest.raises(ReportgenError, match="guidance scale '7'"):
        sampling.at_scale(found, 7)


def test_translations_start_where_the_table_says(originals: dict) -> None:
    found = translation.translations(FakeRun(), MODEL, PAINTER, originals)
    assert found["timesteps"] == [960, 900, 840, 780, 690, 390]
    assert found["images"].shape == (6, 3, 3, 32, 32)
    grid = translation.translation_grid(originals, found)
    assert grid.column_labels == [*(f"t = {t}" for t in found["timesteps"]), "original"]
    last = torch.tensor(grid.rows[2, -1]).permute(2, 0, 1)
    assert torch.equal(last, originals["images"][2])


def test_a_sketch_of_the_readers_own_is_painted(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"sketches": [{"name": "a wall", "paper": "#804020", "strokes": []}]}')
    sketch = translation.sketch(FakeRun(), PAINTER, path=str(path))
    assert sketch["names"] == ["a wall"]
    found = translation.sketch_translations(FakeRun(), MODEL, PAINTER, sketch, i_starts=[20])
    assert found["images"].shape == (1, 1, 3, 32, 32)


def test_inpainting_changes_nothing_outside_the_mask(originals: dict) -> None:
    found = inpainting.inpaintings(FakeRun(), MODEL, PAINTER, originals)
    keep = ~found["masks"][:, None].expand_as(originals["images"])
    assert torch.equal(found["images"][keep], originals["images"][keep])
    assert not torch.equal(found["images"][~keep], originals["images"][~keep])
    assert (found["holes"][~keep] == 255).all()


def test_a_readers_mask_is_used_and_checked(tmp_path: Path, originals: dict) -> None:
    def inpainted(size: int, value: int) -> dict[str, Any]:
        mask = Image.new("L", (size, size))
        mask.putpixel((3, 4), value)
        mask.save(tmp_path / "mask.png")
        return inpainting.inpaintings(
            FakeRun(), MODEL, PAINTER, originals, mask=str(tmp_path / "mask.png")
        )

    assert inpainted(32, 255)["masks"].nonzero().tolist() == [[i, 4, 3] for i in range(3)]
    with pytest.raises(ReportgenError, match="The mask is 20 x 20 pixels and the image 32 x 32"):
        inpainted(20, 255)
    with pytest.raises(ReportgenError, match=r"The mask holds '0\.5"):
        inpainted(32, 128)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": [[0.5, 0, 0.2, 1]] * 3}, r"box \[0\.5, 0, 0\.2, 1\] has no place"),
        ({"prompts": ["a tree"]}, "3 images and 1 prompts or boxes"),
        ({"prompts": ["a tree", "a cat", "a house"]}, "'cat' of the prompt 'a cat'"),
        ({"gamma": -1.0}, r"'-1\.0' is negative"),
    ],
)
def test_what_cannot_be_inpainted_is_refused(originals: dict, change: dict, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        inpainting.inpaintings(FakeRun(), MODEL, PAINTER, originals, **change)


def test_an_anagram_is_one_picture_seen_twice() -> None:
    pairs = [["half turn", *PROMPTS], ["quarter turn", *PROMPTS]]
    found = anagrams.anagram_pairs(FakeRun(), MODEL, PAINTER, JUDGE, pairs=pairs, tries=2)
    for (upright, turned), quarters in zip(found["images"], (2, 1), strict=True):
        assert torch.equal(turned, upright.rot90(quarters, (-2, -1)))
    assert all(len(words) == 2 for words in found["readings"])


def test_a_hybrid_is_shown_from_near_and_from_afar() -> None:
    found = hybrids.hybrid_pairs(FakeRun(), MODEL, PAINTER, JUDGE, pairs=[PROMPTS], tries=2)
    assert len(found["readings"][0]) == 2
    grid = hybrids.hybrid_grid({**found, "readings": [["tree", "house"]]})
    assert grid.row_labels == ["from near", "blurred", "from afar"]
    assert grid.tile_labels == [["blue house"], [""], ["red tree"]]
    failed = hybrids.hybrid_grid({**found, "readings": [["rocket", "house"]]})
    assert failed.tile_labels == [["blue house"], [""], ["red tree, read as rocket"]]


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (["half turn", "a red tree", "the tree, red"], "'the tree, red' say the same"),
        (["mirror", "a tree", "a house"], "no view 'mirror'"),
    ],
)
def test_pairs_that_make_no_anagram_are_refused(pair: list[str], message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        anagrams.anagram_pairs(FakeRun(), MODEL, PAINTER, JUDGE, pairs=[pair])


def test_a_hybrid_of_one_prompt_is_refused() -> None:
    with pytest.raises(ReportgenError, match="'a tree' and 'the tree' say the same"):
        hybrids.hybrid_pairs(FakeRun(), MODEL, PAINTER, JUDGE, pairs=[["a tree", "the tree"]])


def test_a_tile_says_what_the_judge_reads_instead() -> None:
    pairs = {
        "prompts": [["a red tree", "a blue house"], ["a rocket", "a house"]],
        "readings": [["tree", "tree"], []],
    }
    assert two_readings.as_read(pairs, 0) == ["red tree", "rocket"]
    assert two_readings.as_read(pairs, 1) == ["blue house, read as tree", "house"]


def test_a_backend_is_refused_that_is_unknown_or_has_no_weights(originals: dict) -> None:
    with pytest.raises(ReportgenError, match="no backend 'sd'"):
        model.painter(backend="sd")
    with pytest.raises(ReportgenError, match="'scenes' has no weights"):
        translation.translations(FakeRun(), {"weights": {}}, PAINTER, originals)
    other = {"weights": {"conv.weight": torch.zeros(1)}}
    with pytest.raises(ReportgenError, match="of another network"):
        translation.translations(FakeRun(), other, PAINTER, originals)
