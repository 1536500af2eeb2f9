"""A first draft of a post with the faults that first drafts have."""

from collections import Counter
from pathlib import Path

import pytest

from tests.checks.conftest import HEAD, BlogFolder, png

DRAFT = Path(__file__).parent / "draft" / "2024-11-19-diffusion-models.md"
IMAGES = "assets/images"


@pytest.fixture
def draft(blog: BlogFolder) -> BlogFolder:
    """The draft in a blog that also has a post about faces; samples.png is missing."""
    own = f"{IMAGES}/diffusion-models"
    blog.write(
        {
            f"_posts/{DRAFT.name}": DRAFT.read_bytes(),
            "_posts/2024-10-01-face-morphing.md": HEAD
            + "![Two faces with points](/assets/images/face-morphing/labels.png)\n",
            f"{IMAGES}/face-morphing/labels.png": png(),
            f"{own}/one-step.png": png(),
            f"{own}/Screenshot 2024-11-19 at 10.12.33.png": png(),
            f"{own}/loss.png": png({"Software": "gnome-screenshot"}),
            f"{own}/old-loss.png": png(),
        }
    )
    return blog


def test_every_fault_of_the_draft_is_found_at_its_line(draft: BlogFolder) -> None:
    found = Counter(
        (finding.rule, finding.line)
        for finding in draft.check()
        if finding.path.name in (DRAFT.name, "old-loss.png")
    )

    assert sorted(found) == [
        ("alt-placeholder", 18),
        ("alt-placeholder", 25),
        ("alt-placeholder", 40),
        ("alt-placeholder", 45),
        ("alt-placeholder", 50),
        ("alt-repeated", 25),
        ("alt-repeated", 40),
        ("alt-repeated", 45),
        ("alt-repeated", 50),
        ("caption-repeated", 26),
        ("caption-repeated", 41),
        ("caption-repeated", 46),
        ("caption-repeated", 51),
        ("figure-number-repeated", 26),
        ("figure-number-repeated", 41),
        ("figure-number-repeated", 46),
        ("figure-number-repeated", 51),
        ("figure-pointer", 13),
        ("heading-first-level", 5),
        ("image-foreign", 18),
        ("image-missing", 50),
        ("image-orphaned", 1),
        ("image-screenshot", 40),
        ("image-screenshot", 45),
        ("maths-dollar", 37),
        ("maths-mangled", 37),
        ("section-empty", 29),
        ("section-empty", 31),
        ("section-empty", 33),
        ("section-empty", 54),
        ("title-missing", 1),
    ]


def test_the_draft_alone_shows_the_same_faults(draft: BlogFolder) -> None:
    whole = [f for f in draft.check() if f.path.name != "2024-10-01-face-morphing.md"]
    alone = draft.check(f"_posts/{DRAFT.name}")

    assert alone == whole
