"""The built site and the preview in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import settle

PAGES = ["/blog/", "/blog/diffusion-models/", "/blog/about/", "/site/_preview/diffusion-models/"]


def visit(browser: Browser, address: str, width: int = 1280, **options: object) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)  # type: ignore[arg-type]
    page.goto(address)
    return settle(page)


@pytest.mark.parametrize("path", PAGES)
def test_no_error_no_missing_file_no_sideways_scrolling(
    path: str, browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda r: faults.append(r.url) if r.status >= 400 else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:", "blob:")) else faults.append(r.url),
    )
    page.goto(address + path, wait_until="networkidle")
    assert settle(page).evaluate("document.documentElement.scrollWidth") <= 360
    assert faults == []
    page.close()


def test_every_image_has_its_size_before_it_loads(browser: Browser, address: str) -> None:
    page = visit(browser, address + PAGES[1])
    page.evaluate("for (const i of document.images) i.loading = 'eager'")
    page.wait_for_function("[...document.images].every(i => i.complete)")
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.width, i.height])")
    assert sizes
    assert all(min(size) > 0 for size in sizes)
    page.close()


def test_captions_stand_in_the_margin_where_there_is_room(browser: Browser, address: str) -> None:
    box = "document.querySelector('#fig-b-1b figcaption').getBoundingClientRect().left"
    view = "document.querySelector('#fig-b-1b .view').getBoundingClientRect().right"
    for width, beside in ((1280, True), (900, False)):
        page = visit(browser, address + PAGES[1], width)
        assert page.evaluate(f"{box} >= {view}") is beside
        page.close()


def test_the_theme_switch_is_remembered(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(address + PAGES[1])
    light = background(page)
    page.get_by_role("button", name="Dark").click()
    dark = background(page)
    page.goto(address + PAGES[0])
    assert light != dark
    assert background(page) == dark
    context.close()


def background(page: Page) -> str:
    return str(settle(page).evaluate("getComputedStyle(document.body).backgroundColor"))


def test_everything_can_be_read_without_scripts(browser: Browser, address: str) -> None:
    page = visit(browser, address + PAGES[1], java_script_enabled=False)
    assert page.locator("article h2").count() == 3
    assert page.locator("figure.rg figcaption p").first.is_visible()
    page.locator("#fig-b-1b .prov summary").click()
    expect(page.locator("#fig-b-1b .prov dl")).to_be_visible()
    expect(page.locator("math").first).to_be_visible()
    page.close()


def test_values_are_stops_of_the_keyboard_while_they_are_shown(
    browser: Browser, address: str
) -> None:
    page = visit(browser, address + PAGES[1], 1280)
    values, stops = page.locator(".rg-num"), page.locator(".rg-num[tabindex='0']")
    expect(stops).to_have_count(0)
    page.locator("[data-rg-marks]").click()
    expect(stops).to_have_count(values.count())
    page.locator("[data-rg-marks]").click()
    expect(stops).to_have_count(0)
    page.close()


def test_a_value_shows_its_run_on_hover_focus_and_tap(browser: Browser, address: str) -> None:
    for touch in (False, True):
        page = visit(browser, address + PAGES[1], 390 if touch else 1280, has_touch=touch)
        mark, card = page.locator(".body .rg-num").first, page.locator(".rg-peek")
        expect(card).to_be_hidden()
        mark.tap() if touch else mark.hover()
        expect(card).to_contain_text("denoiser.")
        for told in ("all as by default", "cpu, 2 threads", "4f2c1e9", "2026-11-21", "3f3f3f3f3f"):
            expect(card).to_contain_text(told)
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        page.locator(".body .rg-num").nth(1).focus()
        expect(card).to_be_visible()
        page.keyboard.press("Enter")
        link = card.get_by_role("link", name="The record")
        expect(link).to_be_focused()
        page.evaluate("() => new Promise(done => setTimeout(done, 500))")  # longer than it closes
        expect(link).to_be_focused()
        records = page.request.get(link.evaluate("a => a.href"))
        assert records.json()["post"] == "diffusion-models"
        page.close()


def test_a_switch_lights_all_values(browser: Browser, address: str) -> None:
    page = visit(browser, address + PAGES[1])
    switch, lit = page.get_by_role("button", name="Values"), page.locator(".rg-lit")
    expect(lit).to_have_count(0)
    switch.click()
    expect(lit).to_have_count(1)
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.goto(address + PAGES[0])
    expect(page.get_by_role("button", name="Values")).to_be_hidden()
    page.close()


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_the_contents_follow_the_reader(browser: Browser, address: str, width: int) -> None:
    page = visit(browser, address + PAGES[1], width)
    contents = page.get_by_role("navigation", name="Contents")
    expect(contents.locator("[aria-current]")).to_have_count(0)
    last = contents.locator("a").last
    page.evaluate(
        "id => document.getElementById(id).scrollIntoView()", last.get_attribute("href")[1:]
    )
    expect(last).to_have_attribute("aria-current", "true")
    shown = contents.locator("summary span") if width < 1024 else last
    expect(shown).to_be_in_viewport()
    expect(shown).to_have_text(last.inner_text() if width >= 1024 else last.text_content() or "")
    if width < 1024:
        contents.locator("summary").click()
        expect(last).to_be_in_viewport()
        contents.locator("a").first.click()
        expect(contents.locator("summary span")).to_have_text(
            contents.locator("a").first.text_content() or ""
        )
        expect(last).to_be_hidden()
    page.close()


def test_side_notes_are_folded_where_there_is_no_margin(browser: Browser, address: str) -> None:
    page = visit(browser, address + PAGES[1])
    page.route("**" + PAGES[1], with_a_note)
    page.reload()
    note = page.get_by_text("which nobody has to read")
    expect(note).to_be_visible()
    page.set_viewport_size({"width": 820, "height": 900})
    expect(note).to_be_hidden()
    page.get_by_text("A word on the side, in …").click()
    expect(note).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator(".body > aside summary")).to_have_count(0)
    expect(note).to_be_visible()
    page.close()


def with_a_note(route: Route) -> None:
    """The page, with a side note before its first heading."""
    aside = "<aside>A word on the side, in many more, <b>which nobody has to read</b></aside><h2"
    response = route.fetch()
    route.fulfill(response=response, body=response.text().replace("<h2", aside, 1))
