"""A blog with MathJax or KaTeX may write what only they know; the preview shows it as TeX."""

import re
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts import render_posts
from tests.posts.conftest import Kramdown
from tests.posts.world import make_project, make_world, markdown_body, render_body, render_text

HERE = "templates/posts/2024-11-19-a-post.md"
FIRST = 4  # the line of the file on which a body begins


def test_a_macro_of_the_blogs_own_is_a_warning_and_code(kramdown: Kramdown, tmp_path: Path) -> None:
    post = render_text(tmp_path, "Two\n$\\KL{p}{q}$ and $x_t$.", math="tex")
    assert post.warnings == (
        f"{HERE}:{FIRST + 1}: Unknown TeX macro '\\KL'. The preview shows this formula as TeX.",
    )
    assert re.search(r"<code[^>]*>&#92;KL&#123;p&#125;&#123;q&#125;</code>", post.html)
    assert "<msub><mi>x</mi><mi>t</mi></msub>" in post.html
    assert r"\(\KL{p}{q}\)" in kramdown(markdown_body(post))


def test_a_numbered_equation_keeps_its_number_and_anchor(tmp_path: Path) -> None:
    body = "See <%= eqref('kl') %>.\n\n$$\n\\KL{p}{q}\n$$ {#eq-kl}\n"
    post = render_text(tmp_path, body, math="tex")
    assert [warning.split(": ")[0] for warning in post.warnings] == [f"{HERE}:{FIRST + 3}"]
    assert re.search(
        r'<div [^>]*id="eq-kl"[^>]*><code>.*</code><span class="no">\(1\)</span>', post.html
    )


def test_in_a_caption_and_in_a_heading(tmp_path: Path) -> None:
    world = make_world(tmp_path / "drawn")
    world.change("B.1c", caption="By $\\KL{p}{q}$.")
    body = '## The $\\KL{p}{q}$\n\n<%= ref("B.1c") %>\n\n<%= figure("B.1c") %>\n'
    text = {"2024-11-19-a-post.md": f"---\ntitle: A post\n---\n{body}"}
    post = render_posts(make_project(tmp_path, text, math="tex"), world)[0]
    assert [warning.split(": ")[0] for warning in post.warnings] == [
        f"{HERE}:{FIRST}",
        f"{HERE}:{FIRST + 4}",
    ]
    assert len(re.findall(r"<code[^>]*>&#92;KL", post.html)) == 2
    shown = r"&#92;(&#92;KL&#123;p&#125;&#123;q&#125;&#92;)."
    assert f'By <span style="white-space:nowrap">{shown}</span>' in post.markdown


@pytest.mark.parametrize("math", ["mathml", "tex"])
def test_braces_must_match_in_either_way_of_writing(math: str, tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="A brace never closes"):
        render_text(tmp_path, "$\\KL{p$", math=math)


def test_what_both_know_gives_no_warning(tmp_path: Path) -> None:
    body = '$\\hat{x}_t$, <%= ref("B.1a") %>\n\n<%= figure("B.1a") %>\n'
    assert render_body(tmp_path, body, math="tex").warnings == ()
