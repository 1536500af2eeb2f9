"""What looks like a key, a token or a password, and is therefore not published."""

import re
from collections.abc import Iterable, Mapping

from reportgen.publish.paths import refusal

SECRETS = (
    ("a private key", rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("a GitHub token", rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b"),
    ("a GitLab token", rb"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("an AWS access key", rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a Hugging Face token", rb"\bhf_[A-Za-z0-9]{34,}\b"),
    ("an OpenAI or Anthropic key", rb"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    ("a Google API key", rb"\bAIza[A-Za-z0-9_-]{35}\b"),
    ("a Slack token", rb"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    ("a PyPI token", rb"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    ("an npm token", rb"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Weights & Biases or generic key in an assignment",
     rb"(?i)\b(?:wandb_api_key|api_?key|secret_?key|access_?token|password)\b[\"']?\s*[:=]\s*"
     rb"[\"'][A-Za-z0-9+/_=-]{24,}[\"']"),
)  # fmt: skip
SECRET_NAMES = re.compile(
    r"(^|/)(\.env(\..*)?|\.netrc|\.git-credentials|\.pypirc|\.npmrc|id_(rsa|dsa|ecdsa|ed25519)"
    r"|credentials(\.json)?|[^/]*\.(pem|p12|pfx|key|kdbx))$",
    re.IGNORECASE,
)


def check_secrets(contents: Mapping[str, bytes]) -> None:
    """Raise ReportgenError for whatever looks like a key, token or password, with file and line."""
    faults = [f"'{path}' has a name that keys and passwords have." for path in contents
              if SECRET_NAMES.search(path)]  # fmt: skip
    for path, content in contents.items():
        faults += [f"{path}:{line}: {what}" for line, what in secrets_in(content)]
    if faults:
        raise refusal(
            "This looks like a secret",
            faults,
            "Remove it, and replace it where it was issued if it was ever shown.",
        )


def secrets_in(content: bytes) -> Iterable[tuple[int, str]]:
    for what, pattern in SECRETS:
        for match in re.finditer(pattern, content):
            line = content.count(b"\n", 0, match.start()) + 1
            shown = match[0][:6].decode("ascii", "replace")
            yield line, f"{what}, '{shown}…'."
