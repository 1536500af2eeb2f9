"""The report in a real browser: for every reader, on every screen, with a keyboard alone."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import settle
from tests.report.test_report import SLUG
from tests.site.conftest import served
from tests.site.test_accessible import FOCUSABLE, MARK, check


@pytest.fixture(scope="module")
def address(jekyll_site: Path) -> Iterator[str]:
    """The report's page on the built site."""
    with served(jekyll_site.parent) as root:
        yield f"{root}/blog/{SLUG}/"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(width: int, scheme: str, browser: Browser, address: str) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page.goto(address)
    assert check(page) == []
    page.close()


def sent(addresses: list[str], folder: Path) -> int:
    """Bytes of the files of a site, texts compressed as GitHub Pages sends them."""
    files = [folder / urlsplit(address).path.lstrip("/") for address in addresses]
    contents = [(f / "index.html" if f.is_dir() else f).read_bytes() for f in files]
    pictures = (b"\x89PNG", b"RIFF", b"wOF2")
    return sum(len(c if c.startswith(pictures) else gzip.compress(c, 6)) for c in contents)


def test_the_first_view_is_small_and_so_is_the_whole(
    browser: Browser, address: str, jekyll_site: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.url.startswith("http") else None)
    page.goto(address)
    assert sent(asked, jekyll_site.parent) <= 300_000
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_load_state("networkidle")
    assert sent(asked, jekyll_site.parent) <= 1_200_000
    page.close()


SHIFTS = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0))
).observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done(0), 300))"""


@pytest.mark.parametrize("anchor", ["", "#fig-a-5", "#fig-b-3b"])
def test_nothing_moves_while_the_page_is_opened(
    anchor: str, browser: Browser, address: str
) -> None:
    """What scripts add has its place before they run."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address + anchor)
    assert page.evaluate(SHIFTS) <= 0.02
    page.close()


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    yield settle(page)
    page.close()


def test_a_phone_scrolls_no_page_sideways(phone: Page) -> None:
    """What is wider than the screen scrolls in a box of its own, which a keyboard can reach."""
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    stuck = """() => [...document.querySelectorAll('article *')]
      .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth && e.tabIndex < 0
                   && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
      .map(e => e.outerHTML.slice(0, 120))"""
    assert phone.evaluate(stuck) == []


def test_what_a_finger_meets_has_room(phone: Page) -> None:
    """Also where figures are not laid out yet: their place is not smaller than they are."""
    rule = {"runOnly": {"type": "rule", "values": ["target-size"]}}
    assert Axe().run(phone, options=rule).response["violations"] == []


def test_what_is_far_from_the_screen_waits_but_not_where_an_address_leads(
    phone: Page, address: str
) -> None:
    laid = "e => e.checkVisibility({ contentVisibilityAuto: true })"
    far = phone.locator("#fig-b-4 figcaption")
    assert not far.evaluate(laid)
    phone.evaluate("location.hash = 'fig-b-4'")
    expect(far).to_be_in_viewport()
    assert far.evaluate(laid)
    phone.goto("about:blank")
    phone.goto(f"{address}#fig-a-5")
    assert far.evaluate(laid)


def test_the_keyboard_reaches_every_control_on_a_phone(phone: Page) -> None:
    phone.evaluate("for (const e of document.querySelectorAll('details')) e.open = true")
    settle(phone)
    expected = phone.evaluate(MARK, FOCUSABLE)
    reached = []
    for _ in expected:
        phone.keyboard.press("Tab")
        reached.append(phone.evaluate("document.activeElement.dataset.n"))
    assert reached == expected


def test_labels_of_rows_stand_beside_their_rows(phone: Page) -> None:
    for id, count in (("fig-a-0", 8), ("fig-a-6a", 3)):
        image = phone.locator(f"#{id} .in img").bounding_box()
        assert image
        rows = phone.locator(f"#{id} .rows span").all()
        assert len(rows) == count
        for i, row in enumerate(rows):
            box = row.bounding_box()
            assert box
            centre = image["y"] + image["height"] * (2 * i + 1) / (2 * count)
            assert box["y"] + box["height"] / 2 == pytest.approx(centre, abs=1)


def test_frames_of_a_slider_stay_legible_on_a_phone(phone: Page) -> None:
    """A sheet scrolls in its box, rather than shrink below what its labels need."""
    stage = phone.locator("#fig-b-3b .stage")
    image = stage.locator("img").bounding_box()
    assert image
    assert image["width"] / stage.locator(".heads span").count() >= 24
    crowded = "spans => spans.filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert stage.locator(".heads span").evaluate_all(crowded) == 0


def test_images_stand_in_one_row_where_they_fit(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    settle(page)
    tops = {box.bounding_box()["y"] for box in page.locator("#fig-a-5-a img").all()}  # type: ignore[index]
    assert len(tops) == 1
    page.close()


def test_a_slider_shows_its_frame(phone: Page) -> None:
    box = phone.locator("#fig-a-4a")
    box.get_by_role("slider").fill("0")
    image = box.locator(".stage img")
    first = box.locator(".strip img").first
    expect(image).to_have_attribute("alt", first.get_attribute("alt") or "")
    image.scroll_into_view_if_needed()
    shown = "i => i.decode().then(() => i.currentSrc.split('/').pop().split('.')[0])"
    assert image.evaluate(shown) == "a-4a-1"


def test_all_frames_are_on_paper(phone: Page) -> None:
    phone.emulate_media(media="print")
    phone.set_viewport_size({"width": 640, "height": 900})
    settle(phone)
    for strip in phone.locator(".steps .strip").all():
        assert strip.evaluate("e => e.scrollWidth <= e.clientWidth")
    expect(phone.locator(".stage").first).to_be_hidden()
    expect(phone.locator(".chart button.end.w").first).to_be_visible()
    for folded in (".src", ".rg-bibtex"):  # a title without what it opens says nothing there
        expect(phone.locator(folded).first).to_be_hidden()
