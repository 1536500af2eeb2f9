"""Figures and formulas in every construct: published as the preview shows them, or refused."""

import re
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from tests.posts.conftest import Kramdown
from tests.posts.dom import text_of
from tests.posts.test_preview_equals_kramdown import same
from tests.posts.world import markdown_body, render_body

FIGURE = '<%= figure("B.1b") %>'
OPTION = '{::options parse_block_html="true" /}'
PLACES = {
    "HTML that is Markdown": (f"{OPTION}\n\n<div>\n*a*\n\n{FIGURE}\n\n*b*\n</div>", "<div>"),
    "a list where HTML is": (f"{OPTION}\n\n- a\n\n  {FIGURE}\n\n  *b*\n- c", "<ul>"),
    "numbered list": (f"1. one\n\n   {FIGURE}\n\n2. two\n3. three", "<ol>"),
    "tight list": (f"- one\n  {FIGURE}\n- two", "<ul>"),
    "first in an item": (f"* {FIGURE}\n* two", "<ul>"),
    "after words in an item": (f"- x {FIGURE} y\n- z", "<ul>"),
    "nested list": (f"- a\n  1. b\n\n     {FIGURE}\n\n     c\n- d", "<ol>"),
    "quote": (f"> a\n>\n> {FIGURE}\n>\n> b", "<blockquote>"),
    "quote in a list": (f"- a\n\n  > {FIGURE}\n\n- b", "<blockquote>"),
    "footnote": (f"a[^1]\n\n[^1]: b\n\n    {FIGURE}\n\n    c", '<li id="fn:1" role="doc-endnote">'),
    "definition": (f"a\n: b\n\n  {FIGURE}", "<dd>"),
    "details": (f'<details markdown="1">\n{FIGURE}\n</details>', "<details>"),
    "grid": (f'<div class="grid" markdown="1">\n\n{FIGURE}\n\n</div>', '<div class="grid">'),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_figure_stands_in(place: str, kramdown: Kramdown, tmp_path: Path) -> None:
    body, around = PLACES[place]
    post = render_body(tmp_path, body + "\n")
    published = kramdown(markdown_body(post)).replace('="/blog', '="../..')
    found = same(post.html)

    assert found == same(published)
    figure = found.index(next(part for part in found if part.startswith("<figure ")))
    closing = f"</{around[1:].split()[0].rstrip('>')}>"
    assert found.index(around) < figure < len(found) - found[::-1].index(closing)


REFUSED = {
    "a table's cell": f"| a | b |\n|---|---|\n| {FIGURE} | c |",
    "a heading": f"## A {FIGURE}\n\nb",
    "a term": f"a {FIGURE}\n: b",
    "here": f"```\n{FIGURE}\n```",
}


@pytest.mark.parametrize("place", REFUSED)
def test_a_figure_is_refused_by_name_in(place: str, tmp_path: Path) -> None:
    with pytest.raises(
        ReportgenError, match=r"a-post\.md:\d+:\d+: Figure 'B.1b' cannot stand"
    ) as error:
        render_body(tmp_path, REFUSED[place] + "\n")
    assert place in str(error.value)


CONTAINERS = {
    "HTML that is Markdown": (f"{OPTION}\n\n<div>\n\n", "\n\n*b*\n</div>"),
    "loose list": ("- a\n\n  ", "\n\n- b"),
    "tight list": ("- a\n  ", "\n- b"),
    "first in an item": ("1. ", "\n2. b"),
    "nested list": ("- a\n  - b\n\n    ", "\n\n    c"),
    "quote": ("> a\n>\n> ", "\n>\n> b"),
    "list in a quote": ("> - a\n>\n>   ", "\n>\n> - b"),
    "footnote": ("a[^1]\n\n[^1]: b\n\n    ", "\n\n    c"),
    "definition": ("a\n: b\n\n  ", "\n\nc"),
    "details": ('<details markdown="1">\n', "\n</details>"),
    "grid": ('<div class="grid" markdown="1">\n<div markdown="1">\n', "\n</div>\n</div>"),
    "table cell": ("| a | b |\n|---|---|\n| ", " | c |"),
}
CONSTRUCTS = {
    "numbered formula": ("$$\na = b\n$$ {#eq-a}", '<div class="eq rg-eq" id="eq-a"'),
    "align": (
        "$$\n\\begin{align}\na &= b \\label{eq-a} \\\\\nc &= d\n\\end{align}\n$$",
        'id="eq-a"',
    ),
    "figure": (FIGURE, '<figure class="rg'),
    "table": ('<%= table("B.1e") %>', "<th"),
    "claim": ("<% claim denoiser.test_psnr > 20 %>better<% endclaim %>", "better"),
    "reference": ('<%= ref("B.1a") %>', 'href="#fig-b-1a">Figure'),
    "value": ("<%= denoiser.test_psnr | db %>", ">20.8"),
}
NOT_IN_CELLS = {
    "numbered formula": "must stand on lines of its own",
    "align": "must stand on lines of its own",
    "figure": "Figure 'B.1b' cannot stand in a table's cell",
    "table": "Table 'B.1e' cannot stand in a table's cell",
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_in_a_container(
    construct: str, container: str, kramdown: Kramdown, tmp_path: Path
) -> None:
    written, mark = CONSTRUCTS[construct]
    before, after = CONTAINERS[container]
    margin = re.sub(r"[^\s>]", " ", before.rpartition("\n")[2])
    if container == "table cell":
        written = written.replace("\n", " ")
    see = '\n\nSee <%= eqref("a") %>.' if "eq-a" in written else ""
    body = before + written.replace("\n", f"\n{margin}") + after + see
    body = f'<%= figure("B.1a") %>\n\n{body}\n'
    if container == "table cell" and construct in NOT_IN_CELLS:
        with pytest.raises(ReportgenError, match=r"a-post\.md:\d+:\d+: ") as error:
            render_body(tmp_path, body)
        assert NOT_IN_CELLS[construct] in str(error.value)
        return
    post = render_body(tmp_path, body)
    published = kramdown(markdown_body(post)).replace('="/blog', '="../..')

    assert same(post.html) == same(published)
    assert mark in published
    assert ('href="#eq-a">equation' in published) == bool(see)
    assert "$" not in text_of(published)
    assert "&lt;" not in published.partition("<pre")[0]


FORMULAS = {
    "details": '<details markdown="1">\n$x_1$ and `{{ a }}` | b\n\n$$\na = b\n$$\n</details>',
    "footnote": "a[^1]\n\n[^1]: $y_1$\n\n    $y_2$\n\n    $$\n    a = b\n    $$\n\n"
    "        $x$ {{ y }}",
    "definition": "term\n: def $z$\n\n  more $w$",
    "code in a list": "- an item\n\n      echo $x^2$ and {{ name }} here",
    "code in a quote": "> quoted\n>\n>     echo $y^2$ and {{ name }} there",
    "fence in a list": "1. a\n   ```\n   $x$ {{ y }}\n   ```\n2. b $x$",
    "table": "| a | $p(x|y)$ |\n|---|---|\n| `x|y` | $|z|$ |",
    "heading": "## 2x faster\n\na\n\n## 3D $x_t$ plots\n\nb\n\n> ### In a quote\n>\n> c",
    "attributes": "{: .lead}\na $x$\n\n> b\n{: .info}\n\n* toc\n{:toc}\n\n## c\n\nd",
}


@pytest.mark.parametrize("place", FORMULAS)
def test_formulas_and_code_are_published_as_shown_in(
    place: str, kramdown: Kramdown, tmp_path: Path
) -> None:
    post = render_body(tmp_path, FORMULAS[place] + "\n")
    shown = same(post.html)

    assert shown == same(kramdown(markdown_body(post)))
    text = "".join(part for part in shown if not part.startswith("<"))
    assert ("$" in text) == ("echo" in text or "{{ y }}" in text)
    assert "&#123;" not in text


def test_headings_have_the_ids_of_the_page(tmp_path: Path) -> None:
    post = render_body(tmp_path, FORMULAS["heading"] + "\n")
    for heading in post.headings:
        assert f'id="{heading.id}"' in post.html
    assert post.headings[0].id == "2x-faster"
