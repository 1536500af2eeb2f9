"""Charts of Plotly, Altair and Bokeh that readers may move: the picture comes first."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reportgen.errors import ReportgenError
from reportgen.media import Panels, Plot, draw, from_value
from tests.browser import served, settle
from tests.media.test_in_a_browser import ASSETS, FIGURE, PAGE
from tests.media.test_libraries import altair, bokeh, drawn_by_pyplot, plotly

MADE = {"plotly": plotly, "altair": altair, "bokeh": bokeh}
DRAWN = {"plotly": ".plotly .legend", "altair": ".vega-embed svg", "bokeh": ".bk-Figure"}
POLICY = "default-src 'self' data: blob:; style-src 'self' 'unsafe-inline'"
"""Pages run their own scripts only, and no text as code."""
LONG = 60_000  # ms, for megabytes of script on a busy machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page with a chart of each library, and a second one of Plotly."""
    folder = tmp_path_factory.mktemp("interactive")
    figures = []
    kept = {name: Plot(make(), interactive=True).to_value() for name, make in MADE.items()}
    for n, (name, value) in enumerate([*kept.items(), ("again", kept["plotly"])], 1):
        media = from_value(value)
        html = draw(media, folder, stem=name).html.replace("{assets}", ".")
        figures.append(FIGURE.format(name=name, html=html, n=n))
    shutil.copytree(ASSETS, folder, dirs_exist_ok=True)
    (folder / "index.html").write_text(PAGE.format(figures="\n".join(figures)))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The page, served with a strict policy."""
    with served(folder, POLICY) as root:
        yield f"{root}/index.html"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page in a browser."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    yield settle(page)
    page.close()
    assert errors == []


@pytest.mark.parametrize("name", MADE)
def test_a_chart_moves_when_asked_to_and_is_a_picture_on_paper(page: Page, name: str) -> None:
    figure = page.locator(f"#fig-{name}")
    expect(figure.locator("img")).to_be_visible()
    figure.get_by_role("button", name="Interactive").click()
    expect(figure.locator(DRAWN[name]).first).to_be_visible(timeout=LONG)
    expect(figure.locator("img")).to_be_hidden()
    expect(figure.get_by_role("button", name="Interactive")).to_have_count(0)
    page.emulate_media(media="print")
    expect(figure.locator("img")).to_be_visible()
    expect(figure.locator(".stage")).to_be_hidden()


def test_a_script_loads_when_asked_for_and_once(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.reload()
    settle(page)
    assert not [name for name in asked if name.startswith("plotly-")]
    for name in ("plotly", "again"):
        page.locator(f"#fig-{name}").get_by_role("button", name="Interactive").click()
        expect(page.locator(f"#fig-{name} .plotly").first).to_be_visible(timeout=LONG)
    assert len([name for name in asked if name.startswith("plotly-")]) == 1


def test_without_the_script_the_picture_stays(page: Page) -> None:
    page.route("**/plotly-*.js", lambda route: route.abort())
    figure = page.locator("#fig-plotly")
    figure.get_by_role("button", name="Interactive").click()
    expect(figure.get_by_role("button")).to_contain_text("Interactive only on a server")
    expect(figure.locator("img")).to_be_visible()


def test_without_scripts_the_picture_is_all(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    for name in MADE:
        expect(page.locator(f"#fig-{name} img")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.close()


def test_what_no_library_can_move_is_refused() -> None:
    with pytest.raises(ReportgenError, match="A figure cannot be interactive"):
        Plot(drawn_by_pyplot()[0], interactive=True)


def test_a_chart_keeps_its_tools_and_its_picture_has_none(folder: Path) -> None:
    assert json.loads((folder / "plotly.chart.json").read_text())["layout"]["height"] == 400
    assert "toolbar_location" not in (folder / "bokeh.chart.json").read_text()


def test_a_notebook_and_panels_show_it_too(tmp_path: Path) -> None:
    media = Plot(altair(), interactive=True)
    shown = media._repr_html_()
    assert "data:image/png" in shown
    assert "{assets}" not in shown
    assert len(shown) < 200_000
    drawn = draw(Panels({"a": media, "b": media}), tmp_path, stem="p")
    assert drawn.html.count('class="moves"') == 2
    assert len([file for file in drawn.files if file.role == "script"]) == 1
