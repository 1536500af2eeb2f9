"""A digit that was changed by hand in a published page is found, wherever it stands."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.cli.audit import command
from reportgen.errors import ReportgenError
from reportgen.posts import render_posts
from reportgen.site import write_preview, write_site
from reportgen.site.audit import audit
from tests.posts.world import make_project, make_world
from tests.site.conftest import Built

POST = """---
title: A post
---
It has <%= denoiser.test_psnr | db %> after <%= denoiser.epochs %> epochs at
$s = <%= denoiser.sigma %>$.

<%= ref("B.1c") %>, <%= ref("B.1e") %>.

<%= figure("B.1c") %>

<%= table("B.1e") %>

The rate is <%= denoiser.lr | of("B.1c") %>.
"""
PAGE = "_preview/a-post/index.html"
RECORDS = "assets/figures/a-post/records.json"
CHANGES = [  # file, what stands in it, what somebody makes of it, what the audit says
    (PAGE, "20.8&nbsp;dB", "20.9&nbsp;dB", "'20.9 dB' should be '20.8 dB': denoiser.test_psnr"),
    (PAGE, ">5</span> epochs", ">6</span> epochs", "'6' should be '5': denoiser.epochs, 5."),
    (PAGE, "<mn>0.5</mn>", "<mn>0.6</mn>", "'s=0.6' should be 's=0.5': denoiser.sigma."),
    (PAGE, ">20.76<", ">21.76<", "words or numbers of 'table-b-1e' are not"),
    (PAGE, "<b>Figure\u00a01</b>", "<b>Figure\u00a02</b>", "of 'fig-b-1c' are not"),
    (PAGE, 'alt="1, image', 'alt="9, image', "drawing or alt texts of 'fig-b-1c' are not"),
    (PAGE, 'src="../../assets/figures/a-post/b-1c-1.png"', 'src="/mine.png"', "drawing or alt"),
    (PAGE, '<data value="0.0001"', '<data value="0.0002"', "machines '0.0002', not 0.0001: den"),
    (RECORDS, '"denoiser": {', '"denoised": {', "'20.8 dB' comes from 'denoiser', whose run has"),
    (PAGE, "/b-1c-full.png", "/b-1d-full.png", "shows 'b-1d-full.png', which has no record"),
    (PAGE, "/b-1c-1.png", "/b-1c-2.png", "the files, or their order, of 'fig-b-1c' are not"),
    (PAGE, ' data-v="a-post/2"', "", "'20.8 dB', is recorded and marked on no page."),
    (PAGE, 'data-v="a-post/2"', 'data-v="a-post/9"', "marked as value 9, which has no record."),
    (RECORDS, '"value": 20.7643', '"value": 21.7643', "'20.8 dB' should be '21.8 dB'"),
    (RECORDS, '"b-1c-full.png": "', '"b-1c-full.png": "0', "is not the picture of 'fig-b-1c'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    project = make_project(root, {"2024-11-19-a-post.md": POST})
    posts = render_posts(project, make_world(root / "drawn"))
    write_site(project, posts)
    write_preview(project, posts)
    return project.site_dir


def test_what_was_published_passes(published: Path) -> None:
    found = audit(published)
    assert found.faults == []
    assert (found.pages, found.values, found.figures) == (2, 8, 4)  # the page, and its Markdown
    assert audit(published / PAGE).faults == []


@pytest.mark.parametrize(("file", "old", "new", "message"), CHANGES)
def test_a_change_is_found(
    file: str, old: str, new: str, message: str, published: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    text = (site / file).read_text(encoding="utf-8")
    assert old in text
    (site / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = audit(site / PAGE).faults
    assert len(faults) >= 1
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("name", "what"), [("b-1c-full.png", "fig-b-1c"), ("card.png", "card")], ids=["figure", "card"]
)
def test_a_picture_that_changed_or_went_is_found(
    name: str, what: str, published: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    picture = site / "assets/figures/a-post" / name
    picture.write_bytes(picture.read_bytes() + b"\0")
    assert audit(site).faults == [f"{picture}: is not the picture of '{what}' that was recorded."]
    picture.unlink()
    assert audit(site).faults == [f"{picture}: is missing; '{what}' shows it."]


def test_records_of_another_site_around_this_one_are_not_taken(
    published: Path, tmp_path: Path
) -> None:
    for site in (tmp_path, tmp_path / "_site"):
        shutil.copytree(published, site, dirs_exist_ok=True)
    (tmp_path / "_site" / RECORDS).unlink()
    with pytest.raises(ReportgenError, match=r"records\.json' is missing"):
        audit(tmp_path / "_site")


def test_records_that_are_none_and_pages_without_marks(published: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    for content in ("{", "[]", json.dumps({"format": 1})):
        (site / RECORDS).write_text(content)
        with pytest.raises(ReportgenError, match="These are no records"):
            audit(site)
    (site / RECORDS).unlink()
    with pytest.raises(ReportgenError, match=r"records\.json' is missing"):
        audit(site)
    (tmp_path / "other").mkdir()
    with pytest.raises(ReportgenError, match=r"Nothing in .* is marked"):
        audit(tmp_path / "other")
    with pytest.raises(ReportgenError, match="There is no page or folder"):
        audit(tmp_path / "nothing")


def test_records_unlike_the_store_are_found(published: Path) -> None:
    stored = {"test_psnr": 20.5}
    faults = audit(published, lambda node, digest, path: stored.get(path[0])).faults
    assert faults == [
        f"{published / RECORDS}: denoiser.test_psnr is 20.5 in the store, not 20.7643."
    ]


def test_what_jekyll_built_passes(built: Built) -> None:
    found = audit(built.folder)
    assert found.faults == []
    assert found.values > 0


def test_the_command(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # in no project
    done = CliRunner().invoke(command, [str(published)], standalone_mode=False)
    assert done.return_value == 0
    site = tmp_path / "site"
    shutil.copytree(published, site)
    page = site / PAGE
    page.write_text(page.read_text().replace("20.8&nbsp;dB", "20.9&nbsp;dB"))
    done = CliRunner().invoke(command, [str(site)], standalone_mode=False)
    assert done.return_value == 1
    assert "'20.9 dB' should be '20.8 dB'" in done.output
