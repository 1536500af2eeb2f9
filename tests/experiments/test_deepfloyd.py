"""DeepFloyd IF as a backend: a tiny random pipeline of the real classes, from a real cache."""

import copy
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch
from torch import Generator

from experiments.diffusion import editing
from experiments.diffusion.samplers import ancestral
from experiments.diffusion.schedule import strided_timesteps, x0_from_eps
from experiments.part_a import backends, deepfloyd
from reportgen import ReportgenError
from tests.conftest import ProjectFolder

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the hub's client is first imported

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PROMPT = "a photo of a cat"


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """The network, the scheduler and the text encoder of stage I, small and untrained."""
    from diffusers import DDPMScheduler, UNet2DConditionModel
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=16,
        in_channels=3,
        out_channels=6,
        layers_per_block=1,
        block_out_channels=(32, 64),
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        cross_attention_dim=32,
        encoder_hid_dim=32,
        attention_head_dim=8,
        addition_embed_type="text",
        addition_embed_type_num_heads=2,
        cross_attention_norm="group_norm",
        resnet_time_scale_shift="scale_shift",
        act_fn="gelu",
    )
    text_encoder = T5EncoderModel(
        T5Config(
            vocab_size=160,
            d_model=32,
            d_ff=37,
            d_kv=8,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
        )
    )
    scheduler = DDPMScheduler(
        beta_schedule="squaredcos_cap_v2",
        variance_type="learned_range",
        prediction_type="epsilon",
        clip_sample=False,
    )
    return {"unet": unet.eval(), "scheduler": scheduler, "text_encoder": text_encoder.eval()}


