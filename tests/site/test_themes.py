"""The same post in other people's themes: minima for real, three more by their habits."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import settle
from tests.site.conftest import served
from tests.site.every_kind import SLUG, THEMES, build, make_blog

DOCS = Path(__file__).parents[2] / "docs" / "themes.md"
SETTINGS: dict[str, dict[str, Any]] = {
    "minima": {"dark": False},
    "al-folio": {},
    "chirpy": {"asset_url": "root"},
    "minimal-mistakes": {"dark": False},
}
SWITCH = {"al-folio": "data-theme", "chirpy": "data-mode"}
every_theme = pytest.mark.parametrize("theme", SETTINGS)


@dataclass(frozen=True)
class Blog:
    """A built blog: the address of its post, and the post's HTML."""

    address: str
    html: str


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Blog]]:
    """Builds a theme's blog under the base address /blog when it is first asked for."""
    with ExitStack() as servers:

        @cache
        def make(theme: str, config: str = "") -> Blog:
            root = tmp_path_factory.mktemp(theme)
            make_blog(root, THEMES / theme, **SETTINGS[theme])
            folder = build(root, "/blog", config=config)
            address = servers.enter_context(served(folder))
            html = (folder / "blog" / SLUG / "index.html").read_text(encoding="utf-8")
            return Blog(f"{address}/blog/{SLUG}/", html)

        yield make


@pytest.fixture
def visit(browser: Browser, blog: Callable[..., Blog]) -> Iterator[Callable[..., Page]]:
    """Opens a theme's post; a file that is not there or an error of the page fails the test."""
    contexts = []
    faults: list[str] = []

    def open_page(theme: str, width: int = 1280, config: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda r: faults.append(r.url) if r.status >= 400 else None)
        page.goto(blog(theme, config).address)
        return settle(page)

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def load_images(page: Page) -> None:
    page.evaluate("for (const i of document.images) i.loading = 'eager'")
    page.wait_for_function("[...document.images].every(i => i.complete)")
    settle(page)


