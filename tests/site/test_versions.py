"""Earlier versions of a figure in a site: only where the settings ask, so many, and gone again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from reportgen.site.audit import audit
from tests.browser import served, settle
from tests.conftest import PYPROJECT, ProjectFolder

CODE = """
    from reportgen import Image, Table, figure
    import numpy as np

    LEVEL = 0.25

    @figure("B.2", caption="A square.", alt="A square in a frame.")
    def square(*, size=12, api_key="abc", folder="/home/ada/data"):
        return Image(np.pad(np.ones((4, 4)), (2, size - 6), constant_values=LEVEL))

    @figure("A.1", caption="A table.")
    def table():
        return Table([["level", 1]], columns=["what", "value"])
    """
POST = """
    ---
    title: "Notes & more"
    ---

    <%= ref("B.2") %> and <%= ref("A.1") %>.

    <%= figure("B.2") %>

    <%= table("A.1") %>
    """
FILES = {"experiments/report.py": CODE, "templates/posts/2026-01-02-notes.md": POST}
PICTURE = re.compile(r"b-2-full-[0-9a-f]{12}\.png")


def versions_in(project: ProjectFolder) -> tuple[list[str], set[str]]:
    """The pages of versions in the site, and the pictures that are only on them."""
    assert project.run("build").code == 0
    names = {p.name for p in (project.root / "site/assets/figures/notes").iterdir()}
    pages = sorted(name for name in names if name.endswith("-versions.html"))
    return pages, {name for name in names if PICTURE.fullmatch(name)}


@pytest.fixture
def changed(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A figure that has had three versions; what was tried last is none of them."""
    project = make_project(FILES, PYPROJECT + "versions = 1\n")
    for old, new in [("0.25", "0.5"), ("0.5", "0.75"), ("abc", "abd"), ("/ada", "/eve")]:
        if old.startswith("0"):
            assert project.run("figure", "B.2").code == 0
        project.edit("experiments/report.py", old, new)
    assert project.run("figure", "B.2").code == 0
    assert project.run("figure", "B.2", "--set", "square.size=16").code == 0
    return project


def test_earlier_versions_are_on_a_page_that_the_settings_ask_for(
    changed: ProjectFolder, browser: Browser
) -> None:
    changed.write({"site/index.html": "Home"})
    pages, pictures = versions_in(changed)
    assert (pages, len(pictures)) == (["b-2-versions.html"], 2)  # the table has one version
    text = (changed.root / "site/assets/figures/notes/b-2-versions.html").read_text()
    assert set(PICTURE.findall(text)) == pictures
    assert "parameter folder: …/data" not in text  # no more than what everybody may see differs
    assert not re.search("abc|abd|/home|ada|eve", text)
    assert audit(changed.root / "site").faults == []
    with served(changed.root / "site") as address:
        page = browser.new_page()
        page.goto(f"{address}/_preview/notes/index.html")
        page.get_by_role("link", name="Versions of Figure 1").click()
        settle(page)
        assert page.locator("img").evaluate_all("all => all.every(i => i.naturalWidth)")
        expect(page.locator(".version")).to_have_count(2)
        expect(page.locator(".version").first).to_contain_text("code: experiments/report.py:LEVEL")
        expect(page.locator(".compare input[type=range]")).to_be_visible()
        post = page.get_by_role("link", name="Notes & more")
        expect(post).to_have_attribute("href", "../../../2026/01/02/notes.html#fig-b-2")
        page.goto(f"{address}/_preview/figures.html")
        page.get_by_role("link", name="Versions").click()
        expect(page.locator("h1")).to_have_text("Versions of B.2")
        page.close()
    changed.edit("pyproject.toml", "versions = 1\n", "")
    assert versions_in(changed) == ([], set())  # by default a site shows what is, not what was
