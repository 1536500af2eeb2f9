"""What becomes of a saved file: the page, the figures that run, the errors that come and go."""

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.serve.conftest import CODE, OTHER_PAGE, PAGE, POST, Served, doing, states

OTHER = "templates/posts/2026-01-03-other.md"


def test_an_edited_text_runs_nothing(served: Served) -> None:
    served.project.edit(POST, "First paragraph", "A new paragraph")
    state = served.until_page("A new paragraph")

    assert states(state) == {"C.1": "fresh", "A.1": "fresh", "B.2": "fresh"}
    assert set(doing(state).values()) == {""}


def test_only_the_edited_page_is_another(served: Served) -> None:
    before = served.page()
    served.project.edit(OTHER, "Another post.", "One more.")
    served.until_page("One more.", OTHER_PAGE)

    assert served.page() == before


def test_an_edited_figure_runs_and_no_other_does(served: Served) -> None:
    served.project.edit(CODE, "Image(square(12))", "Image(square(13))")
    stale = served.until(lambda s: doing(s)["B.2"])
    fresh = served.until(lambda s: states(s)["B.2"] == "fresh" and not any(doing(s).values()))

    assert doing(stale) == {"C.1": "", "A.1": "", "B.2": doing(stale)["B.2"]}
    assert "13 × 13 pixels" in served.page()
    assert fresh["problems"] == []


