"""Whatever is wrong in a post is reported with file, line, a caret under it, and a way out."""

from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts import render_posts
from tests.posts.world import (
    World,
    make_project,
    make_world,
    markdown_body,
    render_body,
    render_text,
)

FIRST = 4  # the line of the file on which a body begins


def error_of(tmp_path: Path, body: str) -> ReportgenError:
    with pytest.raises(ReportgenError) as caught:
        render_text(tmp_path, body)
    return caught.value


# body, line in the body, what the caret stands under, parts of message and hint
TABLE = {
    "undefined name": (
        "a\n<%= denoisr.epochs %>",
        2,
        "denoisr",
        ["Nothing here is called 'denoisr'", "Did you mean 'denoiser'?"],
    ),
    "unknown value": (
        "<%= denoiser.test_pnsr %>",
        1,
        "test_pnsr",
        ["'denoiser' has no value 'test_pnsr'", "test_psnr"],
    ),
    "unknown figure": (
        'x\n\n<%= figure("B.9z") %>',
        3,
        "B.9z",
        ["There is no figure 'B.9z'", "reportgen list"],
    ),
    "artifact as figure": ('<%= figure("denoiser") %>', 1, "denoiser", ["is an artifact"]),
    "unknown reference": ('see <%= ref("X.1") %>', 1, "X.1", ["There is no figure 'X.1'"]),
    "unknown parameter": (
        '<%= param("denoiser", "sigmo") %>',
        1,
        "sigmo",
        ["no parameter 'sigmo'", "'sigma'"],
    ),
    "unknown filter": (
        "<%= denoiser.epochs | rond %>",
        1,
        "rond",
        ["No filter named 'rond'", "'round'"],
    ),
    "unknown tag": ("a\n\n<% clam x %>", 3, "clam", ["unknown tag 'clam'", "'claim'"]),
    "unclosed tag": (
        "a\n<% if denoiser.epochs > 1 %>\nb",
        2,
        "if",
        ["'if' is never closed", "<% endif %>"],
    ),
    "unclosed expression": ("<%= denoiser.epochs", 1, "<%= denoiser.epochs", ["does not parse"]),
    "wrong type": ("<%= denoiser.loss | round %>", 1, "", ["'round' needs a number"]),
    "whole artifact": ("<%= denoiser %>", 1, "denoiser", ["cannot be printed", "denoiser.KEY"]),
    "python error": ("\n<%= 1 / 0 %>", 2, "<%= 1 / 0 %>", ["ZeroDivisionError"]),
    "false claim of several parts": (
        "a\n\n<% claim denoiser.epochs > 50 or not denoiser.test_psnr > 19 %>b<% endclaim %>",
        3,
        "claim",
        ["denoiser.epochs is ", "denoiser.test_psnr is "],
    ),
    "false claim": (
        "a\n\n<% claim denoiser.test_psnr > 21 %>b<% endclaim %>",
        3,
        "claim",
        ["'denoiser.test_psnr > 21' is false", "denoiser.test_psnr is 20.7643"],
    ),
    "unknown macro": (
        "so $x$ and\n$\\sigma \\alhpa$ are",
        2,
        "\\alhpa",
        ["Unknown TeX macro '\\alhpa'", "'alpha'"],
    ),
    "unknown macro in a display": (
        "$$\na = \\foo{b}\n$$",
        2,
        "\\foo",
        ["Unknown TeX macro '\\foo'"],
    ),
    "unknown macro in text": (
        "so\n$x = \\text{if \\foo{y}}$",
        2,
        "\\foo",
        ["Unknown TeX macro '\\foo'"],
    ),
    "macro that text does not know": ("$\\text{a \\sum}$", 1, "\\sum", ["not valid in text mode"]),
    "missing argument": ("so $\\frac{a}$ is", 1, "$\\frac{a}$", ["an argument is missing"]),
    "unknown environment": (
        "$$\\begin{algin}x\\end{algin}$$",
        1,
        "algin",
        ["environment 'algin'", "'align'"],
    ),
    "environment outside of dollars": (
        "text\n\n\\begin{align}\na &= b\n\\end{align}",
        3,
        "\\begin{align}",
        ["begins a formula that nothing sets", "'$$'"],
    ),
    "brackets for MathJax": (
        "so \\\\(x\\\\) is",
        1,
        "\\\\(",
        ["begins a formula that nothing sets"],
    ),
    "brackets of LaTeX": ("so \\(\\sigma\\) is", 1, "\\(", ["begins a formula that nothing sets"]),
    "open brace": ("$\\frac{a}{b$", 1, "{", ["A brace never closes"]),
    "double subscript": ("text $a_b_c$ text", 1, "_c", ["duplicate subscript"]),
    "lone left": ("$\\left( a$", 1, "\\left", ["lacks its '\\right'"]),
    "lone middle": ("$a \\middle| b$", 1, "\\middle", ["between no '\\left' and '\\right'"]),
    "unknown equation": (
        "$$\na\n$$ {#eq-loss}\n\nsee <%= eqref('los') %>",
        5,
        "los",
        ["No equation has the label 'los'", "'eq-loss'"],
    ),
    "two equations, one label": (
        "$$\na\n$$ {#eq-a}\n\n$$\nb\n$$ {#eq-a}",
        7,
        "eq-a",
        ["Two equations have the label 'eq-a'"],
    ),
    "equation inside text": ("see $$a$$ {#eq-a} there", 1, "{#", ["lines of its own"]),
    "private character": ("a\n\ue010", 2, "", ["U+E010"]),
    "list nested too deep": (
        "\n".join("  " * i + "- a" for i in range(70)),
        60,
        "-",
        ["A list is nested more than 60 levels deep", "at the margin"],
    ),
    "quote nested too deep": ("a\n\n" + "> " * 70 + "b", 3, "", ["A quote is", "'>'"]),
}