@pytest.fixture(scope="module")
def hub(parts: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's cache that holds them as the model's repository does, in half precision."""
    from diffusers import IFPipeline
    from sentencepiece import SentencePieceTrainer
    from transformers import T5Tokenizer

    cache = tmp_path_factory.mktemp("hub")
    repository = cache / f"models--{deepfloyd.MODEL.replace('/', '--')}"
    files = repository / "snapshots" / COMMIT
    (files / "tokenizer").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    SentencePieceTrainer.train(
        sentence_iterator=iter([PROMPT, "an oil painting of people around a campfire"]),
        model_prefix=str(files / "tokenizer" / "spiece"),
        vocab_size=24,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    pipeline = IFPipeline(
        **{name: copy.deepcopy(part) for name, part in parts.items()},
        tokenizer=T5Tokenizer.from_pretrained(files / "tokenizer"),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    )
    pipeline.to(torch.float16).save_pretrained(files, variant="fp16")
    (files / "tokenizer" / "tokenizer.json").unlink()  # the repository has only spiece.model
    return cache


@pytest.fixture
def cached(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model as it lies on this computer, which is let off its GPU."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(hub))
    monkeypatch.setattr(deepfloyd, "DEVICE", "cpu")
    no_memory_needed(monkeypatch)


def no_memory_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for phase in deepfloyd.NEEDS:
        monkeypatch.setitem(deepfloyd.NEEDS, phase, 0)


def embeddings(*prompts: str) -> dict[str, torch.Tensor]:
    generator = Generator().manual_seed(3)
    return {prompt: torch.randn(1, 77, 32, generator=generator) for prompt in (*prompts, "")}


def backend(parts: dict[str, Any]) -> Any:
    return backends.backend(
        "deepfloyd",
        unet=parts["unet"],
        scheduler=parts["scheduler"],
        embeddings=embeddings(PROMPT),
    )


def noise(seed: int) -> torch.Tensor:
    return torch.randn(2, 3, 16, 16, generator=Generator().manual_seed(seed))


@torch.no_grad()
def test_the_networks_six_channels_are_noise_and_variance(parts: dict[str, Any]) -> None:
    model, x = backend(parts), noise(0)
    words = model.embeddings[PROMPT].expand(2, -1, -1)
    raw = parts["unet"](x, 690, encoder_hidden_states=words).sample
    found = model.told([PROMPT])(x, 690)
    assert torch.equal(found[:, :3], raw[:, :3])
    assert torch.equal(found[:, 3:], (raw[:, 3:] + 1) / 2)
    assert not torch.equal(found, model.told([""])(x, 690))
    assert (model.size, model.channels, model.prompts) == (16, 3, (PROMPT,))


@torch.no_grad()
def test_the_noise_is_guided_and_the_variance_that_of_the_prompts(parts: dict[str, Any]) -> None:
    model, x = backend(parts), noise(0)
    told, untold = (model.told([prompt])(x, 690) for prompt in (PROMPT, ""))
    found = model.told([PROMPT, ""], 7.0)(x, 690)
    assert torch.allclose(found[:1, :3], untold[:1, :3].lerp(told[:1, :3], 7.0), atol=1e-4)
    assert torch.allclose(found[:1, 3:], told[:1, 3:], atol=1e-6)
    assert torch.allclose(found[1:], untold[1:], atol=1e-5)
    assert torch.equal(model.told([PROMPT], 0)(x, 690), untold)


def test_its_estimate_of_the_image_is_that_of_its_noise(parts: dict[str, Any]) -> None:
    model, x = backend(parts), noise(0)
    predict = model.told([PROMPT])
    expected = x0_from_eps(x, predict(x, 690)[:, :3], model.schedule.alpha_bar(690))
    assert torch.equal(editing.one_step(predict, model.schedule, x, 690), expected)


def test_its_schedule_is_that_of_the_scheduler(parts: dict[str, Any]) -> None:
    schedule = backend(parts).schedule
    found = schedule.alpha_bar(torch.arange(1000))
    assert torch.allclose(found, parts["scheduler"].alphas_cumprod.double(), rtol=2e-4, atol=1e-7)
    assert schedule.T == 1000


@pytest.mark.parametrize(("t", "t_next"), [(690, 660), (30, 0), (0, -1)])
def test_a_step_is_that_of_diffusers(parts: dict[str, Any], t: int, t_next: int) -> None:
    model, x = backend(parts), noise(1)
    scheduler = copy.deepcopy(parts["scheduler"])
    scheduler.set_timesteps(timesteps=strided_timesteps())
    raw = torch.cat([noise(2), 2 * noise(3).sigmoid() - 1], dim=1)  # noise and variance
    theirs = scheduler.step(raw, t, x, generator=Generator().manual_seed(4)).prev_sample
    assert torch.allclose(one_step(model, raw, x, t, t_next), theirs, atol=2e-5)


def test_diffusers_takes_every_timestep_unless_it_is_told_which(parts: dict[str, Any]) -> None:
    """Without ``set_timesteps`` a stride is ignored in silence: the step is the one to t - 1."""
    model, x = backend(parts), noise(1)
    raw = torch.cat([noise(2), 2 * noise(3).sigmoid() - 1], dim=1)
    theirs = parts["scheduler"].step(raw, 690, x, generator=Generator().manual_seed(4)).prev_sample
    assert torch.allclose(one_step(model, raw, x, 690, 689), theirs, atol=2e-5)
    assert not torch.allclose(one_step(model, raw, x, 690, 660), theirs, atol=0.1)


@pytest.mark.parametrize(("t", "t_next"), [(690, 660), (30, 0)])
def test_a_step_is_the_closed_form_of_its_two_papers(
    parts: dict[str, Any], t: int, t_next: int
) -> None:
    """The mean of DDPM's eq. 7, the variance of improved DDPM's eq. 15, from diffusers' levels."""
    model, x, eps, v = backend(parts), noise(1), noise(2), 2 * noise(3).sigmoid() - 1
    now, then = (parts["scheduler"].alphas_cumprod[k].double() for k in (t, t_next))
    beta = 1 - now / then
    x0 = (x - (1 - now).sqrt() * eps) / now.sqrt()
    mean = then.sqrt() * beta / (1 - now) * x0 + (1 - beta).sqrt() * (1 - then) / (1 - now) * x
    low, high = ((1 - then) / (1 - now) * beta).log(), beta.log()
    deviation = (0.5 * ((1 - v) / 2 * low + (1 + v) / 2 * high)).exp()
    found = one_step(model, torch.cat([eps, v], dim=1), x, t, t_next)
    assert torch.allclose(found, (mean + deviation * noise(4)).float(), atol=2e-5)


def one_step(model: Any, raw: torch.Tensor, x: torch.Tensor, t: int, t_next: int) -> torch.Tensor:
    """Our step with the network's answer ``raw`` and the noise of seed 4."""
    predict = lambda x, t: torch.cat([raw[:, :3], (raw[:, 3:] + 1) / 2], 1)  # noqa: E731
    generator = Generator().manual_seed(4)
    draw = lambda x: torch.randn(x.shape, generator=generator)  # noqa: E731
    return next(ancestral(predict, model.schedule, x, [(t, t_next)], draw))


@pytest.mark.usefixtures("cached")
def test_it_is_loaded_from_what_was_downloaded_and_its_commit_is_known(
    parts: dict[str, Any],
) -> None:
    assert deepfloyd.commit("main") == COMMIT
    unet, scheduler = deepfloyd.load_network(COMMIT)
    assert unet.dtype == torch.float16
    for name, weights in unet.state_dict().items():
        assert torch.equal(weights, parts["unet"].state_dict()[name].half())
    assert torch.equal(scheduler.betas, parts["scheduler"].betas)


@pytest.mark.usefixtures("cached")
def test_prompts_are_embedded_once_each_with_the_empty_one() -> None:
    found = deepfloyd.embed([PROMPT, " A Photo of a CAT ", PROMPT], "main")
    assert list(found) == [PROMPT, " A Photo of a CAT ", ""]
    assert all(e.shape == (1, 77, 32) and e.dtype == torch.float16 for e in found.values())
    assert torch.equal(found[PROMPT], found[" A Photo of a CAT "])
    assert not torch.allclose(found[PROMPT], found[""], atol=0.01)
    assert found[PROMPT].isfinite().all()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"variance_type": "fixed_small"}, "'fixed_small'"),
        ({"prediction_type": "v_prediction"}, "'v_prediction'"),
    ],
)
def test_another_scheduler_is_refused(
    parts: dict[str, Any], config: dict[str, str], message: str
) -> None:
    scheduler = type(parts["scheduler"]).from_config(parts["scheduler"].config, **config)
    with pytest.raises(ReportgenError, match=message):
        backend({**parts, "scheduler": scheduler})


