"""Formulas and prose go through our writer and the real kramdown, and come out unharmed."""

import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.posts.scan import spans
from tests.posts.conftest import Kramdown
from tests.posts.dom import dom, text_of
from tests.posts.world import markdown_body, render_body, render_text

ATOMS = [
    "x",
    "x_t",
    "x^*",
    "f''",
    "a_{t-1}",
    r"\hat{x}_{t}",
    r"\bar{a}^{{2}}",
    r"\{1\}",
    r"\|x\|",
    "|x|",
    "p(x|y)",
    r"\left|\frac{{a}}{b}\right|",
    "a<b",
    "a > b",
    "a & b",
    r"\text{if } x",
    r"\sigma\,",
    r"a \\ b",
    '"q"',
    "a--b",
    "a...b",
    "[x]",
    "(1)",
    r"\%",
    "#1",
    "~",
    "10^{-4}",
    r"{\%}",
    "a*b*c",
    "<b",
    r"\\| y",
]
WORDS = [
    "word",
    "two words",
    "a | pipe",
    "snake_case_name",
    "2 * 3 * 4",
    "{{ braces }}",
    "{% percent %}",
    "it's",
    "costs \\$5",
    "and $10",
    "`code | x_y`",
    "`{{ x }}`",
    "100 %",
    "a < b",
    "AT&T",
    "end.",
]
tex = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4).map(" ".join)
inline = tex.map(lambda t: f"${t}$")
prose = st.lists(st.one_of(st.sampled_from(WORDS), inline), min_size=1, max_size=5).map(" ".join)
display = tex.map(lambda t: f"$$\n{t}\n$$")
item = prose.map(lambda t: f"- {t}")
block = st.one_of(
    prose,
    display,
    st.lists(item, min_size=1, max_size=3).map("\n".join),
    prose.map(lambda t: f"> {t}"),
    st.lists(prose, min_size=2, max_size=3).map("\n".join),
)
documents = st.lists(block, min_size=1, max_size=4).map("\n\n".join)


def expected(document: str) -> list[str]:
    """The formulas of a document as its author wrote them."""
    return [plain(segment.tex) for segment in spans(document) if segment.tex]


def plain(formula: str) -> str:
    """A formula without what our writer may change: spaces, and the spelling of bars."""
    formula = re.sub(r"\\\\|\\\||\||\\[lr]?[vV]ert\b", bar, formula)
    return re.sub(r"\s+", "", formula)


def bar(match: re.Match[str]) -> str:
    return {"|": "¦", "\\vert": "¦", r"\|": "‖", "\\Vert": "‖"}.get(match[0], match[0])


def found(html: str) -> list[str]:
    """The formulas that MathJax will find in a page, where it looks for them: outside of code."""
    shown = re.sub(r"(?s)<code.*?</code>", "", html)
    pairs = re.findall(r"(?s)\\\((.*?)\\\)|\\\[(.*?)\\\](?=\s*(?:<|$|\n))", shown)
    return [plain(unescape(a or b)) for a, b in pairs]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents)
def test_random_formulas_and_prose(document: str, kramdown: Kramdown) -> None:
    with TemporaryDirectory() as folder:
        post = render_text(Path(folder), document, math="tex")
    html = kramdown(markdown_body(post))
    assert found(html) == expected(document)
    assert not re.search(r"<(table|em|strong|br|del)\b", html)


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("$x$", [r"\(x\)"]),
        ("$p(x|y)$ begins", [r"\(p(x\vert y)\)"]),
        ("- $x$", [r"\(x\)"]),
        ("> $x$", [r"\(x\)"]),
        ("text\n$$\nx\n$$\ntext", [r"\[x\]"]),
        ("$$x$$", [r"\[x\]"]),
        ("# A $x_1$ *b* $y_1$", [r"\(x_1\)", r"\(y_1\)"]),
        ("| a | b |\n|---|---|\n| $|x|$ | y |", [r"\(\vert x\vert \)"]),
        (r"$x^{{t-1}}$", [r"\(x^{ {t-1}}\)"]),
    ],
)
def test_known_traps(source: str, formulas: list[str], kramdown: Kramdown, tmp_path: Path) -> None:
    html = unescape(kramdown(markdown_body(render_text(tmp_path, source, math="tex"))))
    for formula in formulas:
        assert re.sub(r"\s", "", formula) in re.sub(r"\s", "", html)


def test_a_numbered_equation_has_its_number_and_anchor(kramdown: Kramdown, tmp_path: Path) -> None:
    body = 'As <%= eqref("loss") %> says:\n\n$$\na = b\n$$ {#eq-loss}\n'
    html = kramdown(markdown_body(render_body(tmp_path, body, math="tex")))
    assert r"\[a = b \tag{1}\]" in html
    assert 'id="eq-loss"' in html
    assert "equation 1" in text_of(html)


def test_captions_are_raw_html_with_mathjax_delimiters(kramdown: Kramdown, tmp_path: Path) -> None:
    body = '<%= ref("B.1b") %>\n\n<%= figure("B.1b") %>\n'
    html = kramdown(markdown_body(render_body(tmp_path, body, math="tex")))
    assert r"\(p(x|y)\)" in " ".join(dom(html))
