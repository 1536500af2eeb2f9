"""The history of a figure: what changed when, and two versions one over the other."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.conftest import ProjectFolder
from tests.serve.conftest import PATIENCE, serving

SHAPES, CODE = "experiments/shapes.py", "experiments/report.py"


def test_versions_of_a_figure(browser: Browser, copy: Callable[[], ProjectFolder]) -> None:
    project = copy()
    for file, old, new in [(SHAPES, "LEVEL = 0.25", "LEVEL = 0.5"), (CODE, "steps=50", "steps=60")]:
        path = project.root / file
        path.write_text(path.read_text().replace(old, new))
        assert project.run("build").code == 0
    with serving(project) as served:
        served.until_well()
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{served.address}_preview/versions/B.2")
        versions = page.locator(".version")
        expect(versions).to_have_count(2)
        expect(versions.nth(0)).to_contain_text("code: experiments/shapes.py:LEVEL")
        expect(versions.nth(1)).to_contain_text("The first that is known.")
        left, right = page.locator(".versions .panel img").all()
        new, old = (v.locator("img").get_attribute("src") for v in versions.all())
        assert [left.get_attribute("src"), right.get_attribute("src")] == [old, new]
        assert old != new
        page.get_by_label("Left").select_option("0")
        expect(left).to_have_attribute("src", new or "")
        expect(page.locator(".versions .compare input[type=range]")).to_be_visible()
        assert page.locator(".versions img").evaluate_all("all => all.every(i => i.naturalWidth)")

        page.goto(f"{served.address}_preview/versions/A.1")
        expect(versions).to_have_count(3)  # a table is shown as it was
        expect(versions.nth(0)).to_contain_text("walk: parameter steps: 50 → 60")
        expect(versions.nth(0).locator("table")).to_be_visible()
        assert page.goto(f"{served.address}_preview/versions/Z.9").status == 404  # type: ignore[union-attr]
        page.close()


def test_a_version_whose_objects_are_gone_says_so(
    browser: Browser, copy: Callable[[], ProjectFolder]
) -> None:
    project = copy()
    shapes = project.root / SHAPES
    before = {p for p in (project.root / ".reportgen/objects").rglob("*") if p.is_file()}
    shapes.write_text(shapes.read_text().replace("LEVEL = 0.25", "LEVEL = 0.5"))
    assert project.run("build").code == 0
    for path in before:
        path.unlink()
    with serving(project) as served:
        served.until(lambda state: state["ready"])
        page = browser.new_page()
        page.goto(f"{served.address}_preview/versions/B.2")
        expect(page.locator(".version")).to_have_count(2)
        page.close()
