"""The text-conditional model of the little world, its judge, and its backend."""

import pytest
import torch
from exact import generators
from fake_run import FakeRun
from torch import Generator, Tensor, nn

from experiments.diffusion.classifier import judge as judged
from experiments.diffusion.forward import independent, pure_noise
from experiments.diffusion.samplers import ancestral, final
from experiments.diffusion.schedule import cosine, strided_timesteps
from experiments.diffusion.train import train
from experiments.diffusion.weights import compact
from experiments.part_a import backends
from experiments.world import judge, network, scenes
from reportgen import ReportgenError

SMALL = (8, 16, 24)


def small(seed: int = 0) -> network.SceneUNet:
    """A small network whose last layer, which begins as zero, says something."""
    torch.manual_seed(seed)
    model = network.SceneUNet(SMALL)
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.1)
    return model.eval()


def test_number_of_parameters() -> None:
    with torch.device("meta"):
        model = network.SceneUNet()
    assert sum(p.numel() for p in model.parameters()) == 1_918_668


@pytest.mark.parametrize("size", [32, 16, 40])
def test_shape(size: int) -> None:
    x = torch.rand(2, 3, size, size)
    assert small()(x, torch.rand(2), torch.ones(2, 4, dtype=torch.long)).shape == x.shape


def test_a_fresh_network_predicts_zero() -> None:
    model = network.SceneUNet(SMALL)
    out = model(torch.rand(2, 3, 32, 32), torch.rand(2), torch.ones(2, 4, dtype=torch.long))
    assert not out.any()


def test_every_word_and_the_time_matter_and_belong_to_their_image() -> None:
    model, x = small(), torch.rand(1, 3, 32, 32)
    words = torch.ones(6, 4, dtype=torch.long)
    words[range(1, 5), range(4)] = 2
    t = torch.tensor([0.5] * 5 + [0.6])
    out = model(x.expand(6, -1, -1, -1), t, words).detach()
    for row in out[1:]:
        assert float((row - out[0]).abs().max()) > 1e-4
    alone = model(x, t[3:4], words[3:4]).detach()
    assert torch.allclose(alone[0], out[3], atol=1e-5)


def test_waves_are_sines_and_cosines_of_the_timestep() -> None:
    found = network.waves(torch.tensor([0.25]), 8)[0]
    frequencies = 10_000.0 ** (-torch.arange(4) / 4)
    expected = torch.cat([(250 * frequencies).sin(), (250 * frequencies).cos()])
    assert torch.allclose(found, expected, atol=1e-4)


def test_attention_mixes_places_as_its_formula_says() -> None:
    torch.manual_seed(0)
    layer = network.Attention(8, heads=2)
    nn.init.eye_(layer.out.weight[:, :, 0, 0])
    h = torch.randn(1, 8, 2, 2)
    q, k, v = layer.qkv(layer.norm(h)).view(3, 2, 4, 4).unbind(0)  # (heads, width, places)
    weight = (q.transpose(1, 2) @ k / 2).softmax(-1)
    expected = h + (v @ weight.transpose(1, 2)).reshape(1, 8, 2, 2)
    assert torch.allclose(layer(h), expected, atol=1e-5)


def test_words_are_left_out_one_by_one_and_all_at_once() -> None:
    words = torch.ones(40_000, 4, dtype=torch.long)
    told = network.some_words(0.15, 0.1)(words, Generator().manual_seed(0))
    kept = 0.85 * 0.9
    assert told.double().mean(0).tolist() == pytest.approx([kept] * 4, abs=0.01)
    nothing = float((told.sum(1) == 0).double().mean())
    assert nothing == pytest.approx(0.1 + 0.9 * 0.15**4, abs=0.01)
    assert torch.equal(told[told > 0], words[told > 0])


def test_it_is_trained_on_bytes_scaled_to_plus_minus_one() -> None:
    seen = []

    class Watch(nn.Module):
        def forward(self, x: Tensor, t: Tensor, words: Tensor) -> Tensor:
            seen.append((x, t, words))
            return 0 * x

    white = torch.full((500, 3, 8, 8), 255, dtype=torch.uint8)
    words = torch.ones(500, 4, dtype=torch.long)
    objective = network.predict_v_of_scenes(cosine(), lambda words, generator: words)
    loss = objective(Watch(), white, words, Generator().manual_seed(1))
    x, t, told = seen[0]
    assert loss.shape == (500,)
    assert torch.equal(told, words)
    early = t < 0.02
    assert x[early].mean().item() == pytest.approx(1.0, abs=0.03)
    assert x[t > 0.98].mean().item() == pytest.approx(0.0, abs=0.06)


