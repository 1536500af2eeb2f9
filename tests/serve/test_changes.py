"""What becomes of a saved file: the page, the figures that run, the errors that come and go."""

import os
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.serve.conftest import (
    CODE,
    LISTS,
    OTHER_PAGE,
    PAGE,
    POST,
    Served,
    doing,
    is_well,
    listening,
    rows,
    save,
    serving,
    states,
)

OTHER = "templates/posts/2026-01-03-other.md"
SHAPES = "experiments/shapes.py"
NEW = """
from reportgen import Table, artifact, figure

@artifact
def fresh_start(run):
    return {"seven": 7}

@figure("N.1", caption="Seven.")
def seven(fresh_start):
    return Table([["seven", fresh_start["seven"]]], ["word", "number"])
"""
ALL_FRESH = {"C.1": "fresh", "A.1": "fresh", "B.2": "fresh"}


def test_an_edited_text_runs_nothing(served: Served) -> None:
    served.edit(POST, ("First paragraph", "A new paragraph"))
    state = served.until_page("A new paragraph")

    assert states(state) == ALL_FRESH
    assert set(doing(state).values()) == {""}


def test_only_the_edited_page_is_another(served: Served) -> None:
    before = served.page()
    served.edit(OTHER, ("Another post.", "One more."))
    served.until_page("One more.", path=OTHER_PAGE)

    assert served.page() == before


def test_a_post_follows_the_numbers_of_another(served: Served) -> None:
    served.edit(OTHER, ("Another post.", '<%= ref("A.1") %>, <%= ref("B.2") %>.'))
    served.until_page("Figure&nbsp;2 of", path=OTHER_PAGE)
    shown = '<%= figure("B.2") %>'
    served.edit(
        POST,
        (f"still.\n\n{shown}", "still."),
        ("## One", f'On <%= ref("B.2") %>.\n\n{shown}\n\n## One'),
    )
    served.until_page("Figure&nbsp;1 of", path=OTHER_PAGE)


@pytest.mark.parametrize(
    ("quote", "first", "then"),
    [
        ('<%= param("walk", "steps") %>', "50", "45"),
        ("<%= walk.count %>", "50", "45"),
        ('<% set it = walk %><%= it["count"] + 1 %>', "51", "46"),
        ('\n\n<%= code("experiments.report.walk") %>\n\n', "steps=50", "steps=45"),
        ('<% for id in ["A.1"] %><%= table(id, "Of " ~ walk.count) %><% endfor %>', "50", "45"),
    ],
    ids=["param", "value", "alias", "code", "loop"],
)
def test_a_post_follows_all_that_it_quotes(
    served: Served, quote: str, first: str, then: str
) -> None:
    served.edit(OTHER, ("Another post.", f"It is {quote} now."))
    served.until_page(first, path=OTHER_PAGE)
    served.edit(CODE, ("steps=50", "steps=45"))
    served.until_page(then, path=OTHER_PAGE)


def test_all_pages_follow_the_templates_of_the_project(served: Served) -> None:
    from reportgen import site

    page = Path(site.__file__).parents[1] / "templates/page.html"
    text = page.read_text(encoding="utf-8")
    served.project.write({"templates/page.html": text.replace("<h1>", '<h1 class="own">')})
    served.until_page('<h1 class="own">Notes</h1>')
    (served.project.root / "templates/page.html").unlink()
    served.until_page("<h1>Notes</h1>")


def test_an_edited_figure_runs_and_no_other_does(served: Served) -> None:
    served.edit(CODE, ("Image(square(12))", "Image(square(13))"))
    stale = served.until(lambda s: doing(s)["B.2"])
    served.until_page("13 × 13 pixels")
    served.until(lambda s: is_well(s) and states(s) == ALL_FRESH)

    assert doing(stale) == {"C.1": "", "A.1": "", "B.2": doing(stale)["B.2"]}


