"""Macros are written out, and equations numbered as LaTeX numbers them."""

import re
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts.tex import FormulaError, defined, expanded, macros_of, numbered
from reportgen.project import find_project
from tests.posts.conftest import Kramdown
from tests.posts.world import markdown_body, render_text

MACROS = macros_of({"R": r"\mathbb{R}", "KL": r"\mathrm{KL}(#1 \| #2)", "two": r"\one\one"})


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x \in \R^d", r"x \in \mathbb{R}^d"),
        (r"\Rx \R", r"\Rx \mathbb{R}"),
        (r"a \\R", r"a \\R"),
        (r"\KL{p}{q}", r"\mathrm{KL}(p \| q)"),
        (r"\KL p\R", r"\mathrm{KL}(p \| \mathbb{R})"),
        (r"\KL{\KL{a}{b}}{q}", r"\mathrm{KL}(\mathrm{KL}(a \| b) \| q)"),
        (r"\newcommand{\one}{1}\two", "11"),
        (r"\newcommand\one[1]{(#1)}\one{a}", "(a)"),
        (r"\newcommand{\one}[2][d]{#1,#2}\one{a} \one[e]{b}", "d,a e,b"),
        (r"\renewcommand{\R}{R}\R", "R"),
        (r"\providecommand{\one}{1}\one", "1"),
        (r"\def\one#1{<#1>}\one x", "<x>"),
        (r"\DeclareMathOperator{\tr}{tr}\tr A", r"\operatorname{tr} A"),
        (r"\DeclareMathOperator*{\am}{arg\,min}\am_x", r"\operatorname*{arg\,min}_x"),
        (r"\newcommand{\a}{\alpha}\a b\a_t", r"\alpha b\alpha_t"),
        (r"\newcommand{\a}{\alpha}{\a}b \a+c", r"{\alpha}b \alpha+c"),
    ],
)
def test_macros(tex: str, expected: str) -> None:
    macros = dict(MACROS)
    assert expanded(defined(tex, macros), macros) == expected


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\newcommand{\x}{\x}\x", "stands for itself"),
        (r"\newcommand{\x}{\x\x}\x", "stands for itself"),
        (r"\KL{p}", r"'\KL' lacks its argument"),
        (r"\newcommand{\x}", "lacks its argument"),
        (r"\newcommand{\x}{a", "never closes"),
    ],
)
def test_macros_that_cannot_be_written_out(tex: str, message: str) -> None:
    macros = dict(MACROS)
    with pytest.raises(FormulaError) as caught:
        expanded(defined(tex, macros), macros)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("tex", "label", "expected", "number", "labels", "used"),
    [
        ("a = b", "", "a = b", None, {}, 0),
        ("a = b", "eq-x", "a = b", 4, {"eq-x": "4"}, 1),
        (r"a = b \label{x}", "", "a = b", 4, {"x": "4"}, 1),
        (r"a \tag{7}\label{x}", "", r"a \tag{7}", None, {"x": "7"}, 0),
        (r"\begin{equation}a\label{x}\end{equation}", "", "a", 4, {"x": "4"}, 1),
        (r"\begin{align*}a\end{align*}", "", r"\begin{align*}a\end{align*}", None, {}, 0),
        (r"\begin{equation}a\notag\end{equation}", "", "a", None, {}, 0),
        (
            r"\begin{align}a &= b \label{x} \\[2pt] c \nonumber\\ d \tag{*}\label{y}\\e\end{align}",
            "",
            r"\begin{align}a &= b \tag{4} \\[2pt] c \nonumber\\ d \tag{*}\\e \tag{5}\end{align}",
            None,
            {"x": "4", "y": "*"},
            2,
        ),
        (
            r"\begin{gather}\begin{cases}a \\ b\end{cases} \\ {c \\ d}\end{gather}",
            "eq-g",
            r"\begin{gather}\begin{cases}a \\ b\end{cases} \tag{4} \\ {c \\ d} \tag{5}\end{gather}",
            None,
            {"eq-g": "4"},
            2,
        ),
        (
            r"\begin{multline}a \\ b\end{multline}",
            "",
            r"\begin{multline}a \\ b \tag{4}\end{multline}",
            None,
            {},
            1,
        ),
        (r"\begin{align*}a \\ b\end{align*}", "", r"\begin{align*}a \\ b\end{align*}", None, {}, 0),
        (r"\begin{align}a\end{align} + b", "", r"\begin{align}a\end{align} + b", None, {}, 0),
    ],
)  # fmt: skip
def test_numbers(
    tex: str, label: str, expected: str, number: int | None, labels: dict[str, str], used: int
) -> None:
    equation = numbered(tex, label, 4)
    assert (equation.tex, equation.number) == (expected, number)
    assert (equation.labels, equation.used) == (labels, used)


BODY = r"""See <%= eqref("loss") %>, $\eqref{eq:b}$ and <%= eqref("eq:c") %>; $x \in \R$.

$$\newcommand{\R}{\mathbb{R}}$$

$$
a = b
$$ {#eq-loss}

$$
\begin{align}
b &= c \label{eq:b} \\
c &= d \label{eq:c}
\end{align}
$$

In $x \in \R$, and
$$c \tag{A}$$
"""


@pytest.mark.parametrize("math", ["mathml", "tex"])
def test_a_post_numbers_all_its_equations(math: str, kramdown: Kramdown, tmp_path: Path) -> None:
    post = render_text(tmp_path, BODY.replace(r"; $x \in \R$.", "."), math=math)
    html = kramdown(markdown_body(post))
    links = re.findall(r'<a class="eqref" href="#([^"]+)">(.*?)</a>', html)
    assert links == [("eq-loss", "equation\u00a01"), ("eq:b", "equation\u00a03")]
    assert 'id="eq-loss"' in html
    assert 'id="eq:b"' in html
    assert "newcommand" not in html
    if math == "tex":
        assert r"\[a = b \tag{1}\]" in html
        assert r"b &amp;= c \tag{2} \\ c &amp;= d \tag{3}\end{align}" in html
        assert r"\(x \in \mathbb{R}\)" in html
        assert r"\(\text{(2)}\)" in html
    else:
        assert "<mtext>(2)</mtext>" in html
        assert '<span class="no">(1)</span>' in html
        assert "ℝ" in html
        assert "<mtext>(A)</mtext>" in html


def test_a_macro_is_known_from_its_definition_on(tmp_path: Path) -> None:
    body = "$\\KL{p}{q}$\n\n$$\\newcommand{\\KL}[2]{#1#2}$$\n"
    with pytest.raises(ReportgenError, match=r":4:2: Unknown TeX macro '\\KL'"):
        render_text(tmp_path, body)


def test_the_macros_of_a_project(tmp_path: Path) -> None:
    settings = "[tool.reportgen.macros]\nKL = '\\mathrm{KL}(#1)'\n'\\R' = '\\mathbb{R}'\n"
    (tmp_path / "pyproject.toml").write_text(settings)
    assert macros_of(find_project(tmp_path).macros)["R"].body == r"\mathbb{R}"
    (tmp_path / "pyproject.toml").write_text("[tool.reportgen.macros]\nKL2 = 'a'\n")
    with pytest.raises(ReportgenError, match="'macros' must be a table"):
        find_project(tmp_path)
    post = render_text(tmp_path, r"$\KL{p}$, so", macros={"KL": r"\mathrm{KL}(#1)"})
    assert re.search(
        r'<span style="white-space:nowrap"><math[^>]*>.*KL.*</math>,</span>', post.html
    )