@every_theme
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scripts", [True, False])
def test_all_images_load_and_nothing_overflows(
    theme: str, width: int, scripts: bool, visit: Callable[..., Page]
) -> None:
    page = visit(theme, width, java_script_enabled=scripts)
    load_images(page)
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.width, i.height])")
    assert len(sizes) >= 20
    assert all(min(size) > 0 for size in sizes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@every_theme
@pytest.mark.parametrize("width", [1280, 390])
def test_captions_and_labels_stay_inside_and_look_like_ours(
    theme: str, width: int, visit: Callable[..., Page]
) -> None:
    page = visit(theme, width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('figure.rg')].flatMap(figure => {
          const edge = figure.getBoundingClientRect().right + 1;
          return [...figure.querySelectorAll('figcaption, figcaption p, .tools, .panel > p')]
            .filter(e => !e.closest('.sheet') && e.getBoundingClientRect().right > edge)
            .map(e => figure.id + ' ' + e.textContent.slice(0, 30));
        })"""
    )
    assert outside == []
    style = page.evaluate(
        """() => { const s = e => getComputedStyle(document.querySelector('#fig-grid ' + e));
          const rem = e => parseFloat(s(e).fontSize)
            / parseFloat(getComputedStyle(document.documentElement).fontSize);
          return [rem('figcaption'), rem('.heads'), s('figcaption').textAlign,
                  s('.links').listStyleType, s('figcaption code').backgroundColor] }"""
    )
    assert style == [0.9375, 0.8125, "left", "none", "rgba(0, 0, 0, 0)"]


@every_theme
@pytest.mark.parametrize("scripts", [True, False])
def test_pixels_are_enlarged_by_an_integer(
    theme: str, scripts: bool, visit: Callable[..., Page]
) -> None:
    page = visit(theme, java_script_enabled=scripts)
    load_images(page)
    ratios = page.evaluate(
        """['image', 'strip', 'grid', 'compare'].map(name => {
          const i = document.querySelector(`#fig-${name} img`);
          return i.getBoundingClientRect().width / i.naturalWidth })"""
    )
    assert [ratio % 1 for ratio in ratios] == [0] * len(ratios)
    assert min(ratios) >= 2


@every_theme
def test_heads_stand_over_their_columns(theme: str, visit: Callable[..., Page]) -> None:
    page = visit(theme)
    load_images(page)
    box = page.locator("#fig-grid")
    image = box.locator("img").bounding_box()
    assert image
    for i, span in enumerate(box.locator(".heads span").all()):
        place = span.bounding_box()
        assert place
        centre = place["x"] + place["width"] / 2
        assert centre == pytest.approx(image["x"] + image["width"] * (2 * i + 1) / 6, abs=1)


@every_theme
def test_a_tables_rows_are_not_striped_by_the_theme(theme: str, visit: Callable[..., Page]) -> None:
    rows = visit(theme).evaluate(
        """[...document.querySelectorAll('figure.rg table :is(thead, tr, th, td)')]
          .map(e => getComputedStyle(e).backgroundColor)
          .filter(color => color !== 'rgba(0, 0, 0, 0)').length"""
    )
    assert rows == 0


@pytest.mark.parametrize("theme", SWITCH)
def test_charts_and_captions_follow_the_themes_switch(
    theme: str, visit: Callable[..., Page]
) -> None:
    page = visit(theme, color_scheme="light")
    parts = ("#fig-curve .end.w", "#fig-curve .chart div span", "#fig-curve figcaption p")
    lines = """[...document.querySelectorAll('#fig-curve svg .line')]
      .map(line => getComputedStyle(line).stroke)"""
    light = page.evaluate(lines)
    assert light
    for part in parts:
        assert luminance(page, part, "behind") > 0.8, part
        assert contrast(page, part) >= 4.5, part
    page.get_by_role("button", name=re.compile("^(Theme|Mode)$")).click()
    settle(page)
    assert page.evaluate(f"document.documentElement.getAttribute('{SWITCH[theme]}')") == "dark"
    dark = page.evaluate(lines)
    assert all(one != two for one, two in zip(light, dark, strict=True))
    for part in parts:
        assert luminance(page, part, "behind") < 0.1, part
        assert contrast(page, part) >= 4.5, part


@pytest.mark.parametrize("config", ["", "skin: dark\n"])
def test_text_is_readable_whatever_the_skin_calls_itself(
    config: str, visit: Callable[..., Page]
) -> None:
    page = visit("minimal-mistakes", 390, config)
    for part in ("#fig-grid figcaption p", "#fig-grid .heads span", "#fig-grid .rows span"):
        assert contrast(page, part) >= 4.5, part


def luminance(page: Page, selector: str, name: str = "color") -> float:
    """Relative luminance of an element's colour over what lies behind it."""
    return float(
        page.evaluate(
            """([selector, name]) => {
              const over = e => {
                for (; e; e = e.parentElement) {
                  const c = rgba(getComputedStyle(e).backgroundColor);
                  if (c[3] > .99) return c;
                }
                return [255, 255, 255, 1];
              };
              const rgba = text => {
                const pen = new OffscreenCanvas(1, 1).getContext('2d');
                pen.fillStyle = text; pen.fillRect(0, 0, 1, 1);
                const c = [...pen.getImageData(0, 0, 1, 1).data];
                return [c[0], c[1], c[2], c[3] / 255];
              };
              const e = document.querySelector(selector), behind = over(e);
              const own = name === 'color' ? rgba(getComputedStyle(e).color) : behind;
              const mixed = [0, 1, 2].map(i => own[3] * own[i] + (1 - own[3]) * behind[i]);
              const [r, g, b] = mixed.map(v => v / 255).map(
                v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
              return .2126 * r + .7152 * g + .0722 * b;
            }""",
            [selector, name],
        )
    )


def contrast(page: Page, selector: str) -> float:
    """The WCAG contrast ratio of a text."""
    one, two = luminance(page, selector), luminance(page, selector, "behind")
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


@every_theme
def test_the_provenance_opens_without_scripts(theme: str, visit: Callable[..., Page]) -> None:
    page = visit(theme, 390, java_script_enabled=False)
    page.locator("#fig-curve .prov summary").click()
    expect(page.locator("#fig-curve .prov dl")).to_be_visible()
    expect(page.locator("#fig-curve .links a").first).to_be_visible()


@every_theme
def test_no_include_of_a_theme_is_asked_for(theme: str, blog: Callable[..., Blog]) -> None:
    html = blog(theme).html
    assert "{%" not in html
    assert "Liquid error" not in html


def test_a_zoom_script_does_not_leave_the_page(visit: Callable[..., Page]) -> None:
    page = visit("al-folio")
    page.locator("#fig-strip img").first.click()
    expect(page.locator(".medium-zoom-image--opened")).to_be_visible()
    assert page.url.endswith(f"/{SLUG}/")
    page.locator(".medium-zoom-image--opened").click()
    page.locator("#fig-steps").get_by_role("slider").press("Home")
    expect(page.locator("#fig-steps output")).to_have_text("t = 690")


def test_the_docs_say_what_the_tests_do() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name, settings in SETTINGS.items():
        row = re.search(rf"(?mi)^\| {name.replace('-', '.')}[^|]*\|(.*)\|$", text)
        assert row, name
        assert re.findall(r"`([\w-]+ = .*?)`", row[1]) == [toml(*pair) for pair in settings.items()]


def toml(key: str, value: object) -> str:
    return f"{key.replace('_', '-')} = {json.dumps(value)}"
