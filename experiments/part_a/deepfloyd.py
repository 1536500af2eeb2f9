"""DeepFloyd IF, stage I, as a backend of Part A: 64 x 64 RGB, a licence and a GPU needed.

Loaded in two phases, so that the text encoder (several GB) is in memory only while prompts become
embeddings: ``embed`` once, its result kept; then the network alone.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.diffusion.guidance import guided
from experiments.diffusion.samplers import Predict
from experiments.diffusion.schedule import Schedule
from reportgen import ReportgenError, did_you_mean

MODEL, DEVICE = "DeepFloyd/IF-I-M-v1.0", "cuda"
NEEDS = {"network": 3e9, "text encoder": 12e9}
"""Bytes of GPU memory that each phase needs."""


class DeepFloyd:
    """The network of stage I with the embeddings of the prompts that it will be asked for."""

    name, channels = "deepfloyd", 3

    def __init__(self, unet: Any, scheduler: Any, embeddings: Mapping[str, Tensor]) -> None:
        """``embeddings`` holds one row (1, tokens, width) for each prompt, "" among them."""
        variance = scheduler.config.variance_type
        if scheduler.config.prediction_type != "epsilon" or variance != "learned_range":
            raise ReportgenError(
                f"The scheduler predicts '{scheduler.config.prediction_type}' with the variance "
                f"'{variance}', not 'epsilon' with 'learned_range' as DeepFloyd IF does."
            )
        self.unet, self.embeddings = unet.eval(), embeddings
        self.size = unet.config.sample_size
        self.schedule = Schedule(scheduler.betas.double().cpu(), first=0)
        self.prompts = tuple(prompt for prompt in embeddings if prompt)

    def told(self, prompts: Sequence[str], gamma: float = 1.0) -> Predict:
        """The noise, guided, and behind it the fraction of the learned variance: (B, 6, H, W).

        The variance is that of the prompts, unguided.
        """
        if gamma == 0:
            prompts, gamma = [""], 1.0
        words = torch.cat([self.embedding(prompt) for prompt in prompts])
        nothing = self.embedding("")

        def predict(x: Tensor, t: int) -> Tensor:
            eps, v = self.network(x, t, words).split(3, dim=1)  #   (B, 3, H, W)
            noise = guided(lambda *_: eps, lambda x, t: self.network(x, t, nothing)[:, :3], gamma)
            return torch.cat([noise(x, t), (v + 1) / 2], dim=1)

        return predict

    @torch.no_grad()
    def network(self, x_t: Tensor, t: int, words: Tensor) -> Tensor:
        """All that the network answers, of x_t (B, 3, H, W) and embedded prompts: (B, 6, H, W)."""
        words = words.to(self.unet.device, self.unet.dtype)
        x = x_t.to(self.unet.device, self.unet.dtype)
        words = words.expand(len(x), -1, -1)  #                     (B, tokens, width)
        out = self.unet(x, t, encoder_hidden_states=words, return_dict=False)[0]
        if out.shape[1] != 6:
            raise ReportgenError(
                f"The network returned {out.shape[1]} channels, not noise and variance (6)."
            )
        return out.to(x_t)

    def embedding(self, prompt: str) -> Tensor:
        """The stored embedding of a prompt."""
        if prompt not in self.embeddings:
            near = did_you_mean(prompt, sorted(self.prompts))
            raise ReportgenError(
                f"There is no embedding of the prompt '{prompt}'.",
                hint=f"{near} Add it to the prompts of the artifact that embeds them.".strip(),
            )
        return self.embeddings[prompt]


def load_network(revision: str) -> tuple[Any, Any]:
    """The network, on the GPU in half precision, and its scheduler."""
    pipeline = load(revision, "network", text_encoder=None, tokenizer=None).to(DEVICE)
    return pipeline.unet, pipeline.scheduler


def embed(prompts: Sequence[str], revision: str) -> dict[str, Tensor]:
    """The embeddings (1, 77, 4096) of the prompts and of "", float16, by the text encoder alone.

    Prompts are only lowered and stripped (``clean_caption=False``).
    """
    return encode(load(revision, "text encoder", unet=None).to(DEVICE), prompts)


@torch.no_grad()
def encode(pipeline: Any, prompts: Sequence[str]) -> dict[str, Tensor]:
    """The embedding of each prompt and of "", in their order, each once."""
    found = {}
    for prompt in dict.fromkeys([*prompts, ""]):
        embedding, _ = pipeline.encode_prompt(prompt, do_classifier_free_guidance=False)
        found[prompt] = embedding.half().cpu()
    return found


def load(revision: str, phase: str, **without: None) -> Any:
    """A pipeline of stage I with only the parts that ``phase`` needs, safetensors only.

    What was downloaded before is used without a look at the network, so that a run on a machine
    without one works, and a branch such as "main" stays where it was.
    """
    diffusers = installed("diffusers")
    installed("transformers")
    check_memory(phase)
    options = {
        "revision": revision,
        "variant": "fp16",
        "torch_dtype": torch.float16,
        "use_safetensors": True,
        "safety_checker": None,
        "feature_extractor": None,
        "watermarker": None,
        "requires_safety_checker": False,
        **without,
    }
    try:
        return diffusers.IFPipeline.from_pretrained(MODEL, local_files_only=True, **options)
    except OSError:  # a file is missing
        check_licence()
        return diffusers.IFPipeline.from_pretrained(MODEL, **options)


def commit(revision: str) -> str:
    """The commit of the files that were loaded for a revision: what to ask for ever after."""
    index = installed("huggingface_hub").try_to_load_from_cache(
        MODEL, "model_index.json", revision=revision
    )
    return Path(index).parent.name


def installed(package: str) -> Any:
    """The package, imported now and not before."""
    try:
        return import_module(package)
    except ImportError:
        raise ReportgenError(
            f"The backend 'deepfloyd' needs the package '{package}', which is not installed.",
            hint="Install it with: pip install 'reportgen-jekyll[deepfloyd]', or use the backend "
            "'scenes'.",
        ) from None


def check_memory(phase: str) -> None:
    """Raise ReportgenError unless a GPU has the memory that ``phase`` needs."""
    need = NEEDS[phase]
    free = torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else 0
    if free < need:
        raise ReportgenError(
            f"The {phase} of DeepFloyd IF needs {need / 1e9:.0f} GB of GPU memory; "
            f"{free / 1e9:.1f} GB are free.",
            hint="Use the backend 'scenes', which runs on any computer.",
        )


def check_licence() -> None:
    """Raise ReportgenError unless the model may be downloaded: its licence has to be accepted."""
    hub = installed("huggingface_hub")
    try:
        hub.auth_check(MODEL)
    except hub.errors.RepositoryNotFoundError:  # a gated repository is a kind of it
        raise ReportgenError(
            f"The model '{MODEL}' is not open to you.",
            hint=f"Log in with 'hf auth login' and accept the licence at "
            f"https://huggingface.co/{MODEL}.",
        ) from None
    except Exception as error:  # each version of the hub has its own for a missing network
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ReportgenError(
            f"The model '{MODEL}' is not on this computer, and cannot be downloaded: {reason}",
            hint="Connect to the internet for the first run, or use the backend 'scenes'.",
        ) from None