def test_the_old_picture_stays_until_the_new_one_is_there(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.project.edit(CODE, 'GATE = ""', f'GATE = "{gate}"')
    running = served.until(lambda m: m["total"] == 5, kind="progress")
    page = served.page()

    assert (running["target"], running["node"]) == ("moving", "C.1")
    assert 'data-state="stale"' in page
    assert "c-1-1.png?v=" in page
    gate.touch()
    served.until(lambda s: states(s)["C.1"] == "fresh")
    assert 'data-state="stale"' not in served.page()


def test_a_run_that_nobody_needs_any_more_is_ended(served: Served, tmp_path: Path) -> None:
    served.project.edit(CODE, 'GATE = ""', f'GATE = "{tmp_path / "never"}"')
    served.until(lambda m: m["done"], kind="progress")
    served.project.edit(CODE, f'GATE = "{tmp_path / "never"}"', 'GATE = ""')
    state = served.until(lambda s: not any(doing(s).values()))

    assert states(state)["C.1"] == "fresh"
    assert state["problems"] == []


def test_a_click_ends_a_run_and_another_begins_it_again(served: Served, tmp_path: Path) -> None:
    gate = tmp_path / "go"
    served.project.edit(CODE, 'GATE = ""', f'GATE = "{gate}"')
    served.until(lambda m: m["done"], kind="progress")
    served.send(stop="C.1")
    waiting = served.until(lambda s: doing(s)["C.1"] == "waiting")
    assert states(waiting)["C.1"] == "stale"
    assert waiting["figures"][0]["held"] == "stopped"
    gate.touch()
    served.send(rebuild="C.1")
    served.until(lambda s: states(s)["C.1"] == "fresh")


def test_a_helper_is_imported_anew_with_all_that_use_it(served: Served) -> None:
    """Several saves within one second and of one size: neither modules nor bytecode may lag."""
    levels = ("0.25", "0.51", "0.76", "0.36")
    for old, new in pairwise(levels):
        served.project.edit("experiments/shapes.py", f"LEVEL = {old}", f"LEVEL = {new}")
        state = served.until_page(f">{new}</td>")
        assert state["problems"] == []
    served.until(lambda s: not any(doing(s).values()))
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
    served.project.edit(name, old, new)
    [problem] = served.until(lambda s: s["problems"])["problems"]

    assert title in problem["title"]
    assert problem["file"] == name
    assert word in problem["message"] + problem["hint"] + problem["excerpt"]
    if line is not None:
        assert problem["line"] == line
        assert problem["excerpt"]
    assert "<h1>Notes</h1>" in served.page()
    served.project.edit(name, new, old) if new else served.project.edit(
        name, "steps.", "steps.<% endclaim %>"
    )
    served.until(lambda s: not s["problems"])


def test_a_failed_figure_keeps_its_picture(served: Served) -> None:
    served.project.edit(CODE, "square(12)", 'square("12")')
    state = served.until(lambda s: states(s)["B.2"] == "failed" and s["problems"])

    assert "b-2.png?v=" in served.page()
    assert "experiments/shapes.py" in state["problems"][0]["file"]
    assert state["problems"][0]["trace"].startswith("Traceback")


def test_a_deleted_post_is_gone_and_comes_back(served: Served) -> None:
    text = (served.project.root / OTHER).read_text()
    (served.project.root / OTHER).unlink()
    served.until(lambda s: OTHER_PAGE not in s["pages"])
    assert served.get(OTHER_PAGE)[0] == 404
    assert "Another post" not in served.page("/_preview/index.html")
    served.project.write({OTHER: text})
    served.until(lambda s: OTHER_PAGE in s["pages"])


def test_a_renamed_figure_is_an_error_until_the_post_follows(served: Served) -> None:
    served.project.edit(CODE, '"B.2"', '"B.3"')
    [problem] = served.until(lambda s: s["problems"])["problems"]
    assert problem["message"] == "There is no figure 'B.2'."
    assert "B.3" in problem["hint"]
    served.project.edit(POST, "B.2", "B.3")
    state = served.until(lambda s: not s["problems"])
    assert states(state)["B.3"] == "fresh"
    assert 'id="fig-b-3"' in served.page()


def test_a_renamed_function_keeps_the_picture_while_it_runs(served: Served, tmp_path: Path) -> None:
    served.project.edit(CODE, "def moving(", "def sliding(")
    served.until(lambda s: doing(s)["C.1"])
    assert "c-1-1.png?v=" in served.page()
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
    served.project.edit(OTHER, "Another post.", '<%= ref("D.1") %>:\n\n<%= figure("D.1") %>')
    served.until_page("5 × 5 pixels", OTHER_PAGE)
    served.project.edit("lib/sizes.py", "5", "7")
    served.until_page("7 × 7 pixels", OTHER_PAGE)


def test_data_read_at_import_is_read_again(served: Served) -> None:
    served.project.write({"experiments/size.txt": "9"})
    served.project.edit(CODE, "square(12)", "square(SIZE)")
    served.project.edit(
        CODE, 'GATE = ""', 'GATE = ""\nSIZE = int(Path(__file__).with_name("size.txt").read_text())'
    )
    served.until_page("9 × 9 pixels")
    served.project.write({"experiments/size.txt": "8"})
    served.until_page("8 × 8 pixels")


def test_a_missing_file_that_comes_mends_a_failure(served: Served) -> None:
    served.project.edit(CODE, "square(12)", 'square(int(Path("experiments/late.txt").read_text()))')
    served.until(lambda s: states(s)["B.2"] == "failed" and s["problems"])
    served.project.write({"experiments/late.txt": "6"})
    served.until(lambda s: states(s)["B.2"] == "fresh" and not s["problems"])
    assert "6 × 6 pixels" in served.page()


def test_a_figure_that_writes_what_it_reads_does_not_run_for_ever(served: Served) -> None:
    served.project.edit(
        CODE,
        "    return Image(square(12))",
        '    log = Path("experiments/log.txt")\n'
        '    seen = log.read_text() if log.exists() else ""\n'
        '    log.write_text(seen + "x")\n'
        "    return Image(square(12))",
    )
    log = served.project.root / "experiments/log.txt"
    served.until(lambda s: log.exists() and set(doing(s).values()) <= {"", "waiting"})
    served.project.edit(POST, "First paragraph", "Fine paragraph")
    served.until_page("Fine paragraph")
    assert len(log.read_text()) <= 4


def test_five_thousand_files_at_once_are_a_few_looks(served: Served) -> None:
    folder = served.project.root / "experiments/data"
    folder.mkdir()
    before = served.heard
    for i in range(5000):
        (folder / f"{i}.txt").touch()
    served.project.edit(POST, "First paragraph", "Busy paragraph")
    served.until_page("Busy paragraph")
    assert served.heard - before < 100


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
    state = served.until(lambda s: "Saved paragraph" in served.page() and not s["problems"])
    assert set(state["pages"]) == {"/_preview/index.html", PAGE, OTHER_PAGE}


def test_a_saved_style_is_told_and_renders_nothing(served: Served) -> None:
    style = served.project.root / "site/assets/css/site.css"
    style.write_text(style.read_text() + "h1 { color: teal; }\n")
    served.until(lambda s: s["styles"] and not s["problems"])

    assert "teal" in served.get("/assets/css/site.css")[1]


def test_costly_figures_wait_for_a_click(
    served: Served, cost: Callable[[str, float], None]
) -> None:
    cost("walk", 90.0)
    served.project.edit(CODE, "steps=50", "steps=40")
    state = served.until(lambda s: states(s)["A.1"] == "stale")
    [row] = [row for row in state["figures"] if row["id"] == "A.1"]

    assert (row["doing"], row["held"]) == ("waiting", "costly")
    assert row["cost"] in ("90 s", "91 s", "92 s")
    assert "A walk of 50 steps" in served.page()
    served.send(rebuild="A.1")
    served.until(lambda s: states(s)["A.1"] == "fresh" and "A walk of 40 steps" in served.page())


@pytest.fixture
def cost(served: Served) -> Callable[[str, float], None]:
    """``cost("walk", 90.0)`` makes the latest runs of a node have taken so long."""

    def set_cost(node: str, seconds: float) -> None:
        for path in (served.project.root / ".reportgen/records" / node).glob("*.json"):
            record = json.loads(path.read_text())
            path.write_text(json.dumps({**record, "seconds": seconds}))

    return set_cost