def test_another_network_and_an_unknown_prompt_are_refused(parts: dict[str, Any]) -> None:
    config = {**parts["unet"].config, "out_channels": 3}
    unet = type(parts["unet"]).from_config(config)
    with pytest.raises(ReportgenError, match="returned 3 channels"):
        backend({**parts, "unet": unet}).told([PROMPT])(noise(0), 690)
    with pytest.raises(ReportgenError, match=r"(?s)'a photo of a ct'.*'a photo of a cat'"):
        backend(parts).told(["a photo of a ct"])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(ReportgenError, match="needs the package 'diffusers'") as caught:
        deepfloyd.load_network("main")
    assert "pip install 'reportgen-jekyll[deepfloyd]'" in str(caught.value)


def test_a_missing_gpu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ReportgenError, match=r"needs 3 GB of GPU memory; 0\.0 GB are free"):
        deepfloyd.load_network("main")


def test_without_a_network_and_without_weights_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_memory_needed(monkeypatch)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ReportgenError, match="not on this computer, and cannot be downloaded"):
        deepfloyd.load_network("main")


@pytest.mark.usefixtures("cached")
def test_a_phase_that_was_never_downloaded_is_no_riddle(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(hub, tmp_path / "hub", symlinks=True)
    (unet,) = tmp_path.glob("hub/*/snapshots/*/unet")
    shutil.rmtree(unet)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    assert deepfloyd.embed([PROMPT], "main")
    with pytest.raises(ReportgenError, match="not on this computer, and cannot be downloaded"):
        deepfloyd.load_network("main")


def test_the_licence_is_asked_for_before_anything_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    no_memory_needed(monkeypatch)
    with a_gated_hub() as (url, asked):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.hf_api.api, "endpoint", url)
        with pytest.raises(ReportgenError, match="is not open to you") as caught:
            deepfloyd.load_network("main")
    assert "accept the licence" in str(caught.value)
    assert asked == [f"/api/models/{deepfloyd.MODEL}/auth-check"]


