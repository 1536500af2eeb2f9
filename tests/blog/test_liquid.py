"""Liquid's constructs, as Liquid cuts them, in time that grows with the text alone."""

import pytest

from reportgen.blog.liquid import tokens
from reportgen.posts.liquid import hushed, resolve

CUTS = {
    "{{ a | b }}": [("output", "", "a | b")],
    "{{- a -}}": [("output", "", "a")],
    "{%- if a -%}": [("tag", "if", "a")],
    "{% %}": [("tag", "", "")],
    "{%if%}": [("tag", "if", "")],
    "{%- raw -%}{{ a }}{% endraw %}": [("raw", "raw", "{{ a }}")],
    "{% comment %}{% if %}{% endcomment %}": [("comment", "comment", "{% if %}")],
    "{% raw %}{{ a }}": [("tag", "raw", ""), ("output", "", "a")],
    "{{ a } }}": [("unclosed", "", "{{")],
    "{{ a": [("unclosed", "", "{{")],
    "{% a": [("unclosed", "", "{%")],
    "{ { a } }": [],
}
SIGNS = ("{{", "{%", "{% raw %}", "{% comment %}", "{% highlight a %}", "{{ a }", "{% endraw ")


@pytest.mark.parametrize("text", CUTS)
def test_constructs_are_cut_as_liquid_cuts_them(text: str) -> None:
    assert [(token.kind, token.name, token.body) for token in tokens(text)] == CUTS[text]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_megabyte_of_one_sign_is_read_once(sign: str) -> None:
    count = 2**20 // len(sign)
    assert sum(1 for _ in tokens(sign * count)) == count
    assert hushed(sign * count) == sign * count
    assert "<pre>" not in resolve(sign * count, "")


def test_highlighted_code_is_shown_as_code_and_hushed_for_kramdown() -> None:
    text = "a\n{% highlight py %}\n# b < {{ c }}\n{% endhighlight %}\nd"
    assert "<pre><code># b &lt; " in resolve(text, "")
    assert [len(line) for line in hushed(text).split("\n")] == [len(x) for x in text.split("\n")]
    assert "#" not in hushed(text)
    assert hushed("{% raw %}" + text + "{% endraw %}") == "{% raw %}" + text + "{% endraw %}"
