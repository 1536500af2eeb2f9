"""What holds for the figures of every kind."""

import json
from operator import itemgetter
from pathlib import Path

import pytest
from PIL import Image as Pillow

from reportgen.errors import ReportgenError
from reportgen.media import Drawn, Theme, draw, from_value
from reportgen.media.base import KINDS
from tests.media.conftest import Once
from tests.media.gallery import gallery
from tests.media.page import Element, Page

GALLERY = gallery()
every_kind = pytest.mark.parametrize("name", sorted(GALLERY))


def drawn(name: str, folder: Path, **options: object) -> Drawn:
    return draw(GALLERY[name], folder, stem=name, **options)  # type: ignore[arg-type]


def test_the_gallery_has_every_kind() -> None:
    assert {media.kind for media in GALLERY.values()} == set(KINDS)


@every_kind
def test_html_is_one_line_of_balanced_closed_tags(name: str, once: Once) -> None:
    html = once(name)[0].html
    assert "\n" not in html
    Page(html)


@every_kind
def test_html_has_no_braces_for_liquid_and_no_pipes_for_kramdown(name: str, once: Once) -> None:
    html = once(name)[0].html.replace("{assets}", "")
    assert not set("{}|") & set(html)


@every_kind
def test_every_file_that_the_html_names_is_written_and_listed(name: str, once: Once) -> None:
    figure, folder = once(name)
    page = Page(figure.html)
    urls = [e.get(key) for e in page.elements for key in ("src", "srcset", "href", "data-film")]
    named = {url.split()[0].removeprefix("{assets}/") for url in urls if url}
    listed = {file.name for file in figure.files}
    assert named <= listed
    assert {*figure.data, *filter(None, [figure.full])} <= listed
    assert listed == {path.name for path in folder.iterdir()}
    assert all(file.name.startswith(name) for file in figure.files)


@every_kind
def test_listed_sizes_are_those_of_the_files(name: str, once: Once) -> None:
    figure, folder = once(name)
    for file in figure.files:
        if file.role == "data":
            assert (file.width, file.height) == (None, None)
        else:
            assert Pillow.open(folder / file.name).size == (file.width, file.height)


@every_kind
def test_pixel_images_are_shown_at_an_integer_multiple(name: str, once: Once) -> None:
    figure, _ = once(name)
    native = {file.name: (file.width, file.height) for file in figure.files}
    for image in Page(figure.html).all("img"):
        assert image["loading"] == "lazy"
        width, height = int(image["width"]), int(image["height"])
        file_width, file_height = native[image["src"].removeprefix("{assets}/")]
        if "px" in image.get("class"):
            assert "image-rendering:pixelated" in image["style"]
            assert width % file_width == 0
            assert height == width // file_width * file_height
        elif figure.kind == "Picture":
            assert (width, height) == (file_width, file_height)
        else:
            assert (2 * width, 2 * height) == (file_width, file_height)


def images(html: str) -> list[Element]:
    """All images but the large one of steps, a copy to which the script gives its text."""
    return sorted(Page(html).all("img"), key=itemgetter("alt"))[html.count('class="stage"') :]


@every_kind
def test_alt_texts_are_there_and_never_twice(name: str, once: Once) -> None:
    figure, _ = once(name)
    alts = [image["alt"] for image in images(figure.html)]
    alts += [e["aria-label"] for e in Page(figure.html).elements if e.get("role") == "img"]
    assert figure.alt
    assert all(alts)
    assert len(set(alts)) == len(alts)


@every_kind
def test_the_authors_alt_replaces_the_derived_one(name: str, tmp_path: Path) -> None:
    figure = drawn(name, tmp_path, alt="Digits & <noise>")
    assert figure.alt == "Digits & <noise>"
    for image in images(figure.html):
        assert image["alt"].startswith("Digits & <noise>")


@every_kind
def test_a_value_survives_the_store(name: str) -> None:
    media = GALLERY[name]
    assert from_value(media.to_value()) == media
    assert from_value(media.to_value()) is not media


@every_kind
def test_a_value_is_plain_but_for_arrays(name: str) -> None:
    json.dumps(GALLERY[name].to_value(), default=lambda array: array.shape)


@every_kind
def test_drawn_survives_json(name: str, once: Once) -> None:
    figure, _ = once(name)
    assert Drawn.from_json(json.loads(json.dumps(figure.to_json()))) == figure


@every_kind
def test_drawing_again_writes_nothing(name: str, tmp_path: Path) -> None:
    first = drawn(name, tmp_path)
    stamps = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    assert drawn(name, tmp_path) == first
    assert {path: path.stat().st_ino for path in tmp_path.iterdir()} == stamps


@every_kind
def test_a_light_theme_has_no_dark_files(name: str, tmp_path: Path) -> None:
    figure = drawn(name, tmp_path, theme=Theme(dark=False))
    assert not [file.name for file in figure.files if "dark" in file.role]
    assert "prefers-color-scheme" not in figure.html


@every_kind
def test_pictures_have_no_dates_or_other_metadata(name: str, once: Once) -> None:
    figure, folder = once(name)
    for file in figure.files:
        if file.name.endswith(".png"):
            assert not Pillow.open(folder / file.name).info.keys() - {"transparency"}


def test_an_unknown_kind_is_named_with_those_nearest() -> None:
    with pytest.raises(ReportgenError, match="'Grit'") as caught:
        from_value({"kind": "Grit"})
    assert "'Grid'" in str(caught.value)


def test_media_of_other_content_are_not_equal() -> None:
    assert GALLERY["image"] != GALLERY["image-colour"]
    assert GALLERY["steps"] != GALLERY["steps-grid"]
    assert GALLERY["image"] != "image"
