"""What a person sees of a change before it goes out."""

import io
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from reportgen.publish.compare import compare_pictures
from reportgen.publish.manifest import Manifest
from reportgen.publish.plan import make_plan
from reportgen.publish.publisher import Proposal
from reportgen.publish.review import write_review
from reportgen.publish.summary import readable, summary
from tests.publish.helpers import FIGURE, POST, Publisher


def picture(value: int = 0, width: int = 10, height: int = 10, *, kind: str = "PNG") -> bytes:
    """A black picture whose first row has this grey value."""
    pixels = np.zeros((height, width), np.uint8)
    pixels[0] = value
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def test_equal_pictures() -> None:
    found = compare_pictures(picture(9), picture(9))

    assert (found.share, str(found)) == (0.0, "0.0% of 10×10 pixels differ")


def test_a_tenth_of_the_pixels() -> None:
    found = compare_pictures(picture(0), picture(1))

    assert str(found) == "10.0% of 10×10 pixels differ"
    assert found.picture is not None
    shown = np.asarray(Image.open(io.BytesIO(found.picture)))
    assert (shown[0] == 0).all()
    assert (shown[1:] == 255).all()


def test_another_size() -> None:
    found = compare_pictures(picture(width=10), picture(width=20))

    assert (found.share, found.picture) == (None, None)
    assert str(found) == "10×10 → 20×10 pixels"


def test_only_transparency_differs() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "PNG")

    assert compare_pictures(picture(0), clear.getvalue()).share == 1.0


def test_no_picture() -> None:
    assert str(compare_pictures(b"no picture", picture())) == "no picture that can be compared"


def animation(*values: int) -> bytes:
    file = io.BytesIO()
    first, *rest = [Image.new("L", (10, 10), value) for value in values]
    first.save(file, "GIF", save_all=True, append_images=rest, duration=100)
    return file.getvalue()


def test_an_animation_differs_where_its_first_frame_does() -> None:
    assert compare_pictures(animation(0, 50), animation(0, 90)).share == 1.0


@pytest.fixture
def proposal(publisher: Publisher) -> Proposal:
    """A change of every sort."""
    publisher({FIGURE: picture(0), POST: b"Old & <b>.\n", "assets/figures/noise/gone.png": b"x"})
    publisher(
        {FIGURE: picture(1), POST: b"New & <i>.\n", "assets/figures/noise/σ 1.png": picture(2)},
        approve=False,
    )
    return publisher.proposals[-1]


def test_the_summary(proposal: Proposal) -> None:
    lines = summary(proposal).splitlines()

    assert lines[0].startswith("Publishing source to branch 'main' of file://")
    assert lines[1].startswith("  1 added, 2 changed, 1 removed: ")
    assert f"  changed figure  {FIGURE}: 10.0% of 10×10 pixels differ, " in lines[2]
    assert lines[3:] == [
        f"  changed  {POST}",
        "  removed  assets/figures/noise/gone.png",
        "  added  assets/figures/noise/σ 1.png",
    ]


def test_the_summary_of_many_stays_short(publisher: Publisher) -> None:
    publisher({f"assets/figures/a/{i:03}.png": b"x" for i in range(100)}, approve=False)

    lines = summary(publisher.proposals[0]).splitlines()

    assert len(lines) == 15
    assert lines[-1] == "  … and 88 more added"


def test_notes_and_what_is_kept_are_said(publisher: Publisher) -> None:
    publisher({POST: b"x"}, approve=False)
    shown = publisher.proposals[0]
    plan = make_plan(
        shown.survey.tree, {"CNAME": "1" * 40}, Manifest("noise", "Noise", "source"), None
    )

    text = summary(Proposal(shown.git, shown.target, shown.survey, plan, {}, ("Look.",)))

    assert text.endswith("  'CNAME' stays as it is in the branch.\n  Note: Look.")


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2_340_000, "2.3 MB")]
)
def test_sizes_are_readable(count: int, text: str) -> None:
    assert readable(count) == text


class Page(HTMLParser):
    """The pictures, headings and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an image."""
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_the_review_shows_old_new_and_difference(proposal: Proposal, tmp_path: Path) -> None:
    index = write_review(proposal, tmp_path / "review")
    page = Page(index.read_text(encoding="utf-8"))

    shown = [unquote(image["src"] or "") for image in page.images]
    assert shown == [
        f"old/{FIGURE}", f"new/{FIGURE}", f"difference/{FIGURE}.png",
        "old/assets/figures/noise/gone.png", "new/assets/figures/noise/σ 1.png",
    ]  # fmt: skip
    assert (index.parent / "old" / FIGURE).read_bytes() == picture(0)
    assert (index.parent / "new" / FIGURE).read_bytes() == picture(1)
    assert all((index.parent / name).is_file() for name in shown)
    assert all(image["alt"] for image in page.images)


def test_the_review_shows_the_lines_of_a_post_that_changed(
    proposal: Proposal, tmp_path: Path
) -> None:
    html = write_review(proposal, tmp_path / "review").read_text(encoding="utf-8")

    assert "<del>-Old &amp; &lt;b&gt;.</del>" in html
    assert "<ins>+New &amp; &lt;i&gt;.</ins>" in html
    assert "-Old & <b>.\n" in Page(html).text


def test_a_review_replaces_the_one_before(proposal: Proposal, tmp_path: Path) -> None:
    (tmp_path / "review" / "old").mkdir(parents=True)
    (tmp_path / "review" / "old" / "left.png").touch()

    write_review(proposal, tmp_path / "review")

    assert not (tmp_path / "review" / "old" / "left.png").exists()
