"""Which posts can be printed, and on what."""

import os
from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder

PAGE = "<!doctype html><title>A post</title><p>Text."


@pytest.mark.parametrize("post", ["", ".", "none", "./a-post", "../_preview/a-post", "figures"])
def test_what_is_no_name_of_a_built_post_is_refused(
    post: str, make_project: Callable[..., ProjectFolder]
) -> None:
    pages = [f"site/_preview/{name}index.html" for name in ("", "a-post/")]
    project = make_project(dict.fromkeys(pages, PAGE))
    before = sorted(project.root.rglob("*"))
    done = project.run("pdf", post)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: There is no built post '{post}'.\n")
    assert sorted(project.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("paper", "box"), [("A4", b"594.95996 841.91998"), ("letter", b"612 792")], ids=["A4", "Letter"]
)
def test_it_is_printed_on_the_paper_that_was_asked_for(
    paper: str, box: bytes, make_project: Callable[..., ProjectFolder]
) -> None:
    project = make_project({"site/_preview/a-post/index.html": PAGE})
    done = project.run("pdf", "a-post", "--paper", paper)

    assert (done.code, done.out) == (0, "a-post.pdf\n")
    assert b"/MediaBox [0 0 " + box + b"]" in (project.root / "a-post.pdf").read_bytes()
    assert [file.name for file in project.root.glob("site/_preview/a-post/*")] == ["index.html"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("reportgen.toml/x.pdf", "cannot be written"),
        ("/proc/x.pdf", "cannot be written"),
        ("fifo", "is no regular file"),
        ("site", "is a directory"),
    ],
)
def test_where_no_file_can_be_is_said(
    output: str, said: str, make_project: Callable[..., ProjectFolder]
) -> None:
    project = make_project({"site/_preview/a-post/index.html": PAGE, "reportgen.toml": ""})
    os.mkfifo(project.root / "fifo")
    before = sorted(project.root.rglob("*"))
    done = project.run("pdf", "a-post", "-o", output)

    assert done.code in (1, 2)
    assert said in done.err
    assert "Traceback" not in done.err
    assert sorted(project.root.rglob("*")) == before
