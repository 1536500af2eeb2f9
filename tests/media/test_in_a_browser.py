"""The script in a real browser: what it adds, and that nothing is lost without it."""

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import reportgen.media
from tests.browser import served, settle
from tests.media.conftest import Once

ASSETS = Path(reportgen.media.__file__).parent / "assets"
SHOWN = ("steps", "steps-grid", "animation-grid", "compare", "curve", "grid", "panels", "table")
FIGURE = """<figure class="rg" id="fig-{name}">
<div class="view">{html}</div>
<figcaption><p><b>Figure {n}</b> Caption of {name}.</p>
<div class="tools"><details class="prov"><summary>reportgen</summary><dl><dt>Command</dt><dd>
<code>reportgen figure {name}</code></dd></dl></details></div></figcaption>
</figure>"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="reportgen.css">
<script src="reportgen.js" defer></script></head>
<body><p><a class="rg-ref" href="#fig-curve">Figure 5</a></p>{figures}</body></html>"""


@pytest.fixture(scope="module")
def folder(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page with figures."""
    folder = tmp_path_factory.mktemp("page")
    figures = []
    for n, name in enumerate(SHOWN, 1):
        drawn, files = once(name)
        shutil.copytree(files, folder, dirs_exist_ok=True)
        html = drawn.html.replace("{assets}", ".")
        figures.append(FIGURE.format(name=name, html=html, n=n))
    shutil.copytree(ASSETS, folder, dirs_exist_ok=True)
    (folder / "index.html").write_text(PAGE.format(figures="\n".join(figures)))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The page, served from this machine."""
    with served(folder) as root:
        yield f"{root}/index.html"


@pytest.fixture
def visit(browser: Browser, address: str, folder: Path) -> Iterator[object]:
    """Opens the page with the options of a browser context; errors of the page fail the test."""
    contexts, errors = [], []

    def open_page(*, file: bool = False, lost: str = "", **options: object) -> Page:
        """``file``: as a page from the disk. ``lost``: addresses that do not answer."""
        contexts.append(browser.new_context(**options))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if lost:
            page.route(lost, lambda route: route.abort())
        elif not file:  # where a fetch fails, the browser says so
            page.on("console", lambda message: errors.append(f"{message.type}: {message.text}"))
        page.goto(f"file://{folder}/index.html" if file else address)
        return settle(page)

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def test_the_step_slider_shows_the_frame_of_its_label(visit) -> None:
    page = visit()
    box = page.locator("#fig-steps")
    expect(box.locator("output")).to_have_text("t = 0")
    slider = box.get_by_role("slider", name="t", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    expect(box.locator("output")).to_have_text("t = 690")
    expect(slider).to_have_attribute("aria-valuetext", "t\u00a0=\u00a0690")
    expect(box.locator(".stage img")).to_have_attribute("src", re.compile("steps-1.png$"))
    expect(box.locator("li.now")).to_have_text("t = 690")
    box.locator("li").nth(1).click()
    expect(box.locator(".stage img")).to_have_attribute("src", re.compile("steps-2.png$"))


def test_steps_of_grids_keep_their_heads(visit) -> None:
    stage = visit().locator("#fig-steps-grid .stage")
    expect(stage.locator(".heads span")).to_have_count(3)
    heads, image = stage.locator(".heads").bounding_box(), stage.locator("img").bounding_box()
    assert heads["width"] == pytest.approx(image["width"], abs=1)
    assert heads["x"] == pytest.approx(image["x"], abs=1)


def test_an_animation_rests_until_it_is_played_and_can_be_stopped(visit) -> None:
    box = visit().locator("#fig-animation-grid")
    image = box.locator("img")
    expect(image).to_have_attribute("src", "./animation-grid.png")
    expect(box.get_by_text("Play all")).to_have_count(0)
    box.get_by_role("slider").fill("0")
    image.and_(box.locator("img[src^='blob:']")).wait_for()
    expect(box.locator("output")).to_have_text("epoch 1")
    assert image.evaluate("i => i.decode().then(() => i.naturalWidth)") == 90
    box.get_by_role("button", name="Play").click()
    expect(box.locator("output")).to_have_text("epoch 5")


def test_a_film_that_cannot_be_taken_apart_can_be_stopped(visit) -> None:
    page = visit(file=True)
    box = page.locator("#fig-animation-grid")
    image = box.locator("img")
    box.get_by_role("button", name="Play").click()
    expect(image).to_have_attribute("src", re.compile("animation-grid.webp$"))
    expect(box.get_by_role("slider")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(image).to_have_attribute("src", re.compile("animation-grid.png$"))
    box.get_by_role("button", name="Play").click()
    expect(image).to_have_attribute("src", re.compile("animation-grid.webp$"))
    box.get_by_role("button", name="Stop").click()
    expect(image).to_have_attribute("src", re.compile("animation-grid.png$"))


def test_with_reduced_motion_it_stays_still_and_linked(visit) -> None:
    box = visit(file=True, reduced_motion="reduce").locator("#fig-animation-grid")
    box.get_by_role("button", name="Next step").click()
    expect(box.get_by_role("link", name="Play all 2 frames")).to_be_visible()
    expect(box.get_by_role("button")).to_have_count(0)
    expect(box.locator("img")).to_have_attribute("src", "./animation-grid.png")


def test_a_film_that_is_not_there_leaves_the_still(visit) -> None:
    page = visit(lost="**/*.webp")
    box = page.locator("#fig-animation-grid")
    box.get_by_role("button", name="Play").click()
    expect(box.get_by_role("link", name="Play all 2 frames")).to_be_visible()
    expect(box.locator("img")).to_have_attribute("src", re.compile("animation-grid.png$"))


def test_with_reduced_motion_the_button_goes_one_step(visit) -> None:
    box = visit(reduced_motion="reduce").locator("#fig-steps")
    button = box.get_by_role("button", name="Next step")
    button.click()
    expect(box.locator("output")).to_have_text("t = 690")
    button.click()
    expect(box.locator("output")).to_have_text("t = 240")


def test_the_comparison_moves_by_keyboard(visit) -> None:
    page = visit()
    box = page.locator("#fig-compare")
    slider = box.get_by_role("slider", name="noisy or clean")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "100 % noisy")
    settle(page)
    first, second = (box.locator("img").nth(i).bounding_box() for i in (0, 1))
    assert first == second


INK = "getComputedStyle(document.querySelector('#fig-curve path.line')).stroke"
LIGHT, DARK = "rgb(0, 114, 178)", "rgb(86, 180, 233)"


def test_charts_follow_the_pages_switch_and_paper(visit) -> None:
    page = visit(color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert page.evaluate(INK) == LIGHT
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(INK) == DARK
    page.emulate_media(media="print")
    assert page.evaluate(INK) == LIGHT


def test_a_chart_tells_its_values_to_pointer_and_keyboard(visit) -> None:
    page = visit()
    probe, tip = page.locator("#fig-curve .probe"), page.locator("#fig-curve .tip")
    probe.focus()
    page.keyboard.press("End")
    last = told(tip)
    assert re.fullmatch(r"step: 2,000; train [\d.]+; test [\d.]+", last)
    expect(probe).to_have_attribute("aria-valuetext", last)
    page.keyboard.press("Home")
    expect(tip).not_to_contain_text("step: 2,000")
    expect(probe).to_have_attribute("aria-valuetext", told(tip))
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.locator("#fig-curve .area").hover(position={"x": 5, "y": 50})
    expect(tip).to_contain_text("step: ")


def test_a_chart_keeps_the_values_that_a_finger_asked_for(visit) -> None:
    page = visit(has_touch=True)
    tip = page.locator("#fig-curve .tip")
    page.locator("#fig-curve .area").tap(position={"x": 60, "y": 50})
    expect(tip).to_contain_text("step: ")
    settle(page)
    expect(tip).to_contain_text("step: ")
    page.touchscreen.tap(2, 2)
    expect(tip).to_have_count(0)


def told(tip) -> str:
    """What a chart's box says, in one line."""
    head, *_ = tip.inner_text().split("\n")
    rows = tip.locator("div").evaluate_all(
        "rows => rows.map(r => [...r.childNodes].map(n => n.textContent).join(' '))"
    )
    return "; ".join([head, *rows])


def test_a_series_can_be_put_aside(visit) -> None:
    page = visit()
    button = page.locator("#fig-curve button.end.w").first
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator("#fig-curve g[data-name]").first.get_attribute("class") == "off"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"


def test_all_frames_and_both_images_are_on_paper(visit) -> None:
    page = visit(viewport={"width": 640, "height": 900})
    strips = page.locator(".steps .strip").all()
    assert strips
    page.emulate_media(media="print")
    settle(page)
    for strip in strips:
        assert strip.evaluate("e => e.scrollWidth <= e.clientWidth")
        assert all(li.is_visible() for li in strip.locator("li img").all())
    assert page.locator("#fig-steps-grid .strip .heads").first.is_visible()
    for button in page.locator("button:not(.end), input").all():
        assert not button.is_visible()
    first, second = (page.locator("#fig-compare img").nth(i).bounding_box() for i in (0, 1))
    assert first["x"] + first["width"] <= second["x"]


def test_a_phone_gets_narrow_labels_and_no_page_scroll(visit) -> None:
    page = visit(viewport={"width": 390, "height": 844})
    assert page.locator("#fig-curve .end.n").first.is_visible()
    assert not page.locator("#fig-curve .end.w").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_thumbnails_of_grids_stay_in_their_places_on_a_phone(visit) -> None:
    page = visit(viewport={"width": 390, "height": 844})
    places = page.locator("#fig-steps-grid .strip li")
    for place in places.all():
        image = place.locator("img").bounding_box()
        assert image["width"] <= place.bounding_box()["width"]


def test_a_sheet_on_paper_has_not_the_size_of_a_phones(visit) -> None:
    widths = []
    for width in (643, 900):
        page = visit(viewport={"width": width, "height": 900})
        page.emulate_media(media="print")
        widths.append(page.locator("#fig-grid .sheet img").first.bounding_box()["width"])
    assert widths[0] == pytest.approx(widths[1])


def test_no_sheet_is_cut_on_paper(visit) -> None:
    page = visit(viewport={"width": 643, "height": 900})  # A4 less 2 cm on both sides
    page.emulate_media(media="print")
    cut = page.evaluate(
        "[...document.querySelectorAll('figure.rg :is(.sheet, .scroll, .in)')].filter(e =>"
        " e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert cut == 0


def test_a_long_table_goes_on_on_the_next_sheet_with_three_rows(visit) -> None:
    page = visit()
    page.emulate_media(media="print")
    table = page.locator("figure.rg .scroll:has(tbody)").first
    inside = "e => getComputedStyle(e).breakInside"
    assert table.evaluate(inside) == "avoid"
    body = table.locator("tbody")
    body.evaluate("b => { for (let i = 0; i < 9; i++) b.append(b.rows[0].cloneNode(true)); }")
    assert table.evaluate(inside) == "auto"
    last = body.evaluate("b => [...b.rows].slice(-3).map(r => getComputedStyle(r).breakBefore)")
    assert last == ["auto", "avoid", "avoid"]


def test_a_reference_shows_its_figure_on_focus_and_escape_closes_it(visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    peek = page.locator(".rg-peek")
    expect(peek).to_be_visible()
    expect(peek).to_contain_text("Figure 5 Caption of curve.")
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    page.keyboard.press("Escape")  # nothing is left to close, and no error of the page
    page.wait_for_timeout(300)


def test_a_first_tap_previews_and_a_second_follows(visit) -> None:
    page = visit(has_touch=True)
    reference = page.locator("a.rg-ref")
    reference.tap()
    expect(page.locator(".rg-peek")).to_be_visible()
    assert not page.url.endswith("#fig-curve")
    reference.tap()
    page.wait_for_url("**#fig-curve")


def test_the_command_can_be_copied(visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    box = page.locator("#fig-grid")
    box.locator("summary").click()
    box.get_by_role("button", name="Copy").click()
    expect(box.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "reportgen figure grid"


@pytest.mark.parametrize("width", [1280, 390])
def test_heads_stand_over_their_columns(visit, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800})
    box = page.locator("#fig-grid")
    image = box.locator("img").bounding_box()
    spans = [span.bounding_box() for span in box.locator(".heads span").all()]
    for i, span in enumerate(spans):
        centre = span["x"] + span["width"] / 2
        assert centre == pytest.approx(image["x"] + image["width"] * (2 * i + 1) / 6, abs=1)
    rows = [span.bounding_box() for span in box.locator(".rows span").all()]
    for i, row in enumerate(rows):
        centre = row["y"] + row["height"] / 2
        assert centre == pytest.approx(image["y"] + image["height"] * (2 * i + 1) / 4, abs=1)


def test_without_scripts_every_frame_is_there(visit) -> None:
    page = visit(java_script_enabled=False)
    expect(page.locator("#fig-steps li img")).to_have_count(3)
    expect(page.locator("#fig-compare img")).to_have_count(2)
    expect(page.locator("#fig-animation-grid a")).to_have_attribute("href", "./animation-grid.webp")


@pytest.mark.parametrize("sign", "→←↔↦⇒⇔")
def test_an_arrow_is_as_long_as_what_stands_on_it(visit, sign: str) -> None:
    page = visit()
    formula = f"<mover><mo>{sign}</mo><mspace width='5em'></mspace></mover>"
    assert ink(page, formula) == pytest.approx(3.5, abs=0.2)  # 5em of the smaller size


@pytest.mark.parametrize("sign", "⟶⟵⟷⟼⟹⟸⟺")
def test_long_arrows_are_in_the_font_of_formulas(visit, sign: str) -> None:
    page = visit()
    assert ink(page, f"<mo stretchy='false'>{sign}</mo>") == pytest.approx(1.5, abs=0.02)


def ink(page: Page, formula: str) -> float:
    """The width of what the page shows of a formula, in em."""
    page.evaluate(
        """async formula => {
          document.body.innerHTML =
            `<math class="rg-math" style="font-size:100px;color:black">${formula}</math>`
          await document.fonts.load('100px "Reportgen Math"', '→')
        }""",
        formula,
    )
    with Image.open(BytesIO(page.screenshot())) as picture:
        left, _, right, _ = picture.convert("L").point(lambda level: 255 * (level < 128)).getbbox()
    return (right - left) / 100
