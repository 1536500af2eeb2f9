"""A post that reportgen writes is clean by its own checks, the strict ones among them."""

import shutil
from pathlib import Path

import pytest

from reportgen.checks import check_paths
from reportgen.checks.formats import as_text
from reportgen.posts import render_posts
from reportgen.site import write_site
from tests.posts.world import make_project, make_world

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("maths", ["mathml", "tex"])
def test_a_post_with_everything_in_it_is_clean(tmp_path: Path, maths: str) -> None:
    template = (ROOT / "tests" / "posts" / "rich.md").read_text(encoding="utf-8")
    template = template.replace("raw *html* with $x$ and | pipe", "raw *html* and | pipe")
    project = make_project(tmp_path, {"2024-11-19-a-post.md": template}, math=maths)
    project.site_dir.mkdir()
    shutil.copy(ROOT / "site" / "_config.yml", project.site_dir)

    write_site(project, render_posts(project, make_world(tmp_path / "drawn")))

    assert as_text(check_paths([project.site_dir])) == ""
