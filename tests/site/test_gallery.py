"""The gallery of all figures, and pictures in full size above the page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.conftest import Built

GALLERIES = ["/blog/figures/", "/site/_preview/figures.html"]
POST = "/blog/diffusion-models/"


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page of a browser, a reload of which keeps nothing."""
    return browser.new_page(viewport={"width": 1280, "height": 800})


@pytest.mark.parametrize("path", GALLERIES)
def test_the_gallery_leads_to_every_figure(path: str, page: Page, address: str) -> None:
    page.goto(address + path)
    items = page.locator(".rg-gallery > li")
    expect(items).to_have_count(3)
    assert page.locator(".rg-words b").all_inner_texts() == ["Figure 1", "Figure 2", "Table 1"]
    expect(page.locator(".rg-thumb img")).to_have_count(2)
    page.get_by_role("link", name="B.1b", exact=True).click()
    expect(page).to_have_url(re.compile("diffusion-models/(index.html)?#fig-b-1b$"))
    expect(page.locator("#fig-b-1b")).to_be_in_viewport()
    page.close()


@pytest.mark.parametrize("path", GALLERIES)
def test_the_filter_is_part_of_the_address(path: str, page: Page, address: str) -> None:
    page.goto(address + path + "?q=figure+2")
    expect(page.get_by_role("status")).to_have_text("1 of 3 figures")
    page.get_by_label("Filter").fill("no such thing")
    expect(page.get_by_role("status")).to_have_text("0 of 3 figures")
    expect(page.locator(".rg-group")).to_be_hidden()
    page.get_by_label("Filter").fill("")
    page.get_by_label("State").select_option("fresh")
    expect(page.get_by_role("status")).to_have_text("3 figures")
    assert page.url.endswith("?state=fresh")
    page.close()


def test_the_gallery_is_whole_without_scripts(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address + GALLERIES[0])
    expect(page.locator(".rg-gallery > li")).to_have_count(3)
    expect(page.get_by_label("Filter")).to_be_hidden()
    page.locator(".rg-thumb").first.click()
    expect(page).to_have_url(re.compile(r"/b-1a-full\.png$"))
    page.close()


def test_a_picture_opens_above_the_page_and_keys_lead_on(page: Page, address: str) -> None:
    page.goto(address + POST)
    full = page.locator("dialog.rg-full")
    page.get_by_role("link", name="Full size of Figure 1").press("Enter")
    expect(full).to_contain_text("Figure 1")
    expect(full.locator("img")).to_have_attribute("src", re.compile(r"b-1a-full\.png$"))
    page.keyboard.press("ArrowRight")
    expect(full).to_contain_text("Figure 2")
    assert page.url.endswith("?full#fig-b-1b")
    page.keyboard.press("Escape")
    expect(full).to_be_hidden()
    expect(page.get_by_role("link", name="Full size of Figure 2")).to_be_focused()
    assert page.url.endswith("/diffusion-models/#fig-b-1b")
    page.close()


def test_a_picture_in_the_text_is_clicked(page: Page, address: str) -> None:
    page.goto(address + POST)
    page.locator("#fig-b-1a .view img").first.click()
    expect(page.locator("dialog.rg-full")).to_contain_text("Figure 1")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog.rg-full")).to_be_hidden()
    page.close()


def test_an_address_opens_the_full_size(page: Page, address: str) -> None:
    page.goto(address + POST + "?full#fig-b-1b")
    expect(page.locator("dialog.rg-full")).to_contain_text("Figure 2")
    page.close()


def test_the_gallery_opens_what_the_filter_left_and_keeps_it(page: Page, address: str) -> None:
    page.goto(address + GALLERIES[0] + "?q=figure+2")
    page.locator(".rg-thumb img").nth(1).click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("dialog.rg-full")).to_contain_text("Figure 2")
    expect(page.get_by_role("link", name="In its post")).to_have_attribute(
        "href", re.compile("#fig-b-1b$")
    )
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"\?q=figure\+2#"))
    page.close()


def test_a_post_leads_to_its_part_of_the_gallery(built: Built) -> None:
    assert 'href="/blog/figures/#diffusion-models"' in built.read("diffusion-models/index.html")
    assert 'id="diffusion-models"' in built.read("figures/index.html")
