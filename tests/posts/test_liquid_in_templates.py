"""Liquid in a template reaches Jekyll as it is written; braces that are none are text."""

import re
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts import figures_of
from tests.posts.conftest import Kramdown
from tests.posts.world import make_project, markdown_body, render_text

UNTOUCHED = [
    "Hello {{ site.title | upcase }} and [home]({{ '/about/' | relative_url }}).",
    "![A pixel]({{ '/assets/img/a.png' | relative_url }})",
    '<img src="{{ \'/a.png\' | prepend: site.baseurl }}" alt="A">',
    "- item {{ page.title | default: \"a|b\" | replace: '<i>', '$x$' }}",
    "A {% raw %}{{ b }} | {% c %}{% endraw %}.",
    '[a]({% post_url 2024-01-01-a %}) {% include figure.html src="a|b" %}',
    "{% assign n = 3 | plus: 1 %}{{ n }} {% for p in site.posts limit: 2 %}{{ p.url }}{% endfor %}",
    "{%- comment -%} {{ x }} {%- endcomment -%}",
    "{% raw %}`{{ x }}`{% endraw %}",
    "{% highlight sh %}\n# no heading\n\nA=$B | cat $C  # $x$ | a_b\n\n## none\n{% endhighlight %}",
    "- a\n  {% highlight python linenos %}\n  a < b | c  # *d*\n  {% endhighlight %}\n- b",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_liquid(text: str, tmp_path: Path) -> None:
    assert text in markdown_body(render_text(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["{{ braces }}", "{% percent %}", "{{", "a {%", "{{ }}", "`{{ site.x }}`"]
)
def test_what_is_none(text: str, kramdown: Kramdown, tmp_path: Path) -> None:
    html = kramdown(markdown_body(render_text(tmp_path, f"So {text} it is.")))
    assert text.strip("`") in html.replace("&#123;", "{").replace("&#125;", "}")


def test_a_heading_between_code_with_liquid(tmp_path: Path) -> None:
    text = "```python\n{% a %}\n```\n\n## B\n\n```diff\n{% c %}\n```\n"
    assert "## B {#b}" in markdown_body(render_text(tmp_path, text))


def test_a_table_with_liquid_in_it(kramdown: Kramdown, tmp_path: Path) -> None:
    body = "| a | b |\n|---|---|\n| {{ site.baseurl | upcase }} | p(x\\|y) |\n"
    assert "<td>/BLOG</td>" in kramdown(markdown_body(render_text(tmp_path, body)))


def test_the_tags_of_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "site" / "_plugins").mkdir(parents=True)
    (tmp_path / "site" / "_plugins" / "cite.rb").write_text("")
    assert "{% cite ho %}" in markdown_body(render_text(tmp_path, "As {% cite ho %} says."))


def test_the_preview_shows_what_jekyll_highlights_as_code(tmp_path: Path) -> None:
    text = "{% highlight sh %}\n# no heading\n\nA=$B < $C\n{% endhighlight %}"
    html = render_text(tmp_path, text).html
    assert "<pre><code># no heading\n\nA=$B &lt; $C\n</code></pre>" in html


def test_the_preview_shows_what_only_jekyll_can_do(tmp_path: Path) -> None:
    html = render_text(tmp_path, "{{ site.title | upcase }} and {% raw %}{{ b }}{% endraw %}").html
    assert "<table" not in html
    assert re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), html).count("{{") == 2


@pytest.mark.parametrize(
    ("config", "layouts", "written"),
    [
        ("title: t", ["post"], True),
        ("title: t", ["single"], False),
        ("title: t", [], False),
        ("theme: minima", [], True),
        ("remote_theme: mmistakes/minimal-mistakes", [], False),
        ("defaults: [{scope: {path: '', type: posts}, values: {layout: single}}]", ["post"], False),
    ],
)
def test_the_layout_of_a_blog(
    config: str, layouts: list[str], written: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "site" / "_layouts"
    folder.mkdir(parents=True)
    (tmp_path / "site" / "_config.yml").write_text(config)
    for name in layouts:
        (folder / f"{name}.html").write_text("{{ content }}")
    post = render_text(tmp_path, "Text.")
    assert ("layout: post" in post.markdown) == written


def test_an_unknown_filter_is_found_without_running(tmp_path: Path) -> None:
    text = "---\ntitle: F\n---\n\nx <%= walk.last | rond(1) %>\n"
    project = make_project(tmp_path, {"2024-01-01-f.md": text})
    with pytest.raises(ReportgenError, match="rond") as caught:
        figures_of(project.posts_dir / "2024-01-01-f.md", tmp_path)
    assert str(caught.value.place) == "templates/posts/2024-01-01-f.md:5:19"
    assert "Did you mean 'round'" in str(caught.value)
