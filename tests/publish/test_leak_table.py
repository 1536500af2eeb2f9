"""Keys of a hundred services, each in eight kinds of file; put together here, so that no scanner
takes this file for a leak."""

import json
from collections.abc import Iterator

from reportgen.publish.leaks import secrets_in
from tests.publish.test_leaks import drawn

HEX = "0123456789abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
DIGITS = "0123456789"

TOKENS = {
    "DigitalOcean": "dop_v1_" + drawn(64, HEX),
    "Shopify": "shpat_" + drawn(32, HEX),
    "Square": "sq0atp-" + drawn(22),
    "Postman": "PMAK-" + drawn(24, HEX) + "-" + drawn(34, HEX),
    "NewRelic": "NRAK-" + drawn(27, UPPER),
    "Atlassian": "ATATT3xFfGF0" + drawn(180),
    "Bitbucket": "ATBB" + drawn(32),
    "Dropbox": "sl." + drawn(136),
    "Facebook": "EAACEdEose0cBA" + drawn(110),
    "Supabase": "sbp_" + drawn(40, HEX),
    "Netlify": "nfp_" + drawn(36),
    "Pulumi": "pul-" + drawn(40, HEX),
    "Terraform": drawn(14) + ".atlasv1." + drawn(65),
    "PlanetScale": "pscale_tkn_" + drawn(40),
    "RubyGems": "rubygems_" + drawn(48, HEX),
    "Doppler": "dp.pt." + drawn(43),
    "Fly": "fo1_" + drawn(43),
    "Mapbox": "sk.eyJ1Ijoi" + drawn(60) + "." + drawn(22),
    "Typeform": "tfp_" + drawn(59),
    "Kaggle": "KGAT_" + drawn(32, HEX),
    "Overleaf": "olp_" + drawn(36),
    "Notion": "secret_" + drawn(43),
    "ElevenLabs": "sk_" + drawn(48, HEX),
    "Airtable": "pat" + drawn(14) + "." + drawn(64, HEX),
    "Discord bot": "MTA" + drawn(21) + "." + drawn(6) + "." + drawn(38),
    "Mailgun": "key-" + drawn(32, HEX),
    "Mailchimp": drawn(32, HEX) + "-us12",
    "Sentry": "sntrys_eyJ" + drawn(80) + "_" + drawn(43),
    "Grafana cloud": "glc_eyJ" + drawn(60),
    "AWS id": "AKIA" + drawn(16, UPPER),
    "AWS temp": "ASIA" + drawn(16, UPPER),
    "Alibaba": "LTAI" + drawn(20),
    "Tencent": "AKID" + drawn(32),
    "Databricks": "dapi" + drawn(32, HEX),
    "Slack bot": "xoxb-" + drawn(12, DIGITS) + "-" + drawn(12, DIGITS) + "-" + drawn(24),
    "Slack user": "xoxp-"
    + drawn(12, DIGITS)
    + "-"
    + drawn(12, DIGITS)
    + "-"
    + drawn(12, DIGITS)
    + "-"
    + drawn(32, HEX),
    "Stripe test": "sk_test_" + drawn(24),
    "Twilio": "SK" + drawn(32, HEX),
    "Perplexity": "pplx-" + drawn(48),
    "OpenRouter": "sk-or-v1-" + drawn(64, HEX),
    "Anthropic": "sk-ant-api03-" + drawn(93) + "AA",
    "OpenAI": "sk-proj-" + drawn(74) + "T3BlbkFJ" + drawn(74),
    "HF": "hf_" + drawn(34),
    "GitHub": "ghp_" + drawn(36),
    "GitHub fine": "github_pat_" + drawn(22) + "_" + drawn(59),
    "GitLab": "glpat-" + drawn(20),
    "Google": "AIza" + drawn(35),
    "Google oauth": "GOCSPX-" + drawn(28),
    "npm": "npm_" + drawn(36),
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + drawn(80),
    "Replicate": "r8_" + drawn(37),
    "Groq": "gsk_" + drawn(52),
    "xAI": "xai-" + drawn(80),
    "W&B": "wandb_v1_" + drawn(60),
    "Nvidia": "nvapi-" + drawn(64),
    "Modal": "ak-" + drawn(22),
    "LangSmith": "lsv2_pt_" + drawn(32, HEX) + "_" + drawn(10, HEX),
    "age": "AGE-SECRET-KEY-1" + drawn(58, UPPER),
    "Docker": "dckr_pat_" + drawn(27),
    "Vault": "hvs." + drawn(90),
    "Figma": "figd_" + drawn(40),
    "SendGrid": "SG." + drawn(22) + "." + drawn(43),
    "Telegram": "123456789:AA" + drawn(33),
    "Brevo": "xkeysib-" + drawn(64, HEX) + "-" + drawn(16),
    "Cloudflare CA": "v1.0-" + drawn(24, HEX) + "-" + drawn(146, HEX),
    "Prefect": "pnu_" + drawn(36),
    "Linear": "lin_api_" + drawn(40),
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJ" + drawn(40) + "." + drawn(43),
    "Pinecone": "pcsk_" + drawn(60),
    "Tavily": "tvly-" + drawn(32),
    "Jina": "jina_" + drawn(60),
    "Together": "tgp_v1_" + drawn(43),
    "Cerebras": "csk-" + drawn(48, HEX),
    "Sourcegraph": "sgp_" + drawn(40, HEX),
    "Artifactory": "AKCp" + drawn(69),
}
NAMED = (
    *(
        "COHERE_API_KEY",
        "MISTRAL_API_KEY",
        "AZURE_OPENAI_KEY",
        "DD_API_KEY",
        "HEROKU_API_KEY",
        "ALGOLIA_ADMIN_KEY",
    ),
    *("ZENODO_TOKEN", "OSF_TOKEN", "DEEPGRAM_API_KEY", "VERCEL_TOKEN", "STABILITY_KEY"),
    *(
        "MLFLOW_TRACKING_PASSWORD",
        "CLEARML_API_SECRET_KEY",
        "LAMBDA_API_KEY",
        "RUNPOD_API_KEY",
        "flickr_secret",
    ),
    *(
        "REDDIT_CLIENT_SECRET",
        "TWITTER_BEARER_TOKEN",
        "SPOTIFY_CLIENT_SECRET",
        "DB_PASSWORD",
        "SECRET_KEY",
    ),
    *("JWT_SECRET", "REDIS_PASSWORD", "SMTP_PASSWORD"),
)


