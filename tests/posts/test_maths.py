"""Formulas to MathML: right, checked, and out of reach of Markdown and Liquid."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.posts.maths import FormulaError, harmless, kramdown_tex, mathml


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        ("x_t", "<msub><mi>x</mi><mi>t</mi></msub>"),
        (r"\lVert x \rVert^2", '<msup><mo stretchy="false" form="postfix">‖</mo><mn>2</mn></msup>'),
        ("x_{t'}", "<msub><mi>x</mi><msup><mi>t</mi><mo>′</mo></msup></msub>"),
        ("f''(x)", "<msup><mi>f</mi><mo>″</mo></msup><mo stretchy="),
        (r"\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\boldsymbol{\epsilon}", "<mi>𝝐</mi>"),
        (r"\bm{x}", "<mi>𝒙</mi>"),
        (r"\mathbb R^d", "<msup><mi>ℝ</mi><mi>d</mi></msup>"),
        (r"\mathcal L", "<mi>ℒ\ufe00</mi>"),
        (r"\mathscr{L}", "<mi>ℒ\ufe01</mi>"),
        (r"\mathbbm{1}", "<mi>𝟙</mi>"),
        ("(-1, 1)", '<mo stretchy="false">(</mo><mo lspace="0" rspace="0">−</mo><mn>1</mn>'),
        ("a = -1", '<mo>=</mo><mo lspace="0" rspace="0">−</mo>'),
        ("a - 1", "<mi>a</mi><mo>−</mo><mn>1</mn>"),
        (r"n \log n", '<mi>n</mi><mspace width="0.1667em" /><mrow>'),
        (r"\overline{x}", '<mi>x</mi><mo stretchy="true">\u203e</mo></mover>'),
        (r"\underline{x}", '<mi>x</mi><mo stretchy="true">&#95;</mo></munder>'),
        (r"\xrightarrow{f}", '<mpadded voffset="-0.3em" height="-0.3em" depth="-0.3em"><mover>'),
        (r"\boxed{x}", '<mrow style="border:0.06em solid;padding:0.25em"><mi>x</mi></mrow>'),
        (r"\cancel{x}", '<mrow style="background:linear-gradient(to bottom right,'),
        (r"\begin{array}{c|c}a & b \\ \hline c & d\end{array}", "border-right: 0.05em solid"),
        (r"\begin{array}{c|c}a & b \\ \hline c & d\end{array}", "border-top: 0.05em solid"),
        (r"\begin{aligned}a \\[4pt] b\end{aligned}", "padding-bottom:calc(0.5ex + 4pt)"),
        (r"\begin{pmatrix}a\end{pmatrix}^\top", "</mrow><mi>⊤</mi></msup>"),
        (r"\begin{smallmatrix}a & b\end{smallmatrix}", 'scriptlevel="1"'),
        (r"\sum_{\substack{i \\ j}} a", '<mstyle scriptlevel="1"><mtable displaystyle="false">'),
        (r"\dfrac{a}{b}", '<mstyle displaystyle="true"><mfrac><mi>a'),
        (r"\begin{split}a &= b\end{split}", "<mtable"),
        (r"\begin{eqnarray*}a &=& b \\ c &=& d\end{eqnarray*}", "<mi>c</mi></mtd><mtd style="),
        (r"\begin{alignat*}{2}a &= b\end{alignat*}", "<mtable"),
        (r"\mathbb{E}", "<mi>𝔼</mi>"),
        (r"\mathrm{KL}", "<mi>KL</mi>"),
        (r"\text{if } x", "<mtext>if\u00a0</mtext>"),
        ("a < b", "<mo>&#60;</mo>"),
        ("p(x|y)", '<mo stretchy="false" lspace="0" rspace="0">&#124;</mo>'),
        (r"\{1\}", '<mo stretchy="false">&#123;</mo>'),
        (r"\text{a {b} c}", "<mtext>a\u00a0b\u00a0c</mtext>"),
        (
            r"\text{a \textbf{x} {b}}_2",
            "<mtext>a\u00a0</mtext><mtext><b>x</b></mtext><mtext>\u00a0b</mtext>",
        ),
        (
            r"\text{if $x_1$}",
            "<mtext>if\u00a0</mtext><msub><mi>x</mi><mn>1</mn></msub>",
        ),
        (r"\text{50\% of \{x\}}", "<mtext>50&#37;\u00a0of\u00a0&#123;x&#125;</mtext>"),
        (r"\text{5 cm~long}", "<mtext>5\u00a0cm\u00a0long</mtext>"),
        (r"\text{and\ so on, \ldots}", "<mtext>and\u00a0so\u00a0on,\u00a0…</mtext>"),
        (r"\text{\textbf{x}}", "<mtext><b>x</b></mtext>"),
        (r"\mathrm{\alpha_t}", "<msub>"),
        (r"\mathcal{L}_{\text{simple}}", "<mtext>simple</mtext>"),
        (r"\lbrace x \rbrace", '<mo stretchy="false">&#123;</mo>'),
        (r"\underbrace{x}_{y}", '<munder><munder accentunder="true">'),
        (r"\sqrt[3]{x}", "<mroot>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\argmin_\theta", "arg\u2009min"),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", "<mtable"),
        (r"\begin{cases}a & b\end{cases}", "<mtable"),
        (r"\begin{pmatrix}a & b\end{pmatrix}", "<mtable"),
        (r"\operatorname{softmax}(x)", "<mi>softmax</mi>"),
        (r"\operatorname*{arg\,max}_x", "<mi>arg\u2009max</mi>"),
        (r"\mathop{\rm arg\,min}\limits_x", "<munder><mrow><mspace /><mi>arg\u2009min</mi>"),
        (r"\operatorname{top-k}", "<mi>top-k</mi>"),
        (r"50\%", "&#37;"),
        (r"x \sim p", '<mo form="infix">∼</mo>'),
        (r"a \pm b", "<mo>±</mo>"),
        (r"t \to \infty", "<mi>∞</mi>"),
    ],
)
def test_markup(tex: str, part: str) -> None:
    markup = mathml(tex, display=False)
    assert part in markup
    for element in ElementTree.fromstring(markup).iter():  # where validators know them
        assert "scriptlevel" not in element.attrib or element.tag == "mstyle"
        assert "displaystyle" not in element.attrib or element.tag in ("mstyle", "mtable")


def test_display_is_marked_and_the_source_is_kept_as_text() -> None:
    markup = mathml("a_1", display=True)
    assert markup.startswith('<math display="block" alttext="a&#95;1">')
    assert mathml("a_1", display=False, alone=True).startswith('<math alttext="a&#95;1"><msub>')
    assert mathml("a_1", display=False).startswith("<math><msub>")


TEX = st.lists(
    st.sampled_from(
        [
            "x",
            r"\alpha",
            "^{2}",
            "_{t}",
            r"\hat{y}",
            "|",
            r"\{",
            r"\}",
            "*",
            "<",
            "'",
            "&",
            "~",
            ",",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(tex=TEX)
def test_no_character_that_markdown_or_liquid_heeds(tex: str) -> None:
    try:
        markup = mathml(tex, display=False)
    except FormulaError:
        return
    assert "\n" not in markup
    texts = "".join(re.findall(r">([^<]*)<", markup)) + str(
        re.findall(r'alttext="([^"]*)"', markup)
    )
    assert not re.search(r"[|*_`{}$\\~^]", re.sub(r"&#\d+;", "", texts).replace("'", ""))


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\foo", "Unknown TeX macro '\\foo'"),
        (r"\href{x}{y}", "Unknown TeX macro '\\href'"),
        (r"\@", "Unknown TeX macro '\\@'"),
        (r"\begin{foo}a\end{foo}", "Unknown TeX environment 'foo'"),
        (r"\begin{cases}a", "lacks its"),
        ("a_b_c", "duplicate subscript"),
        ("{a", "never closes"),
        ("a}", "never opened"),
        (r"\left( a", r"lacks its '\right'"),
        (r"\mathrm{\foo x}", "Unknown TeX macro '\\foo'"),
        (r"\operatorname{\foo}", "Unknown TeX macro '\\foo'"),
        (r"\operatorname{\bar}", "an argument is missing"),
        (r"\text{a \foo}", "Unknown TeX macro '\\foo'"),
        (r"\text{a {\foo} c}", "Unknown TeX macro '\\foo'"),
        (r"\text{a \textbf{\foo}}", "Unknown TeX macro '\\foo'"),
        (r"\text{a $\foo$}", "Unknown TeX macro '\\foo'"),
        (r"\text{a \alpha}", "not valid in text mode"),
        (r"\fbox{\alpha}", "not valid in text mode"),
        (r"x_{\hat}", "an argument is missing"),
        (r"\hat", "an argument is missing"),
        (r"\frac{a}", "an argument is missing"),
        (r"{\frac{a}}", "an argument is missing"),
        (r"\dfrac{a}", "an argument is missing"),
        (r"\binom{a}", "an argument is missing"),
        (r"\overset{a}", "an argument is missing"),
        (r"\underset{a}", "an argument is missing"),
        (r"\sqrt[3]", "an argument is missing"),
        ("x^", "an argument is missing"),
    ],
)
def test_refused(tex: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        mathml(tex, display=False)
    assert message in str(caught.value)


def test_words_in_text_are_no_macros() -> None:
    assert "<mtext>" in mathml(r"\text{a foo}", display=False)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("|x|", r"\vert x\vert"),
        (r"\|x\|", r"\Vert x\Vert"),
        (r"a \\| b", r"a \\\vert  b"),
        (r"\left|x\right|", r"\left\vert x\right\vert"),
        (r"x^{{2}}", "x^{ {2}}"),
        ("a\n  + b", "a + b"),
        ("a % note\n+ b", "a + b"),
        (r"5\%", r"5\%"),
        (r"\begin{array}{c|c}a\end{array}", r"\begin{array}{c|c}a\end{array}"),
    ],
)
def test_tex_for_kramdown(tex: str, expected: str) -> None:
    assert kramdown_tex(tex) == expected


def test_a_backtick_cannot_be_made_safe() -> None:
    with pytest.raises(FormulaError, match="backtick"):
        kramdown_tex("`a'")


def test_harmless_text_reads_the_same() -> None:
    assert harmless("a|b &amp; c_d") == "a&#124;b &#38; c&#95;d"
