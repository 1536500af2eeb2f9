"""A hand-written post is adopted: prose as it was, images as figures, the same page from Jekyll."""

import html
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.cli import run
from tests.conftest import ProjectFolder

POST = r"""---
title: "Hello: a post"
tags: [a, b]
layout: post
---

As Figure 2 and fig. 1 show, it costs $5 and $6;
inline $$x_i^2$$ and \\( y\_j \\) is maths, `$PATH` and <%x.

![The loss of the run]({{ site.baseurl }}/assets/img/Loss_Curve.png)

*Figure 1: Loss over **steps**.*

<figure>
  <img src="/assets/img/hist.png" alt="Two histograms">
  <figcaption>Figure 2. Histograms with $$ \sigma $$.</figcaption>
</figure>

$$
\int_0^1 x\,dx = \frac12
$$

<figure class="wide">
<img src="/assets/img/hist.png" alt="The same">
<p><b>Figure 3:</b> See <a href="https://a.org/b_c">it</a>, a_b, {x}, $5, $6, <code>a_b</code>.</p>
</figure>

<figure><img src="/assets/img/hist.png" alt="x">
<figcaption>As <a href="{{ site.baseurl }}/about/">said</a>.</figcaption></figure>

Inline ![icon](/assets/img/hist.png) stays. {{ site.title | upcase }} \_not emphasis\_ -- "quotes"

```python
x = "$5"  # Figure 1 <% y
```

![](/assets/img/hist.png){: width="50%"}

- a list with Figure 2
- ![x](/assets/img/lost.png) and Figure 9
"""
FILES = {
    "_config.yml": "title: My blog\ntheme: minima\npermalink: /:title/\n",
    "_posts/2024-03-02-Hello_World.md": POST,
}


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "blog"
    ProjectFolder(folder).write(FILES)
    (folder / "_posts/2024-03-02-Hello_World.md").write_text(POST, encoding="utf-8")
    (folder / "assets/img").mkdir(parents=True)
    for name in ("Loss_Curve", "hist"):
        noise = np.random.default_rng(len(name)).integers(0, 255, (40, 60, 3), np.uint8)
        Image.fromarray(noise).save(folder / f"assets/img/{name}.png")
    return folder


def jekyll(site: Path, out: Path) -> str:
    """The words of the post's page but for its figures, formulas as TeX."""
    command = ["jekyll", "build", "-q", "-d", str(out)]
    done = subprocess.run(command, cwd=site, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (out / "Hello_World/index.html").read_text("utf-8")
    body = page[page.index("<article") : page.index("</article>")]
    body = re.sub(r"(?s)<(script|style|figure|math)\b.*?</\1>|\\\(.*?\\\)|\\\[.*?\\\]", "", body)
    body = re.sub(r"(?s)<p><img[^>]*>\s*</p>\s*(<p><em>.*?</em></p>)?", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).replace("\xa0", " ").split())


def test_the_page_of_an_adopted_post_has_the_same_words(
    blog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = jekyll(blog, tmp_path / "old")
    assert run(["new", "p", "--blog", "blog", "--example", "none"]) == 0
    monkeypatch.chdir(tmp_path / "p")
    capsys.readouterr()
    assert run(["adopt", "../blog"]) == 0
    out, err = capsys.readouterr()
    assert out.split() == [
        "templates/posts/2024-03-02-hello-world.md",
        "experiments/hello_world.py",
    ]
    old = blog / "_posts/2024-03-02-Hello_World.md"
    assert old.read_text("utf-8") == POST
    for told in (
        "Line 31: the image '/assets/img/hist.png' stays as it is: it stands within other text.",
        "Line 37: the image '/assets/img/hist.png' stays as it is: it has no caption.",
        "the image '/assets/img/lost.png' stays as it is",
        "the image '/assets/img/hist.png' stays as it is: its caption has Liquid",
        "git rm ../blog/_posts/2024-03-02-Hello_World.md",
    ):
        assert told in err
    old.unlink()
    assert run(["build"]) == 0
    after = jekyll(blog, tmp_path / "new")
    assert after.replace("Figure 2 and Figure 1", "Figure 2 and fig. 1") == before
    page = html.unescape((tmp_path / "new/Hello_World/index.html").read_text("utf-8"))
    assert "Loss over <strong>steps</strong>." in page
    assert 'See <a href="https://a.org/b_c">it</a>, a_b, {x}, $5, $6, <code>a_b</code>.</p>' in page
    assert 'id="fig-hist"' in page
    assert run(["adopt", "../blog/_config.yml"]) == 2


def test_adopting_twice_changes_nothing(
    blog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(blog)
    run(["new"])
    assert run(["adopt", "_posts"]) == 0
    source = blog / "_templates/posts/2024-03-02-hello-world.md"
    text = source.read_text("utf-8")
    assert 'run.input("assets/img/hist.png")' in (blog / "_experiments/hello_world.py").read_text()
    capsys.readouterr()
    assert run(["adopt", "_posts"]) == 0
    assert "is there already; the post was left alone" in capsys.readouterr().err
    assert source.read_text("utf-8") == text


def test_a_folder_without_posts(
    project: ProjectFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    assert run(["adopt", "experiments"]) == 2
    assert "There is no post in 'experiments'." in capsys.readouterr().err