@contextmanager
def a_gated_hub() -> Iterator[tuple[str, list[str]]]:
    """A server that answers as the hub does whoever did not accept a licence, and who asked."""
    asked = []

    class Gated(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(403)
            self.send_header("X-Error-Code", "GatedRepo")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Gated) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


SMALL = {
    "free_samples.prompts": [PROMPT],
    "free_samples.gammas": [7],
    "originals.prompts": ["a red house in the snow"],
    "translations.i_starts": [20],
    "inpaintings.prompts": [PROMPT],
    "inpaintings.boxes": [[0.25, 0.25, 0.75, 0.75]],
    "anagram_pairs.pairs": [["half turn", PROMPT, "a lithograph of a skull"]],
    "hybrid_pairs.pairs": [["a lithograph of a skull", PROMPT]],
}


@pytest.fixture(scope="module")
def project(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """This report on the small pipeline: its pictures have 16 pixels, and its GPU is a CPU."""
    folder = ProjectFolder(tmp_path_factory.mktemp("report") / "clone")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "experiments", folder.root / "experiments", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder.root)
    module = "experiments/part_a/deepfloyd.py"
    folder.edit(module, '"cuda"', '"cpu"')
    folder.edit(module, "torch.float16", "torch.float32")  # half precision is slow on a CPU
    folder.edit(
        module, '{"network": 3e9, "text encoder": 12e9}', '{"network": 0, "text encoder": 0}'
    )
    folder.edit("experiments/part_a/model.py", '"deepfloyd": 64', '"deepfloyd": 16')
    (template,) = (ROOT / "templates" / "posts").glob("*.md")
    post = re.split("(?m)^(?=##)", template.read_text(encoding="utf-8"))
    told = ("---", "### The Model", "### Visual Anagrams", "### Hybrid Images")
    told_by = "".join(part for part in post if part.startswith(told))
    folder.write({"templates/posts/2026-11-24-illusions.md": told_by, "site/_config.yml": ""})
    shutil.copy(template.with_suffix(".bib"), folder.root / "templates/posts")
    return folder


def test_part_a_runs_on_it_and_says_so(hub: Path, project: ProjectFolder) -> None:
    settings = [f"--set={name}={json.dumps(value)}" for name, value in SMALL.items()]
    done = project.run(
        "build",
        *("illusions", "free_samples", "translations", "inpaintings"),
        *("--profile", "deepfloyd", "--yes", *settings),
        env={"HF_HUB_CACHE": str(hub), "OMP_NUM_THREADS": "1"},
    )
    assert done.code == 0, done

    asked = project.run("value", "anagram_pairs", "--profile", "deepfloyd", *settings)
    anagrams = json.loads(asked.out)
    assert anagrams["images"] == "torch.uint8 array, 1 × 2 × 3 × 16 × 16"
    assert anagrams["readings"] == [[]]  # its pictures are not the judge's to read

    (post,) = (project.root / "site" / "_posts").glob("*.md")
    text = " ".join(re.sub(r"<[^>]+>", "", post.read_text(encoding="utf-8")).split())
    assert f"DeepFloyd IF, stage I, of 16 × 16 pixels (commit `{COMMIT}`)" in text
    for of_our_own_model in ("on a laptop", "Ours comes with this report", "sky and water"):
        assert of_our_own_model not in text