def test_it_learns_from_the_endless_world() -> None:
    images, words = scenes.endless(1, 12)
    torch.manual_seed(0)
    model = network.SceneUNet(SMALL)
    history = train(
        FakeRun(),
        model,
        images,
        words,
        objective=network.predict_v_of_scenes(cosine()),
        epochs=30,
        batch_size=6,
        lr=3e-3,
    )
    assert len(history["loss"]) == 60
    assert sum(history["loss"][-20:]) / 2 < 0.85 * sum(history["loss"][:10])


def test_the_judge_learns_the_slots() -> None:
    images, words = scenes.pictures(1, 48)
    torch.manual_seed(0)
    model = judge.scene_classifier(width=32)
    train(
        FakeRun(),
        model,
        images,
        words,
        objective=judge.name_attributes(reach=0),
        epochs=15,
        batch_size=24,
        lr=5e-3,
    )
    logits, features = judged(model, images.float() / 255)
    shares = judge.by_slot(judge.seen(logits), words)
    assert list(shares) == ["subject", "time", "place", "colour"]
    assert min(shares.values()) > 0.9
    assert features.shape == (48, 32)


def test_shares_are_counted_slot_by_slot_and_of_all_at_once() -> None:
    logits = torch.zeros(2, 19)
    logits[:, [2, 8, 11, 15]] = 1  # tree, noon, field, red
    found = judge.seen(logits)
    assert found.tolist() == [[3, 1, 1, 1]] * 2
    each = {"subject": 0.5, "time": 1.0, "place": 1.0, "colour": 0.5}
    asked = torch.tensor([[3, 1, 1, 2], [1, 1, 1, 1]])
    assert judge.by_slot(found, asked) == each
    assert judge.shares(found, asked) == {**each, "all": 0.0}


def test_the_scenes_backend_predicts_the_noise_of_its_v() -> None:
    model = small()
    backend = backends.ScenesBackend(model.state_dict())
    x, prompt, t = torch.randn(2, 3, 32, 32), "a red house at night", 690
    eps = backend.told([prompt])(x, t)
    words = torch.tensor([[2, 3, 0, 1]] * 2)
    a = float(backend.schedule.alpha_bar(t))
    v = model(x, torch.tensor([0.69, 0.69]), words)
    assert torch.allclose(eps, (1 - a) ** 0.5 * x + a**0.5 * v, atol=1e-5)
    assert (backend.size, backend.channels, backend.schedule.T) == (32, 3, 1000)
    assert len(backend.prompts) == 384


def test_half_precision_weights_will_do() -> None:
    model, x = small(), torch.randn(1, 3, 32, 32)
    full = backends.ScenesBackend(model.state_dict()).told(["a tree"])(x, 500)
    half = backends.ScenesBackend(compact(model)).told(["a tree"])(x, 500)
    assert torch.allclose(full, half, atol=0.02)


def test_a_whole_sample_does_not_depend_on_its_batch() -> None:
    backend = backends.ScenesBackend(small().state_dict())
    predict = backend.told(["a blue tree in the snow"], 3.0)
    pairs = backend.schedule.pairs(strided_timesteps(stride=200))

    def images(sources: list[Generator]) -> Tensor:
        x = pure_noise((3, 32, 32), sources)
        return final(ancestral(predict, backend.schedule, x, pairs, independent(sources)))

    together = images(generators(3))
    alone = torch.cat([images([g]) for g in generators(3)])
    assert torch.allclose(together, alone, atol=1e-3)


def test_prompted_guides_away_from_the_empty_prompt() -> None:
    backend = backends.ScenesBackend(small().state_dict())
    x = torch.randn(1, 3, 32, 32)
    with_words, without = (backend.told([p])(x, 500) for p in ("a tree", ""))
    guided = backend.told(["a tree"], 7.0)(x, 500)
    assert torch.allclose(guided, without + 7 * (with_words - without), atol=1e-4)
    assert torch.equal(backend.told([""], 7.0)(x, 500), without)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "'scenes' has no weights"),
        ({"conv.weight": torch.zeros(1)}, "of another network: 'down1.norm2.weight'"),
        ({**small().state_dict(), "enter.weight": torch.zeros(1)}, "enter.weight"),
    ],
)
def test_wrong_weights_are_refused(weights: dict, message: str) -> None:
    with pytest.raises(ReportgenError, match=message) as caught:
        backends.backend("scenes", weights=weights)
    assert "reportgen build" in str(caught.value)


def test_unknown_backends_prompts_and_pairs_are_refused() -> None:
    with pytest.raises(ReportgenError, match="no backend 'sd'"):
        backends.backend("sd")
    with pytest.raises(ReportgenError, match="'lighthose'"):
        backends.ScenesBackend(small().state_dict()).told(["a lighthose"])
    model = backends.ScenesBackend(small().state_dict())
    for same in ("a  tree", "The tree."):
        with pytest.raises(ReportgenError, match=f"'a tree' and '{same}' say the same"):
            backends.two_prompts(model, "a tree", same)
    assert backends.two_prompts(model, "a tree", "a house") == ("a tree", "a house")