@pytest.mark.parametrize("name", TABLE)
def test_place_caret_and_words(name: str, tmp_path: Path) -> None:
    body, line, under, parts = TABLE[name]
    error = error_of(tmp_path, body)
    assert error.place is not None
    assert str(error.place.file) == "templates/posts/2024-11-19-a-post.md"
    assert error.place.line == FIRST - 1 + line
    for part in parts:
        assert part in str(error)
    assert error.message.endswith((".", ":"))
    if under:
        text, carets = str(error.excerpt).split("\n")
        column = carets.index("^")
        assert text[column:].startswith(under)
        assert carets.count("^") == len(under)


def test_lines_are_those_of_the_file_after_loops_and_figures(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        {
            "2024-11-19-a.md": """
                ---
                title: A
                tags: [x,
                  y]
                ---
                <% for i in [1, 2, 3] %>
                line <%= i %>
                <% endfor %>
                <%= figure("B.1a") %>

                <%# a comment
                over two lines %>
                and $\\nothing$ here
                """
        },
    )
    with pytest.raises(ReportgenError) as caught:
        render_posts(project, make_world(tmp_path / "drawn"))
    assert caught.value.place is not None
    assert caught.value.place.line == 13


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("2024-11-19-a.md", "no front matter", ["has no front matter"]),
        ("2024-11-19-a.md", "---\nlayout: post\n---\n", ["has no 'title'"]),
        ("2024-11-19-a.md", "---\ntitle: a: b\n---\n", ["not valid YAML", "needs quotes", ":2"]),
        ("2024-11-19-a.md", "---\ntitle: a\ndate: soon\n---\n", ["'soon' is not a date"]),
        ("a-post.md", "---\ntitle: a\n---\n", ["'a-post.md' is no name", "YYYY-MM-DD"]),
        ("2024-11-19-A.md", "---\ntitle: a\n---\n", ["no name for a post"]),
    ],
)
def test_bad_files(name: str, text: str, parts: list[str], tmp_path: Path) -> None:
    with pytest.raises(ReportgenError) as caught:
        render_posts(make_project(tmp_path, {name: text}), World())
    for part in parts:
        assert part in str(caught.value)


def test_a_source_that_is_not_utf8(tmp_path: Path) -> None:
    project = make_project(tmp_path, {})
    (project.posts_dir / "2024-11-19-a.md").write_bytes(b"---\ntitle: \xff\n---\n")
    with pytest.raises(ReportgenError, match="Not valid UTF-8"):
        render_posts(project, World())


def test_an_unknown_selection(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"2024-11-19-diffusion.md": "---\ntitle: a\n---\n"})
    with pytest.raises(ReportgenError, match="There is no post 'difusion'") as caught:
        render_posts(project, World(), selection=["difusion"])
    assert "diffusion" in str(caught.value.hint)


def test_a_caption_that_quotes_what_has_no_value(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError) as caught:
        render_body(tmp_path, 'x\n\n<%= figure("B.1b", caption="Loss {denoiser.lss}") %>')
    error = caught.value
    assert error.place
    assert error.place.line == FIRST + 2
    assert error.message == (
        "The caption of 'B.1b' quotes '{denoiser.lss}': 'denoiser' has no value 'lss'."
    )
    assert error.hint == "Did you mean 'loss'?"
    code, carets = (error.excerpt or "").splitlines()
    assert code[carets.index("^") : carets.rindex("^") + 1] == "{denoiser.lss}"


def test_a_caption_that_nests_too_deep_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="An HTML element is nested") as caught:
        render_body(tmp_path, f'x\n\n<%= figure("B.1b", caption="{"<b>" * 70}") %>')
    assert caught.value.place is not None
    assert caught.value.place.line == FIRST + 2


def test_the_caption_that_a_post_gives_quotes_values_as_text(tmp_path: Path) -> None:
    body = '<%= figure("B.1b", caption="Loss {denoiser.loss}, $x_{1}$, {smooth:.2f}.") %>'
    html = render_body(tmp_path, body).html
    caption = html.partition("</b>")[2].partition("</figcaption>")[0]
    assert "0.31, 0.12 and 0.08" in caption
    assert ">0.90</data>" in caption or "0.90" in caption


def test_a_name_that_is_set_under_a_condition_is_known(tmp_path: Path) -> None:
    body = "<% if denoiser.epochs > 1 %><% set a, b = denoiser, 2 %><%= a.epochs + b %><% endif %>"
    assert "7" in markdown_body(render_text(tmp_path, body))
