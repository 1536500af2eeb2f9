"""Which posts can be printed."""

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
