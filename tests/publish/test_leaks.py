"""Forms in which keys and passwords stand in posts, notebooks and settings; put together here, so
that no scanner takes this file for a leak."""

import gzip
import random
import string

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.leaks import check_secrets, secrets_in


def drawn(count: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(count).choices(letters, k=count))


HEX = drawn(40, "0123456789abcdef")
PREFIXED = {
    **{f"{name}_": 36 for name in ("ghp", "gho", "ghu", "ghs", "ghr", "npm")},
    **{f"gl{name}-": 20 for name in ("pat", "rt", "dt", "ptt", "ft", "soat")},
    **{f"sk-{name}-": 48 for name in ("proj", "ant", "or", "svcacct", "admin")},
    "hf_": 34,
    "api_org_": 34,
    "sk-": 48,
    "AIza": 35,
    "GOCSPX-": 28,
    "ya29.": 60,
    "r8_": 37,
    "gsk_": 52,
    "xai-": 80,
    "ak-": 22,
    "as-": 22,
    "wandb_v1_": 60,
    "nvapi-": 64,
    "pplx-": 48,
    "sk_live_": 24,
    "rk_live_": 24,
    "whsec_": 32,
    "dckr_pat_": 27,
    "hvs.": 30,
    "figd_": 43,
    "pypi-AgEIcHlwaS5vcmc": 60,
    "github_pat_": 60,
    "tgp_v1_": 43,
    "tvly-": 32,
    "jina_": 60,
    "pcsk_": 60,
    "fw_": 24,
    "ntn_": 46,
    "glsa_": 41,
    "xapp-1-": 40,
    "lin_api_": 40,
}
NAMED = ("WANDB_API_KEY", "OPENAI_API_KEY", "COMET_API_KEY", "NEPTUNE_API_TOKEN", "HF_TOKEN",
         "AWS_SECRET_ACCESS_KEY", "MY_API_KEY", "api_key", "secret_key")  # fmt: skip
WRITTEN = ('os.environ["{name}"] = "{value}"', '"os.environ[\\"{name}\\"] = \\"{value}\\"\\n"',
           "export {name}={value}", "{name}={value}", "{name}: {value}",
           '<span class="n">{name}</span><span>=</span><span>"{value}"</span>')  # fmt: skip
