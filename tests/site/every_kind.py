"""One post with a figure of every media kind, and blogs that show it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from reportgen.media import Table
from reportgen.posts import Post, render_posts
from reportgen.site import write_preview, write_site
from tests.media.gallery import gallery
from tests.posts.world import DENOISER, World, make_project

GENERATED = shutil.ignore_patterns(
    "_posts", "_preview", "_site", ".jekyll-cache", "figures", "reportgen*"
)
THEMES = Path(__file__).with_name("themes")
SLUG = "every-kind"
HEAD = """\
---
title: Every kind of figure
description: A post that shows each of them once.
---
A first paragraph with $\\sigma = 0.5$, a value (<%= denoiser.test_psnr | db %>) and
<%= ref("curve") %>.

$$
x_t = \\sqrt{\\bar\\alpha_t}\\, x_0 + \\sqrt{1 - \\bar\\alpha_t}\\, \\epsilon
$$ {#eq-forward}

## Figures

From <%= eqref("forward") %> follows what we see.
"""
TAIL = """
## Code and a table

```python
def ddpm(model, x, t):
    return model(x, t)  # the predicted noise
```

| sigma | PSNR |
|------:|-----:|
| 0.5   | 20.8 |
| 1.0   | 13.1 |
"""


def make_every_kind(folder: Path, *, dark: bool = True) -> World:
    """The gallery as figures, each with the name of its example for an id."""
    world = World()
    world.artifact("denoiser", DENOISER, sigma=0.5, epochs=5)
    for name, media in gallery().items():
        caption = f"The example *{name}* at $\\sigma = 0.5$, with a caption of more than one line."
        world.figure(
            name, media, folder, caption=caption, inputs=("denoiser",), dark=dark, rate=0.1
        )
    return world


def source() -> str:
    """The post's source; every figure is referred to before it is shown."""
    parts = [HEAD]
    for name, media in gallery().items():
        show = "table" if isinstance(media, Table) else "figure"
        parts.append(f'<%= ref("{name}") %> is next.\n\n<%= {show}("{name}") %>\n')
    return "\n".join([*parts, TAIL])


def make_blog(root: Path, theme: Path, **settings: Any) -> Post:
    """A blog with this theme's files in ``root/site``, its post and the preview of it."""
    shutil.copytree(theme, root / "site", ignore=GENERATED)
    project = make_project(root, {f"2024-11-19-{SLUG}.md": source()}, **settings)
    posts = render_posts(project, make_every_kind(root / "drawn", dark=project.dark))
    write_site(project, posts)
    write_preview(project, posts)
    return posts[0]


def build(root: Path, baseurl: str, *, config: str = "") -> Path:
    """Build ``root/site`` with the real Jekyll; return the folder that a server must show."""
    base = root / "base.yml"
    base.write_text(f'url: "https://example.org"\nbaseurl: "{baseurl}"\n{config}')
    built = root / "built"
    command = ["jekyll", "build", "--quiet", "-d", f"{built}{baseurl}", "--config"]
    command.append(f"{root}/site/_config.yml,{base}")
    done = subprocess.run(
        command, cwd=root / "site", capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return built
