"""What of a record stays on the machine, and what a page shows of it."""

from dataclasses import replace
from typing import Any

import pytest

from reportgen.freshness.holds import own_salt, variable_digest
from reportgen.store.layers import Store
from reportgen.store.private import private_in, without_home
from reportgen.store.records import Record
from tests.store.test_remote import record_of

PRIVATE: list[tuple[str, Any]] = [
    ("api_key", "x"), ("key", "x"), ("hf_token", "x"), ("password", "x"), ("passwd", "x"),
    ("client_secret", "x"), ("apikey", "x"), ("wandb_api_key", "x"), ("access_token_value", "x"),
    ("credentials", "x"), ("API_KEY", "x"), ("data", "/home/ada/mnist"), ("data", ["/Users/ada/x"]),
    ("data", {"train": r"C:\Users\Ada\x"}), ("data", "/root/x"),
]  # fmt: skip
OPEN: list[tuple[str, Any]] = [
    ("keys", 3), ("token", 5), ("tokens", 512), ("tokenizer", "bpe"), ("key", ""),
    ("keyframe", "a"), ("secret", None), ("monkey", "x"), ("data", "data/mnist"),
    ("data", "/srv/x"), ("root", "/roots/x"), ("passes", "two"),
]  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Some record."""
    return record_of(Store(tmp_path_factory.mktemp("store")), "node", {"a": 1})


@pytest.mark.parametrize(("name", "value"), PRIVATE)
def test_secrets_and_home_folders_stay(record: Record, name: str, value: Any) -> None:
    record = replace(record, params={name: value, "steps": 3})
    [fault] = private_in(record)
    assert f"'{name}'" in fault
    assert f'public = ["{name}"]' in fault
    assert not list(private_in(record, [name]))


@pytest.mark.parametrize(("name", "value"), OPEN)
def test_what_only_sounds_so_goes(record: Record, name: str, value: Any) -> None:
    assert not list(private_in(replace(record, params={name: value})))


def test_of_a_path_what_follows_the_home() -> None:
    text = r"read /home/ada/x.csv, /Users/ada/y and C:\Users\Ada Bo\z; /data/x stays"
    assert without_home(text) == r"read ~/x.csv, ~/y and ~\z; /data/x stays"
    text = r"file:///home/ada/x /home/mila/a/ada/y /home1/ada /homes/ada/z c:\users\ada\w"
    assert without_home(text) == r"file://~/x ~/y ~ ~/z ~\w"
    assert without_home("/home/ada/d/x.csv") == "~/d/x.csv"


def test_the_digest_of_a_variable_has_a_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    ours = variable_digest("TOKEN")
    elsewhere = variable_digest("TOKEN", like="0123abcd-0")
    assert ours is not None
    assert ours.startswith(f"{own_salt()}-")
    assert elsewhere is not None
    assert elsewhere.startswith("0123abcd-")
    assert elsewhere.partition("-")[2] != ours.partition("-")[2]
    assert variable_digest("TOKEN", like=elsewhere) == elsewhere
    monkeypatch.setenv("TOKEN", "hunter3")
    assert variable_digest("TOKEN", like=elsewhere) != elsewhere
