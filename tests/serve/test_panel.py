"""What can be done from a page: parameters tried and kept, sources opened."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reportgen.errors import ReportgenError
from reportgen.serve.settings import write_values
from tests.browser import settle
from tests.conftest import ProjectFolder
from tests.serve.conftest import CODE, PAGE, PATIENCE, POST, Served, rows, save, serving

MILLISECONDS = PATIENCE * 1000
CONFIG = """\
[tool.reportgen]
title = "Notes"  # as in the blog

[tool.reportgen.profiles.quick]
walk = { steps = 5 }  # few

[tool.other]
line-length = 3
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that is called like an editor, and notes its arguments beside itself."""
    program = tmp_path_factory.mktemp("bin") / "code"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        "with open(__file__ + '.new', 'w') as file:\n"
        "    file.write('\\n'.join(sys.argv[1:]))\n"
        "os.replace(__file__ + '.new', __file__ + '.said')\n"
    )
    program.chmod(0o755)
    return program


@pytest.fixture(scope="module")
def one_server(copy: Callable[[], ProjectFolder], editor: Path) -> Iterator[Served]:
    """A server that knows the editor."""
    os.environ["VISUAL"] = str(editor)
    try:
        with serving(copy()) as served:
            served.until_well()
            yield served
    finally:
        del os.environ["VISUAL"]


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The post, with the panel open; errors of scripts are failures."""
    expect.set_options(timeout=MILLISECONDS)
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(MILLISECONDS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(served.origin + PAGE)
    page.locator("reportgen-live .tab").click()
    yield settle(page)
    page.close()
    assert errors == []


def opened(editor: Path, page: Page) -> str:
    """What the editor was told, once it was."""
    said = Path(f"{editor}.said")
    page.wait_for_function("() => true")
    while not said.exists():
        page.evaluate("new Promise(requestAnimationFrame)")
    text = said.read_text()
    said.unlink()
    return text


def test_captions_stand_beside_ids_and_the_filter_reads_them(page: Page) -> None:
    panel = page.locator("reportgen-live .panel")
    expect(panel).to_contain_text("A square that moves")
    panel.get_by_label("Filter").fill("moves")
    assert [name.strip() for name in panel.locator(".name").all_inner_texts()] == ["C.1"]


def test_a_parameter_is_tried_kept_and_shown(page: Page, served: Served) -> None:
    config = served.project.root / "pyproject.toml"
    before = config.read_text()
    save(config, CONFIG)
    panel = page.locator("reportgen-live .panel")
    panel.get_by_role("button", name="A.1", exact=True).click()
    number = panel.locator("input[type=number][aria-label='walk.steps']")
    expect(number).to_have_value("50")
    number.fill("60")
    number.press("Enter")
    served.until_page("A walk of 60 steps")
    expect(page.locator("#table-a-1")).to_contain_text("A walk of 60 steps")
    expect(panel).to_contain_text("Tried here: walk.steps = 60")
    panel.get_by_role("button", name="Write to pyproject.toml").click()
    expect(panel).not_to_contain_text("Tried here")
    served.until_page("A walk of 60 steps")

    kept = config.read_text()
    assert "[tool.reportgen.profiles.standard]\nwalk = {steps = 60}\n" in kept
    assert all(line in kept for line in CONFIG.splitlines())
    save(config, before)
    served.until_page("A walk of 50 steps")


def test_a_slider_tries_and_undo_takes_back(page: Page, served: Served) -> None:
    panel = page.locator("reportgen-live .panel")
    panel.get_by_role("button", name="A.1", exact=True).click()
    panel.locator("input[type=range][aria-label='walk.steps']").press("ArrowRight")
    served.until_page("A walk of 51 steps")
    panel.get_by_role("button", name="Undo").click()
    served.until_page("A walk of 50 steps")
    expect(panel.locator("input[type=number][aria-label='walk.steps']")).to_have_value("50")


def test_a_value_of_another_type_is_refused(served: Served) -> None:
    served.send(set="walk", param="steps", value="many")
    assert "is of type int" in served.until_problem("walk")["message"]
    served.send(drop=True)
    served.until_well()
    assert rows(served.state)["A.1"]["state"] == "fresh"


def test_a_failure_in_compiled_code_is_told_at_the_line_that_called_it(served: Served) -> None:
    served.send(set="walk", param="steps", value=-5)
    problem = served.until_problem("negative dimensions")
    assert problem["file"] == CODE
    assert ".normal(" in problem["excerpt"].split(f"> {problem['line']:4}")[1].splitlines()[0]
    served.send(drop=True)
    served.until_well()


INLINE = "tool = { reportgen = { title = 'x' } }\n"
FORMS = {  # what stands in pyproject.toml, and what it becomes
    "[tool.reportgen]\ntitle = 'x'": (
        "[tool.reportgen]\ntitle = 'x'\n[tool.reportgen.profiles.paper]\nwalk = {steps = 60}\n"
    ),
    "[tool.reportgen]\nprofiles.paper.walk.steps = 5 # few\n": (
        "[tool.reportgen]\nprofiles.paper.walk.steps = 60 # few\n"
    ),
    "[tool.reportgen.profiles.paper.'A.1']\nsteps=5 # few\n\n[project]\nname='x'\n": (
        "[tool.reportgen.profiles.paper.'A.1']\nsteps=60 # few\n\n[project]\nname='x'\n"
    ),
    "[tool.reportgen]\r\n# own\r\n[tool.reportgen.profiles.paper]\r\nwalk = { sigma = 1 }\r\n": (
        "[tool.reportgen]\r\n# own\r\n[tool.reportgen.profiles.paper]\r\n"
        "walk = { sigma = 1, steps = 60}\r\n"
    ),
    INLINE: INLINE,
    "[tool]\nreportgen.title = 'x'\n": "[tool]\nreportgen.title = 'x'\n",
}


@pytest.mark.parametrize("written", FORMS)
def test_parameters_are_written_into_any_form_of_the_settings(written: str, tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(written.encode())
    graph = SimpleNamespace(nodes={"walk": SimpleNamespace(id="A.1")})
    project = SimpleNamespace(config_file=file)
    session: Any = SimpleNamespace(project=project, profile="paper", graph=graph)
    if FORMS[written] == written:
        with pytest.raises(ReportgenError, match="cannot be written") as caught:
            write_values(session, {("walk", "steps"): 60})
        assert "profiles.paper.walk.steps = 60" in str(caught.value)
    else:
        write_values(session, {("walk", "steps"): 60})
    assert file.read_bytes().decode() == FORMS[written]


def test_a_place_opens_the_editor_and_links_to_vs_code(
    page: Page, served: Served, editor: Path
) -> None:
    served.edit(POST, ("walk.count %>", "walk.cout %>"))
    sheet = page.locator("reportgen-live .sheet")
    sheet.get_by_role("button", name=f"{POST}:13").click()
    assert opened(editor, page) == f"-g\n{served.project.root / POST}:13"
    link = sheet.get_by_role("link", name="VS Code")
    expect(link).to_have_attribute("href", re.compile(rf"^vscode://file/.*{POST}:13$"))


@pytest.mark.parametrize(
    "file", ["../outside.py", "/etc/passwd", "nothing.py", "", "experiments", "a\0b"]
)
def test_only_files_of_the_project_are_opened(served: Served, editor: Path, file: str) -> None:
    served.project.root.with_name("outside.py").write_text("")
    served.send(edit=file, line=1)
    if file:
        assert "no file" in served.until_problem("no file")["message"]
    served.send(drop=True)
    served.until_well()
    assert not Path(f"{editor}.said").exists()


MORE = """\
- one
- two, of <%= walk.count %> steps

| head | other |
|---|---|
| cell | and one |

<% for word in ["looped", "again"] %>
This is <%= word %>.

<% endfor %>
The last paragraph."""
LINES = {"two, of": "- two", "and one": "| cell", "This is again.": "This is", "A square.": "<%= f"}


def test_a_click_with_alt_leads_to_the_line_of_what_is_clicked(
    page: Page, served: Served, editor: Path
) -> None:
    served.edit(POST, ("The last paragraph.", MORE))
    served.until_page("and one")
    source = (served.project.root / POST).read_text().splitlines()
    found = page.locator("reportgen-live .found")
    for text, start in {**LINES, "The last paragraph.": "The last"}.items():
        page.get_by_text(text).first.click(modifiers=["Alt"])
        line = max(i for i, each in enumerate(source, 1) if each.startswith(start))
        expect(found).to_contain_text(f"{POST}:{line} ")
        assert opened(editor, page) == f"-g\n{served.project.root / POST}:{line}"


@pytest.mark.parametrize("where", [[0, "p", -1], [999, "p", 0], [0, "p", 999], [0, "script", 0]])
def test_a_place_that_is_none_is_passed_over(served: Served, where: list[object]) -> None:
    served.send(where=where, slug="notes")
    served.send(where=[0, "p", 0], slug="nothing")
    assert served.get("/_reportgen/state")[0] == 200


def test_find_source_leads_from_a_figure_to_its_function(
    page: Page, served: Served, editor: Path
) -> None:
    page.locator("reportgen-live").get_by_role("button", name="Find source").click()
    page.locator("#fig-b-2 .view").click()
    code = (served.project.root / CODE).read_text().splitlines()
    line = code.index("def still():") + 1
    assert opened(editor, page) == f"-g\n{served.project.root / CODE}:{line}"


def test_what_went_wrong_last_stands_above(served: Served) -> None:
    served.edit(POST, ("$x^2$", r"$\foo$"))
    served.until_problem("foo")
    served.edit("templates/posts/2026-01-03-other.md", ("Another post.", r"Another $\bar \baz$."))
    problems = served.until(lambda s: len(s["problems"]) == 2)["problems"]
    assert ["baz" in str(problem) for problem in problems] == [True, False]
    served.edit(POST, (r"$\foo$", r"$\newer$"))
    problems = served.until(lambda s: "newer" in str(s["problems"]))["problems"]
    assert ["newer" in str(problem) for problem in problems] == [True, False]