OTHERS = {
    "a key in JSON": f'{{"username":"ada","key":"{HEX[:32]}"}}',
    "a login": f'wandb.login(key="{HEX}")',
    "a shell login": f"wandb login {HEX}",
    "a header": f'curl -H "Authorization: Bearer {drawn(40)}"',
    "an address": f"git clone https://ada:{drawn(12)}@git.example.org/x.git",
    "a database": f"postgres://ada:{drawn(12)}@db.example.org:5432/x",
    "a JWT": f"eyJ{drawn(30)}.eyJ{drawn(40)}.{drawn(43)}",
    "a private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "a PGP key": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    "an Azure account": f"AccountName=a;AccountKey={drawn(86)}==;",
    "a Slack hook": f"https://hooks.slack.com/services/T{drawn(8)}/B{drawn(8)}/{drawn(24)}",
    "a Telegram bot": f"123456789:AA{drawn(33)}",
    "SendGrid": f"SG.{drawn(22)}.{drawn(43)}",
    "a short password": 'password = "' + "hunter2secret" + '"',
    "a password in YAML": "password: " + "hunter2secretlongpassphrase24",
    "a netrc line": f"machine example.org login ada password {drawn(12)}",
    "a setter": f'set_token("{drawn(36)}")',
    "a password of letters": 'connect(host, username="ada", password="' + "jiTgXrwUXiQF" + '")',
    "a mail login": 'smtp.login("ada@x.org", "' + drawn(16, string.ascii_lowercase) + '")',
    "a mail password": 'password = "' + "gjsf tjkw swcd zpim" + '"',
    "a login by name": 'server.login(user, "' + "Zx9!kkPq72" + '")',
    "a pair": f'credentials = ("ada", "{drawn(17)}")',
    "a cookie": f"Set-Cookie: sessionid={drawn(32)}; HttpOnly",
    "a token as user": f"git remote set-url origin https://{HEX}@git.example.org/a/b",
    "a field": f'<input type="password" value="{drawn(13)}">',
    "a tag in YAML": f"password: !!str {drawn(14)}",
    "a typed assignment": f'let token: String = "{drawn(40)}".into();',
    "an installer": f"rootpw --plaintext {drawn(14)}",
    "SQL": f"CREATE USER ada IDENTIFIED BY '{drawn(14)}'",
    "a sentence": f"my password is {drawn(14)}",
    "a fallback": f'key = getpass.getpass("key") or "{drawn(14)}"',
}
FORMS = {
    **{f"{prefix}…": prefix + drawn(count) for prefix, count in PREFIXED.items()},
    **{form.format(name=name, value="…"): form.format(name=name, value=drawn(40))
       for name in NAMED for form in WRITTEN},
    **OTHERS,
}  # fmt: skip
TOKEN = "ghp" + "_" + drawn(36)
ORDINARY = {
    "coloured": f"\x1b[33mhf_{drawn(34)}\x1b[0m",
    "coloured, in JSON": f'{{"a": "\\u001b[32mhf_{drawn(34)}"}}',
    "in an address": f"https://h.example/login?next=%2F%3Ftoken%3Dhf_{drawn(34)}",
    "an address in an address": "?u=postgresql%3A%2F%2Fbob%3AHunter" + "2xy9%40db.example",
    "after a word": f"x_hf_{drawn(34)} and __hf_{drawn(34)}__",
    "a cell of a notebook": '{"source": ["%env DB_PASSWORD=S3cret' + 'Pw99\\n", "x"]}',
    "a line for a shell": '{"cmd": "DB_PASSWORD=S3cret' + 'Pw99 python t.py"}',
    "a cell of a table": '{"rows": [["password: S3cret' + 'Pw99"]]}',
    "a variable of a container": f"env:\n- name: WANDB_API_KEY\n  value: {HEX}",
    "an option": f'parser.add_argument("--api-key", default="{HEX}")',
    "aws configure": f"AWS Secret Access Key [None]: {drawn(40)}",
    "ngrok": f'ngrok.set_auth_token("{drawn(27)}_{drawn(21)}")',
    "a client": f'cohere.Client("{drawn(40)}")',
    "a variable": f"CIVITAI_TOKEN={HEX[:32]}",
    "pydantic": f'api_key=SecretStr("{HEX}")',
    "what wandb asks": f"wandb: Paste an API key from your profile and hit enter: {HEX}",
    "German": "Passwort: S3cret" + "Pw99",
    "a pair with a colon": "credentials: bob:S3cret" + "Pw99",
    "a cookie": f"Set-Cookie: sid={drawn(40)}",
}
FORMS |= ORDINARY
HIDDEN = {
    "UTF-16": TOKEN.encode("utf-16"),
    "gzip": gzip.compress(TOKEN.encode()),
    "the text of a PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rtEXtk\0" + TOKEN.encode(),
    "split by tags": f"{TOKEN[:20]}<wbr>{TOKEN[20:]}".encode(),
    "an entity": TOKEN.replace("_", "&#95;").encode(),
    "a wrapped line": f"{TOKEN[:20]}\\\n{TOKEN[20:]}".encode(),
}
HARMLESS = """
dataset_key = "cifar10_corrupted/brightness_5"
key="validation/loss_epoch_mean_over_5_seeds"
public_key = "0x04bfcab8123456789abcdef0123456789"
name: MODEL_KEY
value: resnet50
parser.add_argument("--token", default="<pad>")
Client("http://127.0.0.1:8000/api/v1")
CUDA_KEY=cudnn/benchmark/v8.json PASSWORD=$DB_PASSWORD SPECIAL_TOKEN=<|endoftext|>
credentials: see the docs. The API key is needed.
https://books.google.com/books?id=x&sig=ACfU3U0aBcDeFgHiJkLmNoPqRsTuVwXyZ12
password = "newPassword" passwordInput: "UserNameField" password is required here https://github.com/ada/x
<d-cite key="vaswani2017attention"></d-cite> <d-cite key="pmlr-v139-radford21a-clip"></d-cite>
mixpanel.init("dc1ac5ea3b1d4f6f9c27a0e4b8d35172");
Max tokens = 4096, the key idea: attention. password: none. token = "<unk>"
api_key = os.environ["OPENAI_API_KEY"]; password = getpass.getpass(); token = config.token
export WANDB_API_KEY=your-wandb-api-key-goes-here
git clone https://user:password@example.com/x.git
integrity="sha384-""" + drawn(64) + """"
<div class="sk-estimator-doc-link sk-toggleable__content-fitted">
key = "a-long-name-of-a-column-in-a-table"
first_pass = run_layer(2); bypass = "a-road-around-it"; mysql -u root -p database
echo "Finished run 12 of 20" | tee log
curl -u user:token https://x.io; parser.add_argument("--password")
random_key = jax.random.PRNGKey(0)
"""  # fmt: skip
NAMES = (".env", "prod.env", ".env.local", "id_rsa", "server.pem", ".netrc", "kaggle.json",
         "credentials.json", "client_secret_1.json", "service-account.json", ".aws/credentials",
         "secrets.toml", ".huggingface/token", "x.ppk", ".bash_history")  # fmt: skip


def test_every_form_of_a_secret_is_found() -> None:
    missed = [name for name, text in FORMS.items() if not list(secrets_in(f"a\n{text}\n".encode()))]
    missed += [name for name, content in HIDDEN.items() if not list(secrets_in(content))]

    assert len(FORMS) >= 100
    assert missed == []


def test_what_only_sounds_like_a_secret_is_none() -> None:
    assert list(secrets_in(HARMLESS.encode())) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_secrets_have(name: str) -> None:
    with pytest.raises(ReportgenError, match="name that keys"):
        check_secrets({f"assets/{name}": b""})


def test_a_line_may_be_marked_as_none() -> None:
    check_secrets({"_posts/2024-01-01-a.md": f"{TOKEN} <!-- reportgen: no secret -->".encode()})


@pytest.mark.parametrize(
    "unit",
    [
        b"a",
        b"a.",
        b"key",
        b"sk-",
        b"password = ",
        b"api_key ",
        b"<",
        b"curl -u ",
        b"mysql -p ",
        b"--password ",
        b"htpasswd -b a ",
    ],
)
def test_no_text_takes_more_than_linear_work(unit: bytes) -> None:
    """A pattern that is not linear would not end here."""
    list(secrets_in(b"key token password sk-" + unit * (100_000 // len(unit))))
