"""A remote store, on three file systems: a folder, memory, and the S3 protocol."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reportgen import ReportgenError
from reportgen.store import Record, Store
from reportgen.store.layers import Layer
from reportgen.store.remote import Remote, open_address, pull_record, push_records
from tests.conftest import PYPROJECT, ProjectFolder

S3_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def s3_bucket() -> Iterator[str]:
    """The URL of an empty bucket on an S3 server of our own."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (*S3_VARIABLES.items(), ("AWS_ENDPOINT_URL", f"http://{host}:{port}")):
            patch.setenv(name, value)
        fsspec.filesystem("s3").mkdir("report")
        yield "s3://report"
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where nothing is yet."""
    if request.param == "folder":
        return f"file://{tmp_path}/remote"
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    return f"{request.getfixturevalue('s3_bucket')}/{uuid.uuid4().hex}"


def record_of(store: Store, node: str, value: Any, **changes: Any) -> Record:
    output, objects = store.save(value, node)
    fields: dict[str, Any] = {
        "node": node,
        "kind": "artifact",
        "key": "0" * 64,
        "output": output,
        "objects": tuple(objects),
        "seed": 1,
        "device": "CPU, 2 threads",
        "seconds": 0.1,
        "finished": "2026-01-01T00:00:00+00:00",
    }
    empty = ("params", "inputs", "code", "observed", "environment", "sources")
    record = Record(**{**{name: {} for name in empty}, **fields, **changes})
    store.put(record)
    return record


def names_in(url: str) -> list[str]:
    files, folder = open_address(url)
    files.invalidate_cache()
    return sorted(name.removeprefix(folder).lstrip("/") for name in files.find(folder))


def overwrite(url: str, name: str, content: bytes) -> None:
    files, folder = open_address(url)
    files.pipe_file(f"{folder}/{name}", content)


def test_what_was_pushed_is_pulled_byte_for_byte(url: str, tmp_path: Path) -> None:
    import numpy as np

    mine, theirs = Store(tmp_path / "mine"), Layer("local", tmp_path / "theirs")
    value = {"x": np.arange(1000.0), "name": "σ = ½"}
    record = record_of(mine, "walk", value)
    moved = push_records(Remote(url), mine, [record])
    assert (moved.records, moved.objects, moved.faults) == (1, 2, [])
    [found] = Remote(url).records_of("walk")
    pull_record(Remote(url), theirs, found)
    again = Store(theirs.folder).load(found.output)
    assert np.array_equal(again["x"], value["x"])
    assert again["name"] == "σ = ½"
    assert theirs.records.of("walk") == mine.records_of("walk")


def test_nothing_is_sent_twice(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "mine")
    record = record_of(store, "walk", {"x": 1})
    push_records(Remote(url), store, [record])
    again = push_records(Remote(url), store, [record])
    assert (again.records, again.objects, again.bytes) == (0, 0, 0)


def test_records_of_a_node_that_was_never_pushed(url: str) -> None:
    assert Remote(url).records_of("walk") == []


def test_a_damaged_object_is_named_and_not_kept(url: str, tmp_path: Path) -> None:
    mine, theirs = Store(tmp_path / "mine"), Layer("local", tmp_path / "theirs")
    record = record_of(mine, "walk", {"x": 1})
    push_records(Remote(url), mine, [record])
    name = Remote(url).object_name(record.output)
    content = mine.objects[0].get(record.output)
    overwrite(url, name, content[:-1] + b"?")
    with pytest.raises(ReportgenError, match=f"Object {record.output[:12]} .* is damaged"):
        pull_record(Remote(url), theirs, record)
    assert [path for path in theirs.folder.rglob("*") if path.is_file()] == []
    push_records(Remote(url), mine, [record], force=True)
    pull_record(Remote(url), theirs, record)
    assert Store(theirs.folder).load(record.output)["x"] == 1


def test_an_object_that_was_cut_off_is_sent_again(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "mine")
    record = record_of(store, "walk", {"x": 1})
    push_records(Remote(url), store, [record])
    overwrite(url, Remote(url).object_name(record.output), b"{")
    assert push_records(Remote(url), store, [record]).objects == 1


def test_a_missing_object_keeps_its_record_away(url: str, tmp_path: Path) -> None:
    mine, theirs = Store(tmp_path / "mine"), Layer("local", tmp_path / "theirs")
    record = record_of(mine, "walk", {"x": 1})
    Remote(url).push_record(record)
    with pytest.raises(ReportgenError, match="is not in"):
        pull_record(Remote(url), theirs, record)
    assert theirs.records.of("walk") == []


def test_a_record_whose_value_is_not_here_is_not_sent(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "mine")
    whole, lost = record_of(store, "walk", {"x": 1}), record_of(store, "run", {"x": 2})
    store.objects[0].path(lost.output).unlink()
    moved = push_records(Remote(url), store, [lost, whole])
    assert (moved.records, len(moved.faults)) == (1, 1)
    assert "'run' stays here" in moved.faults[0]
    assert [name for name in names_in(url) if "records/run" in name] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', b"\xff"])
def test_a_damaged_record_is_as_good_as_none(url: str, tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path / "mine")
    record = record_of(store, "walk", {"x": 1})
    push_records(Remote(url), store, [record])
    overwrite(url, f"records/walk/{record.name}.json", content)
    assert Remote(url).records_of("walk") == []
    assert push_records(Remote(url), store, [record]).records == 1
    assert Remote(url).records_of("walk") == [store.records_of("walk")[0]]


def test_the_newest_record_comes_first(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "mine")
    days = ["2026-01-02", "2026-01-03", "2026-01-01"]
    records = [
        record_of(store, "walk", {"x": 1}, key=day[-1] * 64, finished=f"{day}T00:00:00+00:00")
        for day in days
    ]
    push_records(Remote(url), store, records)
    assert [r.key[0] for r in Remote(url).records_of("walk")] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense://x", "The remote 'nonsense://x' cannot be reached"),
        ("s3://there-is-no-such-bucket-here/x", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_reached(
    s3_bucket: str, tmp_path: Path, address: str, message: str
) -> None:
    store = Store(tmp_path / "mine")
    record = record_of(store, "walk", {"x": 1})
    with pytest.raises(ReportgenError, match=message):
        push_records(Remote(address), store, [record])


def with_remote(url: str) -> str:
    return f'{PYPROJECT}remote = "{url}"\n'


def clone_of(project: ProjectFolder, folder: Path) -> ProjectFolder:
    """The sources of a project elsewhere, without its store."""
    import shutil

    shutil.copytree(project.root, folder, ignore=shutil.ignore_patterns(".reportgen"))
    return ProjectFolder(folder)


def test_push_and_pull_bring_a_clone_up_to_date(
    make_project: Callable[..., ProjectFolder], s3_bucket: str, tmp_path: Path
) -> None:
    project = make_project(pyproject=with_remote(f"{s3_bucket}/{uuid.uuid4().hex}"))
    assert project.run("build").code == 0
    pushed = project.run("push")
    assert pushed.code == 0, pushed
    assert pushed.out.startswith("3 records and ")
    clone = clone_of(project, tmp_path / "clone")
    pulled = clone.run("pull")
    assert pulled.code == 0, pulled
    assert clone.run("build", "--require-fresh").code == 0
    assert clone.run("value", "walk.x").out == project.run("value", "walk.x").out
    assert clone.run("pull").out.startswith("0 records and 0 objects")


def test_pull_takes_only_what_the_present_code_calls_for(
    make_project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    project = make_project(pyproject=with_remote("../remote"))
    project.run("build")
    assert project.run("push", "A.1").code == 0
    clone = clone_of(project, tmp_path / "clone")
    clone.edit("experiments/report.py", "* sigma", "* sigma * 2")
    pulled = clone.run("pull")
    assert pulled.code == 1
    assert "'walk' is missing: never run." in pulled.err
    assert "'B.2' is missing: never run." in pulled.err
    assert pulled.out.startswith("0 records and 0 objects")
    clone.edit("experiments/report.py", "* sigma * 2", "* sigma")
    pulled = clone.run("pull", "A.1")
    assert (pulled.code, pulled.out[:10]) == (0, "2 records ")


def test_push_names_what_stays(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project(pyproject=with_remote("../remote"))
    project.run("build", "B.2")
    pushed = project.run("push")
    assert pushed.code == 1
    assert "'walk' is missing: never run." in pushed.err
    assert pushed.out.startswith("1 record and 2 objects ")


def test_without_a_remote_both_say_how_to_name_one(project: ProjectFolder) -> None:
    for command in ("push", "pull"):
        done = project.run(command)
        assert done.code == 2
        assert "This project has no remote store." in done.err
        assert 'remote = "s3://bucket/report"' in done.err


def test_records_in_a_remote_folder_are_plain_json(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(pyproject=with_remote("../remote"))
    project.run("build", "B.2")
    project.run("push", "B.2")
    [record] = (project.root.parent / "remote/records/line").iterdir()
    assert json.loads(record.read_text())["node"] == "line"
    assert not [name for name in os.listdir(record.parent) if name.startswith(".")]
