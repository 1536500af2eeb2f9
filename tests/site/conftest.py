"""Our own site, built by the real Jekyll from the rich post, once for all tests."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reportgen.posts import Post, render_posts
from reportgen.site import write_preview, write_site
from tests.browser import served as served
from tests.posts.world import make_project, make_world
from tests.site.every_kind import GENERATED

HERE = Path(__file__)
OURS = HERE.parents[2] / "site"
RICH = HERE.parents[1] / "posts" / "rich.md"
SHORT = """\
---
title: A short one
description: No figures.
tags: [Small things]
---
See <%= ref('B.1b') %>.
"""
CONFIG = 'url: "https://example.org"\nbaseurl: "/blog"\nquiet: true\n'


@dataclass(frozen=True)
class Built:
    """The folder of the site's sources, that of the built site, and the posts in it."""

    sources: Path
    folder: Path
    posts: list[Post]

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site with two posts under the base address https://example.org/blog."""
    root = tmp_path_factory.mktemp("blog")
    shutil.copytree(OURS, root / "site", ignore=GENERATED)
    sources = {
        "2024-11-19-diffusion-models.md": RICH.read_text(encoding="utf-8"),
        "2024-11-20-short.md": SHORT,
    }
    project = make_project(root, sources)
    posts = render_posts(project, make_world(root / "drawn"))
    write_site(project, posts)
    write_preview(project, posts)
    (root / "base.yml").write_text(CONFIG)
    # Everything lies under /blog, so that a plain file server serves the site at its base address.
    command = ["jekyll", "build", "-d", str(root / "built/blog"), "--config"]
    command.append(f"{root}/site/_config.yml,{root}/base.yml")
    done = subprocess.run(
        command, cwd=root / "site", capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(root / "site", root / "built/blog", posts)


@pytest.fixture(scope="session")
def address(built: Built) -> Iterator[str]:
    """Where the built site is served; the preview is at /site/_preview/ beside it."""
    root = built.folder.parent
    (root / "site").symlink_to(built.sources)
    with served(root) as address:
        yield address
