"""Only what reportgen wrote, and nobody changed since, is ever replaced or deleted."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.site import ledger as module
from reportgen.site.ledger import MANIFEST, Ledger, SiteChanges


def update(folder: Path, files: dict[str, str], **options: object) -> SiteChanges:
    content = {path: (path.split("/")[0], text.encode()) for path, text in files.items()}
    return Ledger.read(folder).update(content, **options)  # type: ignore[arg-type]


def test_files_are_written_once_and_then_left_alone(tmp_path: Path) -> None:
    first = update(tmp_path, {"a/x.md": "one", "b/y.md": "two"})
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    second = update(tmp_path, {"a/x.md": "one", "b/y.md": "two"})
    assert first == SiteChanges(("a/x.md", "b/y.md"), (), 0)
    assert second == SiteChanges((), (), 2)
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}


def test_what_an_owner_no_longer_makes_goes_with_its_empty_folder(tmp_path: Path) -> None:
    update(tmp_path, {"a/deep/x": "1", "a/y": "2", "b/z": "3"})
    changes = update(tmp_path, {"a/y": "2"})
    assert changes.removed == ("a/deep/x",)
    assert not (tmp_path / "a/deep").exists()
    assert (tmp_path / "b/z").read_text() == "3"


def test_owners_that_are_gone_lose_their_files(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1", "b/z": "3"})
    assert update(tmp_path, {"a/x": "1"}, gone={"b"}).removed == ("b/z",)
    assert not (tmp_path / "b").exists()


def test_a_file_edited_by_hand_stops_everything(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1", "a/y": "2"})
    (tmp_path / "a/x").write_text("mine")
    with pytest.raises(ReportgenError, match="a/x: edited by hand"):
        update(tmp_path, {"a/x": "new", "a/y": "new"})
    assert (tmp_path / "a/y").read_text() == "2"
    update(tmp_path, {"a/x": "new", "a/y": "new"}, overwrite=True)
    assert (tmp_path / "a/x").read_text() == "new"


def test_an_edited_file_is_not_deleted_either(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1", "a/y": "2"})
    (tmp_path / "a/x").write_text("mine")
    with pytest.raises(ReportgenError, match="a/x: edited by hand"):
        update(tmp_path, {"a/y": "2"})
    assert (tmp_path / "a/x").read_text() == "mine"


def test_an_edit_that_says_the_same_is_none(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1"})
    (tmp_path / "a/x").write_text("2")
    assert update(tmp_path, {"a/x": "2"}).unchanged == 1


def test_a_file_of_somebody_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_text("theirs")
    with pytest.raises(ReportgenError, match="a/x: not written by reportgen"):
        update(tmp_path, {"a/x": "ours"})
    assert (tmp_path / "a/x").read_text() == "theirs"


def test_a_lost_file_is_written_again(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1"})
    (tmp_path / "a/x").unlink()
    assert update(tmp_path, {"a/x": "1"}).written == ("a/x",)


def test_a_lost_manifest_is_made_again_from_equal_files(tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1"})
    (tmp_path / MANIFEST).unlink()
    assert update(tmp_path, {"a/x": "1"}).unchanged == 1
    assert update(tmp_path, {"a/x": "2"}).written == ("a/x",)


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": {"a": {}}}'])
def test_a_manifest_that_is_none_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ReportgenError, match="cannot be read"):
        update(tmp_path, {"a/x": "1"})


@pytest.mark.parametrize("path", ["../out", "link/x", "file"])
def test_no_way_leads_out_of_the_site(path: str, tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    site.mkdir()
    outside.mkdir()
    (site / "link").symlink_to(outside)
    (site / "file").symlink_to(outside / "f")
    with pytest.raises(ReportgenError, match="leads out of the site"):
        update(site, {path: "x"})
    assert not any(outside.iterdir())


def test_an_update_killed_halfway_is_nobodys_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(tmp_path, {"a/x": "1", "a/y": "1", "a/z": "1"})
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_bytes", dying_after(3))
        with pytest.raises(KeyboardInterrupt):
            update(tmp_path, {"a/x": "2", "a/y": "2"})
    assert (tmp_path / "a/x").read_text() == "2"
    assert (tmp_path / "a/y").read_text() == "1"
    assert update(tmp_path, {"a/x": "3", "a/y": "3"}).written == ("a/x", "a/y")
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "a"]
    assert sorted(os.listdir(tmp_path / "a")) == ["x", "y"]


def dying_after(count: int) -> Callable[[Path, bytes], None]:
    """``write_bytes`` that is interrupted at its ``count``-th file."""
    real, left = module.write_bytes, [count]

    def write(target: Path, content: bytes) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        real(target, content)

    return write


def test_a_failed_write_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ReportgenError, match="No space left"):
        module.write_bytes(tmp_path / "x", b"1")
    assert not any(tmp_path.iterdir())
