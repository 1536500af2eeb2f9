"""Code in posts: folded under its figure, once, and quoted by name."""

import re
from html import unescape
from pathlib import Path

import pytest

from reportgen.engine.code import Codes
from reportgen.errors import ReportgenError
from reportgen.freshness.sources import Sources
from reportgen.posts import Post, check_posts, render_posts
from reportgen.posts.marks import text_of
from reportgen.registry import Graph
from tests.posts.conftest import Kramdown
from tests.posts.world import make_project, make_world

SOURCE = '''@artifact
def denoiser(*, sigma=0.5):
    """Says {{ x }}, {% y %} & <b>."""

    return "```" if 1 < 2 else {"a": 1}


def figure_b_1b(denoiser):
    return Curve(denoiser["loss"])


def figure_b_1e(denoiser):
    return Table()
'''
DENOISER = SOURCE.split("\n\n\n")[0]


def render(root: Path, body: str) -> Post:
    (root / "experiments").mkdir()
    (root / "experiments/part_b.py").write_text(SOURCE)
    world = make_world(root / "drawn")
    world.codes = Codes(root, Sources(root), "https://github.com/ann/blog")
    text = f"---\ntitle: A\n---\n{body}"
    return render_posts(make_project(root, {"2024-11-19-a-post.md": text}), world)[0]


def test_every_figure_has_its_code_once(tmp_path: Path, kramdown: Kramdown) -> None:
    post = render(tmp_path, '<%= figure("B.1b") %>\n\n<%= figure("B.1e") %>\n')
    for page in (post.html, kramdown(post.markdown.split("---\n", 2)[2])):
        folded = re.findall(r'<details class="src">.*?</details>', page, re.DOTALL)
        first, second = (text_of(unescape_liquid(part)) for part in folded)
        assert DENOISER in first
        assert SOURCE.split("\n\n\n")[1] in first
        assert "denoiser, experiments/part_b.py:1" in first
        assert SOURCE.split("\n\n\n")[2].strip() in second
        assert "denoiser: as in Figure 1" in second
        assert DENOISER not in second
        assert '<span class="k">def</span> <span class="nf">denoiser</span>' in page


def unescape_liquid(page: str) -> str:
    return page.replace("&#10;", "\n")


def test_code_is_quoted_by_name(tmp_path: Path, kramdown: Kramdown) -> None:
    post = render(tmp_path, 'See:\n\n<%= code("experiments.part_b.denoiser") %>\n\nThat is all.\n')
    for page in (post.html, kramdown(post.markdown.split("---\n", 2)[2])):
        [block] = re.findall(r"<pre.*?</pre>", page, re.DOTALL)
        assert unescape(re.sub(r"<[^>]+>", "", block)).strip() == DENOISER
        assert "<p>That is all.</p>" in page


def test_code_that_is_gone_fails_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments/part_b.py").write_text(SOURCE)
    body = "---\ntitle: A\n---\nText.\n\n<%= code('experiments.part_b.denoise') %>\n"
    project = make_project(tmp_path, {"2024-11-19-a-post.md": body})
    with pytest.raises(ReportgenError, match=r"a-post\.md:6:.*has no 'denoise'"):
        check_posts(project, Graph([]))
