"""What looks like a key, a token or a password, and is therefore not published."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reportgen.publish.paths import refusal


class Secret(NamedTuple):
    """What a pattern finds, and what each of its matches has in it: a quick look comes first."""

    what: str
    marks: tuple[bytes, ...]
    pattern: bytes


SECRETS = (
    Secret("a private key", (b"PRIVATE KEY",), rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    Secret(
        "a GitHub token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
        rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b",
    ),
    Secret("a GitLab token", (b"glpat-",), rb"\bglpat-[A-Za-z0-9_-]{20,}"),
    Secret("an AWS access key", (b"AKIA", b"ASIA"), rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    Secret("a Hugging Face token", (b"hf_",), rb"\bhf_[A-Za-z0-9]{34,}\b"),
    Secret("an OpenAI or Anthropic key", (b"sk-",), rb"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    Secret("a Google API key", (b"AIza",), rb"\bAIza[A-Za-z0-9_-]{35}\b"),
    Secret("a Slack token", (b"xox",), rb"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    Secret("a PyPI token", (b"pypi-AgE",), rb"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    Secret("an npm token", (b"npm_",), rb"\bnpm_[A-Za-z0-9]{36}\b"),
)
ASSIGNED = Secret(
    "a key or password in an assignment",
    (b"key", b"token", b"password"),
    rb"(?i)\b(?:wandb_api_key|api_?key|secret_?key|access_?token|password)\b[\"']?\s*[:=]\s*"
    rb"[\"'][A-Za-z0-9+/_=-]{24,}[\"']",
)
"""Looked for in texts only, in which people write such lines."""

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


def secrets_in(content: bytes) -> Iterator[tuple[int, str]]:
    """Line and description of each secret in a file; only its first letters are shown."""
    found = [secret for secret in SECRETS if any(mark in content for mark in secret.marks)]
    if b"\0" not in content and any(mark in content.lower() for mark in ASSIGNED.marks):
        found.append(ASSIGNED)
    for secret in found:
        for match in re.finditer(secret.pattern, content):
            line = content.count(b"\n", 0, match.start()) + 1
            yield line, f"{secret.what}, '{match[0][:6].decode('ascii', 'replace')}…'."
