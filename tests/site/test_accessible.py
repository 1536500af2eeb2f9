"""What axe-core finds (nothing), and what a keyboard reaches (everything)."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import settle
from tests.site.conftest import OURS, served
from tests.site.every_kind import SLUG, build, make_blog

BLOG = ["", "figures/", "about/", "404.html", "diffusion-models/", "short/"]
PREVIEW = ["", "figures.html", "diffusion-models/"]
NOT_OURS = {
    "aria-allowed-role": '<sup id="fnref:',  # how kramdown marks a footnote
    "aria-deprecated-role": '<li id="fn:',
    "empty-table-header": "<math ",  # axe-core reads no MathML, which screen readers do
}


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our own site with the post of every media kind; its preview is beside it."""
    root = tmp_path_factory.mktemp("ours")
    make_blog(root, OURS)
    folder = build(root, "/blog")
    (folder / "site").symlink_to(root / "site")
    with served(folder) as address:
        yield address


def check(page: Page) -> list[str]:
    """What axe-core finds with everything unfolded, a line each."""
    page.evaluate("for (const e of document.querySelectorAll('details')) e.open = true")
    found = Axe().run(settle(page)).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
        if NOT_OURS.get(rule["id"], "\0") not in node["html"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_our_site_and_its_preview(
    width: int, scheme: str, browser: Browser, address: str, every_kind: str
) -> None:
    paths = [f"{address}/blog/{path}" for path in BLOG]
    paths += [f"{address}/site/_preview/{path}" for path in PREVIEW]
    paths += [f"{every_kind}/blog/{SLUG}/", f"{every_kind}/site/_preview/{SLUG}/"]
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = {}
    for path in paths:
        page.goto(path)
        found[path] = check(page)
    context.close()
    assert found == {path: [] for path in paths}


FOCUSABLE = "a[href], button, input, summary, [tabindex='0']"
MARK = """selector => [...document.querySelectorAll(selector)]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility()).map((e, i) => e.dataset.n = String(i))"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_reaches_every_control(width: int, browser: Browser, every_kind: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{every_kind}/blog/{SLUG}/")
    page.evaluate("for (const e of document.querySelectorAll('details')) e.open = true")
    settle(page)
    expected = page.evaluate(MARK, FOCUSABLE)
    reached = []
    for _ in expected:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.n"))
    assert reached == expected
    page.close()


def test_a_focused_control_shows_it(browser: Browser, every_kind: str) -> None:
    page = browser.new_page()
    page.goto(f"{every_kind}/blog/{SLUG}/")
    for selector in ("#fig-curve summary", "#fig-curve .links a", "#fig-steps input"):
        page.locator(selector).first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        settle(page)
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", selector
    page.close()


def test_headings_of_the_preview_are_in_order(browser: Browser, every_kind: str) -> None:
    page = browser.new_page()
    for path in ("", f"{SLUG}/"):
        page.goto(f"{every_kind}/site/_preview/{path}")
        levels = page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4')].map(e => +e.tagName[1])"
        )
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))
    page.close()
