"""The preview shows what Jekyll will show: the same Markdown, two parsers, one DOM."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.posts.conftest import Kramdown
from tests.posts.dom import dom
from tests.posts.world import markdown_body, render_text

CODE = re.compile(r' class="(?:language-plaintext )?highlighter-rouge"')


def same(html: str) -> list[str]:
    """The DOM without what Jekyll's highlighter adds to code, which the oracle does without.

    The preview's files are beside it, those of the site below its address.
    """
    html = re.sub(
        r'(?s)<div class="language-(\w+) highlighter-rouge"><div class="highlight">'
        r'<pre class="highlight"><code>(.*?)</code></pre></div>\s*</div>',
        lambda m: f"<pre><code{language(m[1])}>{re.sub(r'</?span[^>]*>', '', m[2])}</code></pre>",
        html,
    )
    return dom(CODE.sub("", html.replace('="../..', '="/blog')))


def language(name: str) -> str:
    return "" if name == "plaintext" else f' class="language-{name}"'


CASES = {
    "paragraphs": "One\ntwo.\n\nThree  \nfour, five\\\nsix.",
    "emphasis": "*a* **b** ***c*** _d_ __e__ snake_case_name 2*3*4 ~~gone~~ un*frigging*believable",
    "quotes": "It's \"quoted\" and 'single' -- with --- dashes... '90s and <<guillemets>>.",
    "escapes": r"\* \_ \` \# \$ \[ \] \( \) \< \> \| \~ \: \" \' \\ \- \+ \. \!",
    "entities": "AT&T &amp; &copy; &#124; a < b > c & d",
    "links": '[a](b) [a](b_c_d "T") <https://x.org/a_b> [r][1] ![alt](i.png "t")\n\n[1]: http://y.org',
    "headings": "## A *b* `c`\n\n### D & e\n\ntext\n\n## A *b* `c`\n\ntext",
    "setext": "A title\n-------\n\ntext",
    "given id": "## A title {#mine}\n\ntext",
    "heading with math": "## The $x_t$ of *it*\n\ntext",
    "lists": "- a\n- b\n  - c\n    - d\n  - e\n- f\n\n1. g\n2. h\n   - i\n   - j\n3. k",
    "loose list": "- a\n\n- b\n\n  more of b\n\n- c",
    "list after text": "Text:\n- a\n- b\n\nmore\n1. c\n2. d",
    "list of code": "- a\n  ```python\n  x = 1\n\n  y = 2\n  ```\n- b",
    "star list": "* a\n* b\n    * c\n    * d\n* e",
    "lazy item": "- a\nb\n- c\n  d",
    "tasks": "- [ ] a\n- [x] b",
    "quote": "> a\n> b\n>\n> c\n\nd",
    "quote with list": "> - a\n> - b\n>\n> c",
    "fences": "```\nplain $x$ | {{ y }}\n```\n\n~~~ruby\nputs 1\n~~~\n\n```python\n# $a$\n```",
    "indented code": "a\n\n    code *x*\n      more\n\nb",
    "rule": "a\n\n---\n\nb\n\n***\n\nc",
    "table": "| a | b |\n|---|--:|\n| 1 | *2* |\n| `x` | $|y|$ |\n\nafter",
    "table without edges": "a | b\n--|--\n1 | 2",
    "html": '<div class="a">\n<p>raw *x* | $y$</p>\n</div>\n\nH<sub>2</sub>O, '
    "<kbd>Ctrl</kbd> <b>x *y*</b>",
    "comment": "a\n\n<!-- hidden | $x$ -->\n\nb",
    "details": "<details><summary>More</summary><p>Text</p></details>\n\nafter",
    "footnotes": "a[^1] b[^note]\n\n[^1]: One $x$.\n[^note]: Two.",
    "definitions": "term\n: what it *is*\n\nother\n: else",
    "abbreviations": "The HTML page.\n\n*[HTML]: HyperText",
    "inline code": "`a` ``b ` c`` `$x$` `{{ y }}` `a|b`",
    "maths": "$x$ and $y_1$ | $z^*$\n\n$$\na = b\n$$\n\n"
    "then $$c$$ inline\n\n- $d$ in a list\n- $$e$$",
    "classes": "text\n{: .lead}\n\n![a](b.png){: .wide}",
    "dollars": "costs $5 and \\$6, or $7.50.",
    "liquid": "{{ site.baseurl }}/x and {{ other }} and {% unknown %}",
}


@pytest.mark.parametrize("name", CASES)
def test_one_construct(name: str, kramdown: Kramdown, tmp_path: Path) -> None:
    post = render_text(tmp_path, CASES[name] + "\n")
    assert same(post.html.replace("../..", "/blog")) == same(kramdown(markdown_body(post)))


words = st.sampled_from(
    [
        "one",
        "*two*",
        "`three`",
        "$x_1$",
        "$|y|$",
        "it's",
        "a | b",
        "**four five**",
        "[l](u)",
        "_six_",
    ]
)
line = st.lists(words, min_size=1, max_size=4).map(" ".join)
listing = st.lists(
    st.tuples(st.sampled_from(["- ", "  - ", "- ", "    - "]), line).map("".join),
    min_size=1,
    max_size=5,
).map(lambda lines: "\n".join(["- first", *lines]))
blocks = st.one_of(
    line,
    st.lists(line, min_size=2, max_size=3).map("\n".join),
    listing,
    line.map(lambda t: f"## {t}\n\nbelow"),
    line.map(lambda t: f"> {t}"),
    line.map(lambda t: f"1. {t}\n2. b"),
    st.just("```python\nx = {'a': 1}\n```"),
    st.just("$$\na_1 = b\n$$"),
    line.map(lambda t: f"text\n- {t}"),
    line.map(lambda t: f"- {t}\n\n  {t}"),
    line.map(lambda t: f"- a\n  ```\n  code\n  ```\n- {t}"),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.lists(blocks, min_size=1, max_size=5).map("\n\n".join))
def test_random_documents(document: str, kramdown: Kramdown) -> None:
    with TemporaryDirectory() as folder:
        post = render_text(Path(folder), document + "\n")
    assert same(post.html) == same(kramdown(markdown_body(post)))
