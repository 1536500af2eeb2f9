"""Good posts in the styles of common themes: not one finding."""

import shutil
from pathlib import Path

import pytest

from reportgen.checks import check_paths
from reportgen.checks.formats import as_text
from tests.checks.conftest import NOW, png

GOOD = Path(__file__).parent / "good"
BLOGS = sorted(folder.name for folder in GOOD.iterdir())
POSTS = sorted(path.relative_to(GOOD).as_posix() for path in GOOD.rglob("_posts/*"))


@pytest.fixture
def blog(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of one blog, with the images that its images.txt names."""
    folder = tmp_path / request.param
    shutil.copytree(GOOD / request.param, folder)
    for name in (folder / "images.txt").read_text().split():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png())
    (folder / "images.txt").unlink()
    return folder


def test_there_are_twenty_good_posts_or_more() -> None:
    assert len(POSTS) >= 20


@pytest.mark.parametrize("blog", BLOGS, indirect=True)
def test_a_good_blog_has_no_finding(blog: Path) -> None:
    assert as_text(check_paths([blog], now=NOW)) == ""


@pytest.mark.parametrize("blog", BLOGS, indirect=True)
def test_each_of_its_posts_alone_has_none_either(blog: Path) -> None:
    for post in sorted(blog.rglob("_posts/*")):
        assert as_text(check_paths([post], now=NOW)) == ""
