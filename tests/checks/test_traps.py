"""The traps of kramdown: a rule fires exactly where the real parser mangles the text."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.blog.blog import Blog
from reportgen.checks.formulas import formulas
from reportgen.checks.post import Post
from tests.checks.conftest import HEAD, NOW, BlogFolder
from tests.kramdown import Kramdown

RulesOf = Callable[..., list[str]]


def has(pattern: str) -> Callable[[str], bool]:
    """Whether the HTML has something that it must not have."""
    return lambda html: re.search(pattern, html, re.DOTALL) is not None


def lacks(text: str) -> Callable[[str], bool]:
    """Whether the text of the page has lost something that it must have."""
    return lambda html: text not in unescape(re.sub(r"<[^>]*>", "", html))


TABLE = has("<table>")
TRAPS = [
    ("pipe-table", "The density $p(x|y)$ is known.", TABLE),
    ("pipe-table", "The norm $||x||$ is one.", TABLE),
    ("pipe-table", "The density $$p(x|y)$$ is known.", TABLE),
    ("pipe-table", "- first\n- the density $p(x|y)$", TABLE),
    ("pipe-table", "> the density $p(x|y)$", TABLE),
    ("pipe-table", "![a|b](c.png)", TABLE),
    ("pipe-table", "[Code](a) | [Paper](b)", TABLE),
    ("pipe-table", "one | two\nthree | four", TABLE),
    ("pipe-table", "The density $p(x|y)$ is\nknown.", TABLE),
    ("pipe-table", "Known is\nthe density $p(x|y)$.", TABLE),
    ("pipe-table", "## The density $p(x|y)$", TABLE),
    ("pipe-table", "The density `p(x|y)` is known.", TABLE),
    ("pipe-table", "<p>The density $p(x|y)$ is known.</p>", TABLE),
    ("pipe-table", "The density $$p(x \\mid y)$$ is known.", TABLE),
    ("pipe-table", "$$p(x|y)$$", TABLE),
    ("pipe-table", "# One\na | b", TABLE),
    ("pipe-table", "A \\| in the text.", TABLE),
    ("pipe-table", "A <em>a|b</em> in the text.", TABLE),
    ("maths-mangled", r"$\hat{x}_{t}$ and $\bar{a}_{t}$", lacks(r"$\hat{x}_{t}$")),
    ("maths-mangled", r"only $\hat{x}_{t}$ here", lacks(r"$\hat{x}_{t}$")),
    ("maths-mangled", "$a^*$ and $b^*$", lacks("$a^*$")),
    ("maths-mangled", "only $a^*$ here", lacks("$a^*$")),
    ("maths-mangled", r"$\{1\}$", lacks(r"$\{1\}$")),
    ("maths-mangled", r"$a \\ b$", lacks(r"$a \\ b$")),
    ("maths-mangled", r"$a\_b$, $w^\*$, $p(x \| y)$", lacks("$a_b$, $w^*$, $p(x | y)$")),
    ("maths-mangled", r"$\\{a\\}$ and $\mathbf\{x\}$", lacks(r"$\{a\}$ and $\mathbf{x}$")),
    ("maths-mangled", r"$a \! b$", lacks(r"$a \! b$")),
    ("maths-mangled", "$a_1, ..., a_n$", lacks("$a_1, …, a_n$")),
    ("maths-mangled", r"$\left\{x\right\}$", lacks(r"\left\{")),
    ("maths-mangled", r"\begin{align} a &= b \\\ c &= d \end{align}", lacks(r"b \\ c")),
    ("maths-mangled", r"\begin{align} a &= b \\ c &= d \end{align}", lacks(r"b \\ c")),
    ("maths-mangled", "\\begin{align}\na &= b\n\nc &= d\n\\end{align}", has("<p>c")),
    ("maths-mangled", "$x_t$ and $y_t$", lacks("$x_t$")),
    ("maths-mangled", "$f'(x)$", lacks("$f’(x)$")),
    ("maths-mangled", "$a<b$ and $c>d$", lacks("$a<b$")),
    ("maths-mangled", "$a <b> + c$", lacks("$a <b> + c$")),
    ("maths-mangled", "$a--b = c$", lacks("$a--b = c$")),
    ("maths-mangled", r"$$\hat{x}_{t}$$ and $$\{f'\}$$", lacks(r"\(\hat{x}_{t}\)")),
    ("maths-mangled", "\\begin{align}\na_1 &= b \\\\\nc &= d\n\\end{align}", has("<br")),
    ("maths-mangled", "\\begin{equation}\na_1 = b\n\\end{equation}", has("<br|<em|<table")),
    ("maths-brackets", r"the formula \(x + 1\) here", lacks(r"\(x + 1\)")),
    ("maths-brackets", r"\[x_1 = 2\]", lacks(r"\[x_1 = 2\]")),
    ("maths-brackets", r"the formula \\(x + 1\\) here", lacks(r"\(x + 1\)")),
    ("maths-brackets", r"<p>the formula \(x + 1\) here</p>", lacks(r"\(x + 1\)")),
    ("maths-not-display", "text\n$$\nx = 1\n$$\nmore", has(r"\\\(")),
    ("maths-not-display", "text\n\n$$\nx\n$$\n\nmore", has(r"\\\(")),
    ("maths-not-display", "the line\nholds $$x$$ and\ngoes on", lambda html: False),
    ("maths-unclosed", "text $$x\n\nmore$$ text", has(r"\$\$")),
    ("maths-unclosed", "text $$x$$", has(r"\$\$")),
    ("maths-list-item", "- $$x$$\n- $$y$$", has(r"\\\[")),
    ("maths-list-item", "- \\$$x$$\n- is $$y$$", has(r"\\\[")),
    ("fence-in-html", "<div>\n```python\nx\n```\n</div>", has("```")),
    ("fence-in-html", '<div markdown="1">\n```python\nx\n```\n</div>', has("```")),
    ("fence-in-html", "<details>\n<summary>C</summary>\n\n```\nx\n```\n\n</details>", has("```")),
    ("fence-broken", '```python title="x"\nx\n```', has("<p><code>")),
    ("fence-broken", "```python\nx\n```", has("<p><code>")),
    ("fence-broken", "```python\nx", has("```")),
    ("fence-broken", "~~~ python\nx\n~~~", has("~~~")),
    ("heading-attributes", "## Head {#id .cls}\n\ntext", has(r"h2.*\{")),
    ("heading-attributes", "## Head {: #id}\n\ntext", has(r"h2.*\{")),
    ("heading-attributes", "## Head {#id}\n\ntext", has(r"h2.*\{")),
    ("heading-attributes", "## Head\n{: .cls}\n\ntext", has(r"h2.*\{")),
    ("heading-space", "##Head\n\ntext", has("##")),
    ("heading-space", "## Head\n\ntext", has("##")),
    ("heading-space", "```\n##Head\n```", lambda html: False),
    ("html-indented", "<div>x</div>\n\n    <img src='a.png'>", has("<pre>")),
    ("html-indented", "<div>x\n\n    <img src='a.png'>\n</div>", has("<pre>")),
    ("markdown-in-html", "<div>\n**bold** text\n</div>", has(r"\*\*")),
    ("markdown-in-html", '<div markdown="1">\n**bold** text\n</div>', has(r"\*\*")),
    ("markdown-in-html", "<div>\n\n![a](b.png)\n\n</div>", has(r"!\[")),
    ("table-blank-line", "text\n| a | b |\n|---|---|\n| 1 | 2 |", has(r"<p>[^<]*\|")),
    ("table-blank-line", "text\n\n| a | b |\n|---|---|\n| 1 | 2 |", has(r"<p>[^<]*\|")),
    ("table-blank-line", "## Head\n| a | b |\n|---|---|\n| 1 | 2 |", has(r"<p>[^<]*\|")),
    ("table-formula", "| a | b |\n|---|---|\n| $p(x|y)$ | 2 |", has(r"<td>y\)\$</td>")),
    ("table-formula", "| a | b |\n|---|---|\n| $p(x)$ | 2 |", has(r"<td>y\)\$</td>")),
    ("comment-in-text", "text\n<!-- note -->\nmore", has("<p>text\n<!--")),
    ("comment-in-text", "text\n\n<!-- note -->\n\nmore", has("<p>text\n<!--")),
    ("url-bare", "See https://kramdown.gettalong.org for more.", lambda html: "<a " not in html),
    ("url-bare", "See <https://kramdown.gettalong.org> for more.", lambda html: "<a " not in html),
    ("reference-undefined", "See [the paper][ho].", has(r"\[ho\]")),
    ("reference-undefined", "See [the paper][ho].\n\n[ho]: https://e.org", has(r"\[ho\]")),
    ("reference-undefined", "A note.[^1]", has(r"\[\^1\]")),
    ("reference-undefined", "A note.[^1]\n\n[^1]: Here.", has(r"\[\^1\]")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "mangled"), TRAPS)
def test_a_rule_fires_exactly_where_the_real_parser_mangles(
    kramdown: Kramdown, rules_of: RulesOf, rule: str, text: str, mangled: Callable[[str], bool]
) -> None:
    fires = rule in rules_of(text + "\n", strict=True)

    assert fires == mangled(kramdown.html(text + "\n"))


PIECES = [
    "x", "y", "x_1", "_t", "_{t}", r"\hat{x}", r"\bar", "^*", "^2", "*", "'", '"', r"\{", r"\}",
    r"\\", r"\,", r"\|", "=", "+", "-", "--", "<", ">", "<b>", "&", "&amp;", "(", ")", "[", "]",
    "...", "`", " ", " ", "{", "}", r"\_", "1", "[a](b)",
]  # fmt: skip
WORDS = ["where", "and", "_so_", "**bold**", "it's", "(see)", "a*b", "the `code`", "x_y"]


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """Words and single-dollar formulas, mixed."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        parts.append(draw(st.sampled_from(WORDS)))
        body = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6)))
        parts.append(f"${body.strip()}$" if body.strip() else "nothing")
    return "A " + " ".join(parts) + " end."


def bare(text: str) -> str:
    """Text without backslashes, and with typographic signs as they are typed."""
    for sign, typed in (("\\", ""), ("…", "..."), ("’", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(sign, typed)
    return unescape(text)


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sentences())
def test_a_formula_that_is_not_harmed_is_on_the_page_in_one_piece(
    kramdown: Kramdown, blog: BlogFolder, text: str
) -> None:
    html = kramdown.html(text)
    shown = unescape(re.sub(r"<[^>]*>", "\0", html))
    post = Post(blog.root / "post.md", HEAD + text, Blog(blog.root), NOW)

    for formula in formulas(post):
        if formula.style == "$" and text.count(formula.text) == 1:
            if f"${formula.text}$" in shown:
                assert not formula.harm, formula
            elif not formula.harm:  # all that is gone is what nobody wants there
                assert bare(f"${formula.text}$") in bare(shown), formula
