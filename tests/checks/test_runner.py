"""check_paths: which files it looks at, which rules it runs, and that it never falls over."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.checks import RULES, check_paths
from reportgen.errors import ReportgenError
from tests.blog.texts import INLINE, LINES
from tests.checks.conftest import HEAD, POST, BlogFolder, png

LIQUID = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{% raw %}",
    "{% endraw %}",
    "{{ x }}",
    "{% if a %}",
    "{% include a.html b='c.png' %}",
]
HTML = [
    "<figure>",
    "<figcaption>Figure 1: x",
    "</figcaption>",
    '<img src="a.png"',
    ">",
    "</figure>",
    "<p",
]


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.sampled_from([*LINES, *INLINE, *LIQUID, *HTML, "Figure 2 below"]), max_size=12),
    st.sampled_from(["\n", "", " "]),
    st.sampled_from([HEAD, "", "---\ntitle: [\n---\n", "---\n- a\n---\n"]),
)
def test_no_text_makes_a_rule_fall_over(
    blog: BlogFolder, parts: list[str], joint: str, head: str
) -> None:
    text = head + joint.join(parts)
    blog.write({POST: text.encode()})
    lines = text.splitlines() or [""]

    for finding in blog.check(strict=True):
        assert 1 <= finding.line <= len(lines) + 1
        assert 1 <= finding.column <= len((*lines, "")[finding.line - 1]) + 1


def test_a_folder_is_searched_for_what_jekyll_renders(blog: BlogFolder) -> None:
    body = HEAD + "## Empty\n"
    seen = ("_posts/2024-11-19-a.md", "_posts/old/2024-11-18-b.markdown", "about.md", "_notes/n.md")
    unseen = (
        "_site/a.md",
        "_includes/a.md",
        "node_modules/a/b.md",
        ".git/c.md",
        "vendor/d.md",
        "_posts_old/2024-01-01-e.md",
        "drafts/f.md",
        "g.old.md",
    )
    blog.write(dict.fromkeys((*seen, *unseen), body) | {"README.md": "## Empty\n"})
    blog.write(
        {"_config.yml": "collections: {notes: {output: true}}\nexclude: [drafts/, '*.old.md']\n"}
    )

    found = {f.path.relative_to(blog.root).as_posix() for f in blog.check()}

    assert found == set(seen)


def test_a_file_named_is_looked_at_wherever_it_is(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("Both $a^*$ and $b^*$.\n\n![x y](gone.png) ![z](https://e.org/a.png)\n")

    found = [(f.rule, f.line, f.column) for f in check_paths([readme])]

    assert found == [("maths-mangled", 1, 6), ("maths-mangled", 1, 16), ("image-missing", 3, 1)]


def test_rules_can_be_chosen_and_left_out(blog: BlogFolder) -> None:
    blog.post("## Empty\n\n## Also\n\n![](gone.png)\n")

    assert blog.found(rules=["section-empty"]) == [("section-empty", 6)]
    assert blog.found(ignore=["section-empty", "alt-missing"]) == [("image-missing", 10)]


def test_strict_rules_run_when_asked_for_by_name_or_all(blog: BlogFolder) -> None:
    blog.write({"assets/a.png": png()})
    blog.post("![A digit](/assets/a.png)\n")

    assert blog.found() == []
    assert blog.found(strict=True) == [("image-size", 6)]
    assert blog.found(rules=["image-size"]) == [("image-size", 6)]


def test_a_comment_silences_a_rule_for_its_post(blog: BlogFolder) -> None:
    blog.post("<!-- reportgen: ignore section-empty, alt-missing -->\n\n## Empty\n")

    assert blog.found() == []


def test_an_unknown_rule_names_the_nearest(blog: BlogFolder) -> None:
    with pytest.raises(ReportgenError, match="There is no rule 'pipe-tabel'") as caught:
        blog.check(rules=["pipe-tabel"])

    assert caught.value.hint == "Did you mean 'pipe-table'?"


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="There is no file or folder"):
        check_paths([tmp_path / "gone.md"])


def test_windows_line_ends_and_a_byte_order_mark_move_no_place(blog: BlogFolder) -> None:
    text = HEAD + "## Empty\n"
    blog.write({POST: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()})

    assert blog.found() == [("section-empty", 6)]


def test_findings_are_sorted_and_the_same_under_any_hash_seed(blog: BlogFolder) -> None:
    blog.post(
        "## Empty\n\n## Also\n\n![](gone.png) ![](lost.png)\n\nSee [a](#x) and $a^*$, $b^*$.\n"
    )
    script = (
        "import sys; from reportgen.checks import check_paths; "
        "from reportgen.checks.formats import as_json; "
        "print(as_json(check_paths([sys.argv[1]], strict=True)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(blog.root)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    (output,) = outputs
    places = [(f["path"], f["line"], f["column"]) for f in json.loads(output)]
    assert places == sorted(places)
    assert len(places) >= 8


def test_nothing_heavy_is_imported() -> None:
    script = (
        "import sys; import reportgen.checks; import reportgen.checks.formats; "
        "print([m for m in ('torch', 'numpy', 'matplotlib', 'PIL', 'jinja2', 'click', 'markdown') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        text=True,
    )

    assert done.stdout.strip() == "[]"


def test_every_rule_has_a_check_and_a_summary() -> None:
    for name, rule in RULES.items():
        assert name == rule.id
        assert rule.severity in ("error", "warning")
        assert rule.summary
        assert rule.check or rule.blog_check or name.startswith(("site-", "template")), name


def test_several_processes_find_what_one_finds(blog: BlogFolder) -> None:
    filler = "A sentence that nobody minds.\n\n" * 400
    for number in range(1, 25):
        body = f"## Empty\n\n## Full\n\n![Plot {number}](/gone-{number}.png)\n\n{filler}"
        blog.post(body, name=f"_posts/2024-11-{number:02}-long.md")
    found = blog.check(jobs=2)
    assert [f.rule for f in found].count("image-missing") == 24
    assert found == blog.check(jobs=1)