def test_the_old_picture_stays_until_the_new_one_is_there(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.edit(CODE, ('GATE = ""', f'GATE = "{gate}"'))
    running = served.until_halfway("moving")

    assert (running["progress"]["node"], running["progress"]["total"]) == ("C.1", 5)
    served.until_page('data-state="stale"')
    assert "c-1-1.png?v=" in served.page()
    gate.touch()
    served.until(lambda s: states(s)["C.1"] == "fresh")
    assert 'data-state="stale"' not in served.page()


def test_who_comes_late_hears_how_far_a_run_is(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.edit(CODE, ('GATE = ""', f'GATE = "{gate}"'))
    served.until_halfway("moving")
    served.until(lambda s: doing(s)["C.1"] == "running")  # progress may be told first
    with listening(served.address) as (_, state):
        assert state["progress"]["total"] == 5
        assert doing(state)["C.1"] == "running"
    gate.touch()
    served.until(lambda s: is_well(s) and s["progress"] is None)


def test_a_run_that_nobody_needs_any_more_is_ended(served: Served, tmp_path: Path) -> None:
    never = f'GATE = "{tmp_path / "never"}"'
    served.edit(CODE, ('GATE = ""', never))
    served.until_halfway("moving")
    served.edit(CODE, (never, 'GATE = ""'))

    served.until(lambda s: is_well(s) and states(s) == ALL_FRESH)


def test_a_click_ends_a_run_and_another_begins_it_again(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.edit(CODE, ('GATE = ""', f'GATE = "{gate}"'))
    served.until_halfway("moving")
    served.send(stop="C.1")
    waiting = served.until(lambda s: doing(s)["C.1"] == "waiting")
    assert states(waiting)["C.1"] == "stale"
    assert rows(waiting)["C.1"]["held"] == "stopped"
    gate.touch()
    served.send(rebuild="C.1")
    served.until(lambda s: states(s)["C.1"] == "fresh")


def test_many_saves_in_a_row_end_as_the_last_says(served: Served, tmp_path: Path) -> None:
    """Every other one begins a run that would never end."""
    never = f'GATE = "{tmp_path / "never"}"'
    for size in range(12, 24):
        gates = ('GATE = ""', never) if size % 2 == 0 else (never, 'GATE = ""')
        served.edit(CODE, gates, (f"square({size})", f"square({size + 1})"))
        if size % 3 == 0:
            served.until(lambda s: any(doing(s).values()))
    served.until_page("24 × 24 pixels")
    served.until(lambda s: is_well(s) and states(s) == ALL_FRESH)


def test_nothing_runs_while_the_code_is_broken(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.edit(CODE, ('GATE = ""', f'GATE = "{gate}"'), ("square(12)", "square(13)"))
    served.until_halfway("moving")
    served.edit(SHAPES, ("def square(size):", "def square(size:"))
    served.until_problem("valid Python")
    gate.touch()
    served.until(lambda s: not any(does in ("running", "queued") for does in doing(s).values()))
    before = served.heard
    for i in range(5):
        served.edit(OTHER, ("Another post.", f"Another post. {i}"))
        served.until(lambda s, i=i: f"post. {i}" in served.page(OTHER_PAGE))
    assert served.heard - before < 50
    served.edit(SHAPES, ("def square(size:", "def square(size):"))
    served.until_page("13 × 13 pixels")


def test_a_helper_is_imported_anew_with_all_that_use_it(served: Served) -> None:
    """Several saves within one second and of one size: neither modules nor bytecode may lag."""
    levels = ("0.25", "0.51", "0.76", "0.36")
    for old, new in pairwise(levels):
        served.edit(SHAPES, (f"LEVEL = {old}", f"LEVEL = {new}"))
        served.until_page(f">{new}</td>")
    served.until(lambda s: is_well(s) and states(s) == ALL_FRESH)
    assert f">{levels[-1]}</td>" in served.page()


@pytest.mark.parametrize(
    ("name", "old", "new", "title", "line", "word"),
    [
        (POST, "walk.count %>", "walk.cout %>", "This post cannot be shown", 13, "'count'"),
        (POST, "walk.count > 10", "walk.count > 99", "This post cannot be shown", 13, "claim"),
        (POST, "$x^2$", r"$\foo$", "This post cannot be shown", 5, "foo"),
        (POST, "<% endclaim %>", "", "This post cannot be shown", None, ""),
        (CODE, "square(12)", "square(1 // 0)", "Figure B.2 failed", 32, "ZeroDivisionError"),
        (CODE, "def still():", "def still(:", "The project cannot be read", 31, "valid Python"),
        (CODE, '"B.2", caption="A square."', '"B.2", caption=" "', "cannot be read", 31, "caption"),
        ("pyproject.toml", "title =", "titel =", "The project cannot be read", None, "title"),
    ],
    ids=["value", "claim", "maths", "template", "producer", "syntax", "registration", "settings"],
)
def test_an_error_is_shown_with_its_line_and_gone_when_mended(
    served: Served, name: str, old: str, new: str, title: str, line: int | None, word: str
) -> None:
    text = (served.project.root / name).read_text(encoding="utf-8")
    served.edit(name, (old, new))
    problem = served.until_problem(title)

    assert problem["file"] == name
    assert word in problem["message"] + problem["hint"] + problem["excerpt"]
    if line is not None:
        assert problem["line"] == line
        assert problem["excerpt"]
    assert "<h1>Notes</h1>" in served.page()
    save(served.project.root / name, text)
    served.until_well()


def test_a_failed_figure_keeps_its_picture(served: Served) -> None:
    served.edit(CODE, ("square(12)", 'square("12")'))
    problem = served.until_problem("Figure B.2 failed")

    assert "b-2.png?v=" in served.page()
    assert problem["file"] == SHAPES
    assert problem["trace"].startswith("Traceback")


def test_a_deleted_post_is_gone_and_comes_back(served: Served) -> None:
    text = (served.project.root / OTHER).read_text()
    (served.project.root / OTHER).unlink()
    served.until(lambda s: OTHER_PAGE not in s["pages"])
    assert served.get(OTHER_PAGE)[0] == 404
    assert "Another post" not in served.page("/_preview/index.html")
    served.project.write({OTHER: text})
    served.until(lambda s: OTHER_PAGE in s["pages"])


def test_a_renamed_figure_is_an_error_until_the_post_follows(served: Served) -> None:
    served.edit(CODE, ('"B.2"', '"B.3"'))
    problem = served.until_problem("There is no figure 'B.2'.")
    assert "B.3" in problem["hint"]
    served.edit(POST, ("B.2", "B.3"))
    served.until_page('id="fig-b-3"')
    served.until(lambda s: is_well(s) and states(s)["B.3"] == "fresh")


def test_a_renamed_figure_is_an_error_until_it_has_its_id_again(served: Served) -> None:
    served.edit(CODE, ('"B.2"', '"B.3"'))
    served.until_problem("There is no figure 'B.2'.")
    served.edit(CODE, ('"B.3"', '"B.2"'))
    served.until_well()


def test_a_renamed_function_keeps_the_picture_while_it_runs(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.edit(CODE, ("def moving(", "def sliding("), ('GATE = ""', f'GATE = "{gate}"'))
    served.until_halfway("sliding")
    assert "c-1-1.png?v=" in served.page()
    gate.touch()
    served.until(lambda s: states(s)["C.1"] == "fresh")


def test_a_new_folder_is_watched_and_its_figures_run(served: Served) -> None:
    served.project.write(
        {
            "lib/__init__.py": "",
            "lib/sizes.py": "SIZE = 5\n",
            "experiments/more.py": """
                from reportgen import Image, figure
                from experiments.shapes import square
                from lib.sizes import SIZE


                @figure("D.1", caption="Small.")
                def small():
                    return Image(square(SIZE))
                """,
        }
    )
    served.edit(OTHER, ("Another post.", '<%= ref("D.1") %>:\n\n<%= figure("D.1") %>'))
    served.until_page("5 × 5 pixels", path=OTHER_PAGE)
    served.edit("lib/sizes.py", ("5", "7"))
    served.until_page("7 × 7 pixels", path=OTHER_PAGE)


def test_a_folder_that_takes_the_place_of_another_is_watched(served: Served) -> None:
    """As after a switch of branches."""
    root = served.project.root
    shutil.copytree(root / "templates", root / ".templates")
    (root / "templates").rename(root / ".old")
    (root / ".templates").rename(root / "templates")
    served.settle()
    served.edit(POST, ("First paragraph", "Moved paragraph"))
    served.until_page("Moved paragraph")


def test_data_read_at_import_is_read_again(served: Served) -> None:
    served.project.write({"experiments/size.txt": "9"})
    read = 'GATE = ""\nSIZE = int(Path(__file__).with_name("size.txt").read_text())'
    served.edit(CODE, ("square(12)", "square(SIZE)"), ('GATE = ""', read))
    served.until_page("9 × 9 pixels")
    served.project.write({"experiments/size.txt": "8"})
    served.until_page("8 × 8 pixels")


def test_a_missing_file_that_comes_mends_a_failure(served: Served) -> None:
    late = 'square(int(Path("experiments/late.txt").read_text()))'
    served.edit(CODE, ("square(12)", late))
    served.until_problem("Figure B.2 failed")
    served.project.write({"experiments/late.txt": "6"})
    served.until_page("6 × 6 pixels")


def test_a_figure_that_writes_what_it_reads_does_not_run_for_ever(served: Served) -> None:
    log = served.project.root / "experiments/log.txt"
    log.write_text("x")
    served.edit(
        CODE,
        (
            "    return Image(square(12))",
            '    log = Path("experiments/log.txt")\n'
            '    log.write_text(log.read_text() + "x")\n'
            "    return Image(square(12))",
        ),
    )
    served.until(lambda s: "write what it reads" in rows(s)["B.2"]["held"])
    runs = len(log.read_text())
    served.edit(POST, ("First paragraph", "Fine paragraph"))
    served.until_page("Fine paragraph")
    served.settle()
    assert len(log.read_text()) == runs


def test_five_thousand_files_at_once_are_a_few_looks(served: Served) -> None:
    folder = served.project.root / "experiments/data"
    folder.mkdir()
    for i in range(5000):
        (folder / f"{i}.txt").touch()
    served.edit(POST, ("First paragraph", "Busy paragraph"))
    served.until_page("Busy paragraph")
    assert served.heard < 50


def test_files_that_vanish_at_once_do_no_harm(served: Served) -> None:
    """As editors do it: a temporary file, a rename, a lock file, all within a moment."""
    root = served.project.root
    for i in range(200):
        passing = root / f"experiments/passing_{i}.py"
        passing.write_text("x = 1\n")
        (root / f"templates/posts/2026-01-04-passing-{i}.md").write_text("---\ntitle: P\n---\n")
        passing.unlink()
        (root / f"templates/posts/2026-01-04-passing-{i}.md").unlink()
    new = root / "templates/posts/.notes.tmp"
    new.write_text((root / POST).read_text().replace("First paragraph", "Saved paragraph"))
    os.replace(new, root / POST)
    served.until_page("Saved paragraph")
    served.until(lambda s: set(s["pages"]) == {*LISTS, PAGE, OTHER_PAGE})


def test_a_saved_style_is_told_and_renders_nothing(served: Served) -> None:
    style = served.project.root / "site/assets/css/site.css"
    before = served.state
    style.write_text(style.read_text() + "h1 { color: teal; }\n")
    after = served.until(lambda s: s["styles"] != before["styles"])
    assert after["pages"] == before["pages"]

    assert "teal" in served.get("/assets/css/site.css")[1]


def test_costly_figures_wait_for_a_click(
    served: Served, cost: Callable[[str, float], None]
) -> None:
    cost("walk", 90.0)
    cost("ends", 1.0)
    served.edit(CODE, ("steps=50", "steps=40"))
    row = rows(served.until(lambda s: states(s)["A.1"] == "stale"))["A.1"]

    assert (row["doing"], row["held"], row["cost"]) == ("waiting", "costly", "91 s")
    assert "A walk of 50 steps" in served.words()
    served.send(rebuild="A.1")
    served.until_page("A walk of 40 steps")
    served.until_well()


def test_what_was_never_timed_under_this_profile_waits(copy: Callable[[], ProjectFolder]) -> None:
    project = copy()
    quick = "[tool.reportgen.profiles.quick]\nwalk = { steps = 30 }\n"
    project.write({"pyproject.toml": f'[tool.reportgen]\ntitle = "Notes"\n\n{quick}'})
    with serving(project, "--profile", "quick") as served:
        row = rows(served.until(lambda s: s["ready"] and not s["problems"]))["A.1"]

    assert (row["doing"], row["held"]) == ("waiting", "walk was never timed under this profile")


def test_what_has_never_run_is_tried_at_once(copy: Callable[[], ProjectFolder]) -> None:
    project = copy()
    post = '---\ntitle: New\n---\n\n<%= figure("N.1") %>\n'
    project.write({"experiments/new.py": NEW, "templates/posts/2026-01-05-new.md": post})
    with serving(project) as served:
        served.until(lambda s: states(s).get("N.1") == "fresh")


def test_links_are_followed_and_a_project_may_go_and_come_back(
    served: Served, tmp_path: Path
) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    note = vault / "2026-01-04-linked.md"
    note.write_text("---\ntitle: Linked\n---\n\nOne.\n")
    root = served.project.root
    (root / "templates/posts/2026-01-04-linked.md").symlink_to(note)
    served.until_page("One.", path="/_preview/linked/")
    served.settle()
    save(note, "---\ntitle: Linked\n---\n\nTwo.\n")
    served.until_page("Two.", path="/_preview/linked/")

    root.rename(tmp_path / "away")
    served.until_problem("cannot be read")
    (tmp_path / "away").rename(root)
    served.until_page("First paragraph")
    served.settle()
    served.edit(POST, ("First paragraph", "Back again"))
    served.until_page("Back again")