def forms() -> Iterator[tuple[str, str, str]]:
    """What each key is of, the name that it is given, and the key."""
    for service, token in TOKENS.items():
        yield service, "X", token
    for number, name in enumerate(NAMED):
        yield name, name, drawn(32, HEX) if number % 2 else drawn(36)


def files(name: str, value: str) -> Iterator[tuple[str, bytes]]:
    """Files in which a program, a page or a setting has the key."""
    line = f'{name} = "{value}"\n'
    yield "a.py", line.encode()
    yield "a.txt", line.encode("utf-16")
    yield "a.yml", f"{name}: {value}\n".encode()
    yield "a.md", f"    export {name}={value}\n".encode()
    yield "a.json", json.dumps({name: value}, indent=1).encode()
    yield "a.ipynb", json.dumps({"cells": [{"source": [line]}]}).encode()
    yield "a.html", f"<p>Set <code>{name}={value}</code></p>".encode()
    span = (
        f'<span class="n">{name}</span> <span class="o">=</span> <span>&quot;{value}&quot;</span>'
    )
    yield "b.html", span.encode()


def test_nearly_every_key_is_found_in_every_kind_of_file() -> None:
    tried = [
        (service, path, bool(list(secrets_in(content, path))))
        for service, name, value in forms()
        for path, content in files(name, value)
    ]
    missed = [f"{service} in {path}" for service, path, found in tried if not found]

    assert len({service for service, _, _ in tried}) >= 95
    assert len(missed) <= 0.02 * len(tried), missed


def test_what_a_picture_looks_like_as_text_is_no_key() -> None:
    inside = f"{drawn(200)}/EAAA{drawn(40)}+{drawn(200)}"

    assert not list(secrets_in(f'<img src="data:image/png;base64,{inside}">'.encode()))
    assert list(secrets_in(f'"EAAA{drawn(60)}"'.encode()))


WRITTEN = (
    "let API_TOKEN: string = '{}'", 'api_key <- "{}"', "<apiKey>{}</apiKey>",
    "--token {}",
    '<add key="ApiKey" value="{}" />', "| API_KEY | {} |",
    'headers={{"Authorization": f"Token {}"}}',
    'notebook_login("{}")', 'api_key: Optional[str] = "{}"', 'Client(api_key="{}")',
)  # fmt: skip
"""How programs, tables and settings say a key."""
COMMANDS = (
    "PGPASSWORD={} psql", "mysql -u root -p{}", "sshpass -p {} ssh x", "curl -u ada:{} https://x.io",
    "docker login -u ada -p {}", "echo {} | docker login -u ada --password-stdin", "psk='{}'",
    "wget --password={} https://x.io", "htpasswd -b f ada {}", "net use z: \\\\h\\s /user:ada {}",
    "ansible_ssh_pass={}", "DB_PASS={}", "<password>{}</password>", 'SMTP("h").login("ada", "{}")',
    'requests.get(url, auth=("ada", "{}"))', 'storePassword "{}"', "Server=x;Password={};",
    "x --password {}",
)  # fmt: skip
"""How commands and settings say a password."""


def test_keys_and_passwords_however_they_are_written() -> None:
    texts = [form.format(drawn(40)) for form in WRITTEN]
    texts += [form.format(f"{drawn(7)}!{drawn(7)}4") for form in COMMANDS]
    missed = [text for text in texts if not list(secrets_in(f"Text.\n{text}\nText.\n".encode()))]

    assert missed == []
