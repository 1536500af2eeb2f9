"""A record comes from a stranger: what is none is named, left aside, and never followed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reportgen import ReportgenError
from reportgen.store import Store
from reportgen.store.layers import Layer
from reportgen.store.objects import MissingObject
from reportgen.store.remote import Remote
from tests.store.test_remote import record_of

HOSTILE: dict[str, Any] = {
    "node": ["../../../x", "/tmp/x", "other", None, "", ".hidden", "a/b", "a\n"],
    "kind": ["<b>", None],
    "key": [None, 7, "k" * 64, "A" * 64],
    "output": ["../../../x", None, "xx/etc/passwd"],
    "objects": [["xx/home/thesis.txt"], ["../../../../x"], "abc", [1], None, [""]],
    "params": [[1], None],
    "inputs": [[], {"a": "../x"}, {"a": 1}],
    "code": [7, {"a": 1}],
    "observed": [[1], {"files": [1]}, None, {"other": {}}, {"files": {"a/../../b": None}},
                 {"files": {"": None}}, {"files": {"a": 1}}, {"folders": {"a": {"names": "x"}}},
                 {"folders": {"a": [1]}}, {"folders": {"a": {"names": "x", "without": [1]}}},
                 {"links": {"a": {}}}, {"environment": {"A": 1}}, {"modules": {"a\0b": "x"}},
                 {"missing": {"m": "x"}}, {"ran": {"nowhere": ""}}],
    "environment": [None, {"python": 3}],
    "sources": [[1], {"a.py": "x"}, {"/etc/passwd": "a" * 64}, {"a/../../b.py": "a" * 64}],
    "seed": ["s", -1, True, 1.5],
    "device": [{}, None],
    "seconds": ["x", float("nan"), float("inf"), -1, None],
    "finished": [3, "yesterday"],
    "peak_memory": ["y", -1],
    "commit": [5, "<script>"],
    "profile": [[1]],
    "version": [{}],
    "notes": [{"a": 1}, "abc", [1]],
    "accepted": [3, {"reason": 1}],
    "extra": [1],
    "format": [2, None, [1]],
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "local", Layer("bundle", tmp_path / "bundle"))


def only_record(store: Store) -> Path:
    [path] = store.folder.glob("records/node/*.json")
    return path


@pytest.mark.parametrize("field", HOSTILE)
def test_a_bad_field_makes_no_record_here_or_in_a_remote(store: Store, field: str) -> None:
    record_of(store, "node", {"a": 1})
    path = only_record(store)
    good = json.loads(path.read_text())
    for value in HOSTILE[field]:
        path.write_text(json.dumps({**good, field: value}))
        remote = Remote(str(store.folder))
        assert Store(store.folder).records_of("node") == [], value
        assert remote.records_of("node") == [], value
        [why] = remote.bad.values()
        assert why
        looked = Store(store.folder)
        assert list(looked.records[0]) == []
        [said] = looked.bad_records()
        assert said.startswith(f"'{path}' is no record, and is left aside: {why}")
        assert path.is_file()


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"format":' + "1" * 5000 + "}", "", "[]", "\udcff"]
)
def test_what_is_no_json_is_no_record(store: Store, text: str) -> None:
    record_of(store, "node", {"a": 1})
    only_record(store).write_bytes(text.encode("utf-8", "surrogatepass"))

    assert Store(store.folder).records_of("node") == []
    assert Remote(str(store.folder)).records_of("node") == []


def test_pipes_and_links_are_not_waited_for(store: Store) -> None:
    record = record_of(store, "node", {"a": 1})
    object = store.objects[0].path(record.output)
    for path in (only_record(store), object):
        path.unlink()
        os.mkfifo(path)

    assert Store(store.folder).records_of("node") == []
    assert Remote(str(store.folder)).records_of("node") == []
    with pytest.raises(MissingObject):
        Store(store.folder).load(record.output)


def test_a_digest_that_is_a_path_is_never_opened_or_removed(store: Store, tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("precious")
    for digest in (f"xx{thesis}", "../../../thesis.txt", "", "A" * 64):
        assert digest not in store.objects[0]
        with pytest.raises(MissingObject):
            store.find(digest)
    for tree in ({"$image": f"xx{thesis}"}, {"a": {"$array": "a", "from": "numpy"}}):
        text = json.dumps({"arrays": f"xx{thesis}", "value": tree})
        with pytest.raises(MissingObject):
            store.load(store.objects[0].put(text.encode()))
    assert thesis.read_text() == "precious"


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000 + "]" * 100_000, "\xff\xfe", "{}", "[1]", '{"arrays": null}',
     '{"arrays": null, "value": {"$float": "x"}}', '{"arrays": null, "value": {"$media": [1]}}',
     '{"arrays": null, "value": {"$array": "a"}}', '{"arrays": null, "value": {"$tuple": 1}}',
     '{"arrays": null, "value": {"$array": "a", "from": "numpy"}}',
     '{"arrays": null, "value": {"$media": {"kind": "os.system"}}}',
     '{"arrays": null, "value": {"$dict": [[{"$dict": []}, 1]]}}'],
)  # fmt: skip
def test_an_object_that_holds_no_value_is_an_error_that_names_it(store: Store, text: str) -> None:
    with pytest.raises(ReportgenError):
        store.load(store.objects[0].put(text.encode("latin-1")))
