"""The pictures that stand for a post, and for its figures, where they are linked."""

from pathlib import Path

import pytest
from PIL import Image

from reportgen.errors import ReportgenError
from reportgen.media import thumbnail
from reportgen.posts import Post, render_posts
from tests.posts.world import make_project, make_world

SHOWN = '<%= ref("B.1b") %> <%= figure("B.1b") %>\n\n<%= ref("B.1c") %> <%= figure("B.1c") %>\n'


def post(tmp_path: Path, head: str = "", body: str = SHOWN) -> Post:
    text = f"---\ntitle: A post\n{head}---\n{body}"
    project = make_project(tmp_path, {"2024-11-19-a-post.md": text})
    return render_posts(project, make_world(tmp_path / "drawn"))[0]


def card_file(post: Post) -> str:
    (card,) = [asset.source for asset in post.assets if asset.path.endswith("/card.png")]
    assert Image.open(card).size == (1200, 630)
    return card.name


def test_it_is_the_first_that_shows_pixels(tmp_path: Path) -> None:
    found = post(tmp_path)
    assert card_file(found) == "b-1c-1-card.png"
    assert found.front_matter["image"] == {
        "path": "/assets/figures/a-post/card.png",
        "alt": "3 images of 28 × 28 pixels side by side: 1, 2, 3",
        "width": 1200,
        "height": 630,
    }


def test_a_chart_serves_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert card_file(post(tmp_path, body='<%= figure("B.1b") %>')) == "b-1b-card.png"


def test_the_author_chooses(tmp_path: Path) -> None:
    found = post(tmp_path, "card: B.1b\n")
    assert card_file(found) == "b-1b-card.png"
    assert "card" not in found.front_matter


def test_a_figure_that_is_not_shown_is_an_error_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match=r"'B\.1a', which is not in this post") as caught:
        post(tmp_path, "card: B.1a\n")
    assert caught.value.place
    assert caught.value.place.line == 3


def test_an_image_of_the_authors_own_stays(tmp_path: Path) -> None:
    found = post(tmp_path, "image: /assets/mine.png\n")
    assert found.front_matter["image"] == "/assets/mine.png"
    assert not [asset for asset in found.assets if asset.path.endswith("card.png")]


def test_without_pictures_the_card_shows_the_title(tmp_path: Path) -> None:
    found = post(tmp_path, body='<%= table("B.1e") %>')
    assert card_file(found) == "words-card.png"
    assert found.front_matter["image"]["alt"] == "A post"
    assert found.front_matter["image"]["plain"] is True


def test_figures_have_thumbnails_where_the_site_lists_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail, "SMALL", 0)

    def named() -> dict[str, str]:
        figures = post(tmp_path).front_matter["reportgen"]["figures"]
        return {each["id"]: each["thumbnail"] for each in figures if "thumbnail" in each}

    assert named() == {}
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site/figures.html").touch()
    found, files = named(), {f"/{asset.path}": asset.source for asset in post(tmp_path).assets}
    assert set(found) == {"B.1b", "B.1c"}
    assert all(files[path].stat().st_size < 20_000 for path in found.values())
