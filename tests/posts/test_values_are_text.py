"""A value shows as itself in prose, tables, captions, code and formulas; Jekyll is the judge."""

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.blog.escape import escape
from reportgen.posts import render_posts
from reportgen.posts.marks import without_marks
from tests.posts.conftest import Kramdown
from tests.posts.world import make_project, make_world, markdown_body

HOSTILE = [
    "<unk>", "<s>", "</p>", "<!-- x", "a|b", "|", "2*3*4", "**b**", "_a_ b_c_d", "`x", "``",
    "$5 and $6",
    "[x](javascript:alert(1))", "![i](a.png)", "# Heading", "- item", "1. one", "1.",
    "> quote", ": x",
    "    code", "a\n\n# b\n- c", "{{ site.title }}", "{% for x in y %}", "{% raw %}",
    "a &lt; b", "&amp;",
    "\\*", "~~x~~", "^x^", "a -- b ... 'c' \"d\"", "{: .class}", "{::options /}", "[^1]",
    "$$x$$", "<%= x %>",
    "http://a.b/c?d=e_f", "(c) (r)", "*[HTML]: x", "x \\\\", "=====", "---", "***", "~~~",
    "+ x", "a  b",
]  # fmt: skip
SHAPES = [
    "{}",
    "Text {} and more.",
    "- item {}",
    "> {}",
    "## Heading {}",
    "| a | b |\n|---|---|\n| {} | c |",
    "**{}** and [{}](https://example.org)",
    '<div title="{}">\n<p>{}</p>\n</div>',
]


def shown(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_is_text(shape: str, kramdown: Kramdown) -> None:
    many = "\n\n".join(shape.replace("{}", escape(text)) for text in HOSTILE)
    plain = "\n\n".join(shape.replace("{}", f"word{i}x") for i in range(len(HOSTILE)))
    html, expected = kramdown(many), kramdown(plain)
    assert names(html) == names(expected)
    words = text_of(expected)
    for i, text in enumerate(HOSTILE):
        words = words.replace(f"word{i}x", text)
    assert shown(text_of(html)) == shown(words)
    assert not re.search(r"\{[{%]", many)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html))


def names(html: str) -> list[str]:
    return re.findall(r"<(/?\w+)", html)


BODY = """<%= talk.unk %> <%= talk.run %> and `<%= talk.unk %>`, `<%= talk.tick %>`,
$x_{<%= talk.pct %>}$.

<b title="<%= talk.quote %>"><%= talk.unk %></b> <%= talk.rich | markdown %> <%= talk.bold | html %>

```
<%= talk.run %>
<%= talk.fence %>
```

<% macro twice(x) %>**<%= x %>**<% endmacro %><%= twice(talk.star) %> <%= talk.star | upper %>
<% set kept %>*<%= talk.star %>*<% endset %><%= kept %> <%= "a*b*" if talk.star else "" %>
<%= talk.unk | e %> ![An <%= talk.unk %>](/a.png "<%= talk.unk %>")

<%= figure("B.1c", caption="Of *" ~ talk.braces ~ "*, " ~ talk.star ~ ", " ~ ref("B.1c")) %>

<%= figure("B.1b", caption=talk.star) %>
"""
TALK = {
    "unk": "<unk>", "run": "{% for x in y %}{{ x }}", "tick": "a`b", "pct": "50 %",
    "quote": '"><i>',
    "rich": "**r**", "bold": "<b>x*y*</b> {{ z }}", "fence": "```\n# out", "star": "2*3*4",
    "braces": "[a](b) {x} $y$",
}  # fmt: skip


def test_everywhere_in_a_post(kramdown: Kramdown, tmp_path: Path) -> None:
    world = make_world(tmp_path / "drawn")
    world.artifact("talk", TALK)
    posts = {"2024-11-19-a-post.md": f"---\ntitle: A post\n---\n\n{BODY}"}
    [post] = render_posts(make_project(tmp_path, posts), world)
    html = kramdown(markdown_body(post))
    text = shown(text_of(html))
    assert "<unk> {% for x in y %}{{ x }} and <unk> , a`b ," in text
    assert "Of [a](b) {x} $y$ , 2*3*4 ," in text
    assert "Figure 2 2*3*4 " in text
    html, page = without_marks(html), without_marks(post.html)
    assert html.count("<strong>") == 2
    assert "<strong>r</strong> <b>x*y*</b> {{ z }}" in unescape(html)
    assert "<strong>2*3*4</strong> 2*3*4" in unescape(html)
    assert "<em>2*3*4</em> a*b*\n<unk>" in unescape(html)
    assert "{% for x in y %}{{ x }}\n```\n# out" in unescape(html)
    assert "<h1" not in html
    assert 'title=""><i>"' in unescape(html)
    assert '"An <unk>" title="<unk>"' in unescape(html)
    assert text_of(page).split() == text_of(html).split()


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co"])))
def test_escaped_text_reads_the_same(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not re.search(r"[<>\"'`*_|$\[\]{}\\~^=]", escape(text))
