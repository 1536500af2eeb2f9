"""What a person sees: the page changes in place, and nothing else does."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import settle
from tests.conftest import ProjectFolder
from tests.serve.conftest import CODE, PAGE, PATIENCE, POST, Served, serving

MILLISECONDS = PATIENCE * 1000
LONG = "\n\n".join(f"Paragraph {i} of many." for i in range(30))


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The post in a browser, with its scripts running; errors of scripts are failures."""
    expect.set_options(timeout=MILLISECONDS)
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(served.origin + "/_preview/notes/")
    expect(page.locator("#fig-c-1 .ctl")).to_have_count(1)
    yield settle(page)
    context.close()
    assert errors == []


def mark(page: Page) -> None:
    """Mark every fragment, so that a replaced one can be told."""
    page.evaluate("for (const e of document.querySelectorAll('.body > *')) e.marked = true")


def replaced(page: Page) -> list[str]:
    """The ids or texts of the fragments that are new since they were marked, but for styles."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.body > :not(link)')]"
        ".filter(e => !e.marked).map(e => e.id || e.textContent)"
    )
    return found


def slide(page: Page, value: int) -> None:
    page.evaluate(
        "v => { const r = document.querySelector('#fig-c-1 input'); r.value = v;"
        " r.dispatchEvent(new Event('input')); }",
        value,
    )


def test_a_text_edit_replaces_its_fragment_and_keeps_the_place(page: Page, served: Served) -> None:
    slide(page, 2)
    page.evaluate("document.querySelector('#fig-b-2').scrollIntoView()")
    mark(page)
    top = "document.querySelector('#fig-b-2').getBoundingClientRect().top"
    before = page.evaluate(f"[{top}, scrollY]")
    served.edit(POST, ("First paragraph", f"{LONG}\n\nLast of the first"))
    page.wait_for_function("document.body.innerText.includes('Last of the first')")
    page.wait_for_function("document.body.innerText.includes('Paragraph 29')")
    after = page.evaluate(f"[{top}, scrollY]")

    assert abs(after[0] - before[0]) < 2
    assert after[1] > before[1] + 300
    assert len(replaced(page)) == 31
    expect(page.locator("#fig-c-1 input")).to_have_value("2")
    expect(page.locator("#fig-c-1 .ctl")).to_have_count(1)


def test_fragments_that_move_are_not_replaced(page: Page, served: Served) -> None:
    mark(page)
    stands = '<%= ref("B.2") %> stands still.'
    served.edit(POST, (stands, "Nothing."), ("The last paragraph.", stands))
    page.wait_for_function("document.querySelector('.body').innerText.includes('Nothing')")
    page.wait_for_function("!document.body.innerText.includes('The last paragraph')")

    assert replaced(page) == ["Nothing."]
    assert page.evaluate("document.querySelector('.body').lastElementChild.textContent") == (
        "Figure\u00a02 stands still."
    )


def test_a_veil_lies_on_the_figure_that_rebuilds_and_on_no_other(
    page: Page, served: Served, tmp_path: Path
) -> None:
    gate = tmp_path / "go"
    slide(page, 3)
    mark(page)
    old = page.get_attribute("#fig-c-1 .strip img", "src")
    served.edit(CODE, ('GATE = ""', f'GATE = "{gate}"'), ("size=24", "size=26"))
    veil = page.locator("#fig-c-1 .rgl-veil")
    expect(veil).to_contain_text(re.compile(r"stale, rebuilding \d+ %"))
    assert page.locator(".rgl-veil").count() == 1
    assert page.get_attribute("#fig-c-1 .strip img", "src") == old
    gate.touch()
    expect(veil).to_have_count(0)

    expect(page.locator("#fig-c-1 .strip img").first).not_to_have_attribute("src", old or "")
    expect(page.locator("#fig-c-1 input")).to_have_value("3")
    expect(page.locator("#fig-c-1 output")).to_have_text("step 3")
    assert page.evaluate("document.querySelector('#fig-c-1 .stage img').src") == page.evaluate(
        "document.querySelectorAll('#fig-c-1 .strip img')[3].src"
    )
    assert replaced(page) == ["fig-c-1"]


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "word"),
    [
        (POST, "walk.count %>", "walk.cout %>", f"{POST}:13", "Did you mean 'count'?"),
        (POST, "walk.count > 10", "walk.count > 99", f"{POST}:13", "walk.count > 99"),
        (POST, "$x^2$", r"$\foo$", f"{POST}:5", r"$\foo$"),
        (CODE, "square(12)", "square(1 // 0)", f"{CODE}:32", "ZeroDivisionError"),
    ],
    ids=["template", "claim", "maths", "producer"],
)
def test_errors_lie_over_the_page_until_they_are_mended(
    page: Page, served: Served, name: str, old: str, new: str, place: str, word: str
) -> None:
    sheet = page.locator("reportgen-live .sheet")
    mark(page)
    served.edit(name, (old, new))
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(place)
    expect(sheet).to_contain_text(word)
    served.edit(name, (new, old))
    expect(sheet).to_be_hidden()

    assert set(replaced(page)) <= {"fig-b-2"}


def test_a_hidden_error_stays_hidden_until_there_is_another(page: Page, served: Served) -> None:
    sheet = page.locator("reportgen-live .sheet")
    served.edit(POST, ("$x^2$", r"$\foo$"))
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Hide").click()
    expect(sheet).to_be_hidden()
    served.edit(POST, (r"$\foo$", r"$\bar \baz$"))
    expect(sheet).to_contain_text("baz")


def test_the_panel_lists_figures_and_a_drawer_their_parameters(page: Page, served: Served) -> None:
    page.locator("reportgen-live .tab").click()
    names = page.locator("reportgen-live .panel .name")
    expect(names).to_have_count(4)
    assert [name.strip() for name in names.all_inner_texts()] == ["C.1", "A.1", "B.2", "walk"]
    page.locator("reportgen-live").get_by_role("button", name="A.1", exact=True).click()
    drawer = page.locator("reportgen-live .drawer")
    names = [row.strip() for row in drawer.locator("th").all_inner_texts()]
    assert names == ["A.1", "digits", "walk", "steps", "sigma"]
    numbers = drawer.locator("input[type=number]")
    assert numbers.evaluate_all("all => all.map(e => e.value)") == ["2", "50", "1"]
    expect(drawer).to_contain_text(f"{CODE}:25")
    drawer.get_by_role("link", name="Show it").click()
    expect(page).to_have_url(re.compile("#table-a-1$"))


def test_a_costly_figure_waits_for_the_button_on_its_veil(
    page: Page, served: Served, cost: Callable[[str, float], None]
) -> None:
    cost("moving", 600.0)
    served.edit(CODE, ("2 * i", "3 * i"))
    veil = page.locator("#fig-c-1 .rgl-veil")
    expect(veil).to_contain_text("stale; a rebuild takes 10 min")
    veil.get_by_role("button", name="Rebuild").click()
    expect(veil).to_have_count(0)


def test_a_deleted_post_says_so(page: Page, served: Served) -> None:
    (served.project.root / POST).unlink()
    expect(page.locator("reportgen-live .sheet")).to_contain_text("This post is gone")
    served.project.write({POST: "---\ntitle: Notes\n---\n\nAgain here.\n"})
    page.wait_for_function("document.body.innerText.includes('Again here')")
    expect(page.locator("reportgen-live .sheet")).to_be_hidden()


def test_a_page_finds_its_way_to_a_new_server(
    browser: Browser, copy: Callable[[], ProjectFolder]
) -> None:
    """It says that it is alone, and takes up what changed in the meantime."""
    project = copy()
    expect.set_options(timeout=MILLISECONDS)
    page = browser.new_page()
    page.set_default_timeout(MILLISECONDS)
    tab = page.locator("reportgen-live .tab")
    with serving(project) as served:
        served.until_well()
        page.goto(served.origin + PAGE)
        expect(tab).to_have_text("3 fresh")
        port = served.address.rsplit(":")[-1].strip("/")
    expect(tab).to_have_text("not connected")
    project.edit(POST, "First paragraph", "Changed meanwhile")
    with serving(project, "--port", port):
        page.wait_for_function("document.body.innerText.includes('Changed meanwhile')")
        expect(tab).to_have_text("3 fresh")
    page.close()


def test_styles_change_without_a_reload(page: Page, served: Served) -> None:
    mark(page)
    style = served.project.root / "site/assets/css/site.css"
    style.write_text(style.read_text() + "h1 { color: rgb(1, 2, 3); }\n")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'"
    )
    served.edit(POST, ("The last paragraph.", "The very last."))
    page.wait_for_function("document.body.innerText.includes('The very last.')")

    assert replaced(page) == ["The very last."]
    assert page.locator('.body > link[href*="reportgen.css"]').count() == 1
