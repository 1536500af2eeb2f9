"""Only what reportgen wrote, and nobody changed since, is ever replaced or deleted."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.files import blob_id
from reportgen.project import Project
from reportgen.site import ledger as module
from reportgen.site.ledger import Ledger, SiteChanges, slug_at, written
from tests.publish.helpers import git

REPORT = "0123456789abcdef"


def project_of(folder: Path) -> Project:
    return Project(folder.parent, REPORT, store=f"{folder.name}-store")


def update(folder: Path, files: dict[str, str], gone: str = "", **options: bool) -> SiteChanges:
    """Bring a site to these files; those below the folders of ``files`` and ``gone`` may go."""
    owners = {path.split("/")[0] for path in files} | {gone}
    return Ledger.read(project_of(folder), folder).update(
        {path: text.encode() for path, text in files.items()},
        gone=lambda path: path.split("/")[0] in owners,
        **options,
    )


def kept(folder: Path) -> Path:
    """The file of the ledger."""
    [file] = (project_of(folder).store_dir / "sites").iterdir()
    return file


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
    assert update(tmp_path, {"a/x": "1"}, gone="b").removed == ("b/z",)
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


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": 3}', '{"files": {"a": {}}}', '{"files": []}']
)
def test_a_lost_ledger_is_made_again_from_equal_files(text: str, tmp_path: Path) -> None:
    update(tmp_path, {"a/x": "1"})
    kept(tmp_path).write_text(text)
    assert update(tmp_path, {"a/x": "1"}).unchanged == 1
    assert update(tmp_path, {"a/x": "2"}).written == ("a/x",)


def test_an_older_version_is_ours_as_well_and_with_other_ends_of_lines(tmp_path: Path) -> None:
    for text in ("1\n", "2\n", "3\n"):
        update(tmp_path, {"a/x": text})
    for text in (b"1\n", b"2\r\n"):
        (tmp_path / "a/x").write_bytes(text)
        assert update(tmp_path, {"a/x": "3\n"}).written == ("a/x",)
    assert written(project_of(tmp_path)) == {
        "a/x": {blob_id(text) for text in (b"1\n", b"2\n", b"3\n")}
    }


FIGURE = "assets/figures/noise/a-1.png"
POST = "_posts/2024-11-19-noise.md"


def test_a_checkout_tells_what_was_published_to_it(tmp_path: Path) -> None:
    top = tmp_path / "blog"
    (top / ".reportgen").mkdir(parents=True)
    (top / ".git").mkdir()
    files = {
        f"docs/{POST}": blob_id(b"1"),
        f"docs/{FIGURE}": blob_id(b"1"),
        "docs/about.md": blob_id(b"theirs"),
    }
    (top / ".reportgen" / f"{REPORT}.json").write_text(json.dumps({"files": files}))
    for path, text in ((POST, "1"), (FIGURE, "edited"), ("about.md", "theirs")):
        (top / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
        (top / "docs" / path).write_text(text)

    def build(new: dict[str, bytes], **more: bool) -> SiteChanges:
        ledger = Ledger.read(project_of(top), top / "docs")
        return ledger.update(new, gone=lambda path: True, **more)

    with pytest.raises(ReportgenError, match=f"{FIGURE}: edited by hand"):
        build({POST: b"2", FIGURE: b"2"})
    assert build({POST: b"2", FIGURE: b"2"}, overwrite=True).written == (POST, FIGURE)
    assert build({POST: b"2"}).removed == (FIGURE,)
    assert (top / "docs/about.md").read_text() == "theirs", "no list makes it one of ours"


@pytest.mark.parametrize(
    ("path", "slug"),
    [(POST, "noise"), (FIGURE, "noise"), ("_posts/notes/2024-11-19-a-b.md", "a-b")]
    + [(path, "") for path in ("_posts/noise.md", "about.md", "x/_posts/2024-11-19-a.md")],
)
def test_the_post_that_a_path_is_for(path: str, slug: str) -> None:
    assert slug_at(path) == slug


def test_in_another_clone_what_is_committed_and_generated_is_ours(tmp_path: Path) -> None:
    site = tmp_path / "site"
    generated = b"---\ntitle: A\nreportgen:\n  commit: x\n---\n1"
    by_hand = b"---\ntitle: A\n---\nreportgen: is a word here"
    files = {POST: generated, "_posts/2024-11-20-mine.md": by_hand, FIGURE: b"1"}
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    git("init", "--quiet", cwd=site)
    git("-c", "user.name=A", "-c", "user.email=a@b", "add", ".", cwd=site)
    ledger = Ledger.read(project_of(site), site)
    assert sorted(ledger.strangers(dict.fromkeys(files, b"2"))) == sorted(files)
    git("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x", cwd=site)
    assert ledger.strangers(dict.fromkeys(files, b"2")) == ["_posts/2024-11-20-mine.md"]
    (site / FIGURE).write_bytes(b"edited")
    assert FIGURE in ledger.strangers(dict.fromkeys(files, b"2"))


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
        patch.setattr(module, "write_bytes", dying_after(2))
        with pytest.raises(KeyboardInterrupt):
            update(tmp_path, {"a/x": "2", "a/y": "2"})
    assert (tmp_path / "a/x").read_text() == "2"
    assert (tmp_path / "a/y").read_text() == "1"
    assert update(tmp_path, {"a/x": "3", "a/y": "3"}).written == ("a/x", "a/y")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
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
