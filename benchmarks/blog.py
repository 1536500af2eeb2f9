"""A blog of long ordinary posts, put together from the good posts that the tests of check use."""

import re
import shutil
from itertools import cycle
from pathlib import Path

GOOD = Path(__file__).parents[1] / "tests/checks/good"
HEAD = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)


def write_blog(root: Path, count: int = 100, size: int = 8000) -> int:
    """``count`` posts of ``size`` bytes or a little more: prose, images, formulas, code, tables.

    Each begins with another of the good posts. Returns the mean number of bytes of a post.
    """
    (root / "_posts").mkdir(parents=True)
    (root / "_config.yml").write_text("title: Notes\n")
    for blog in sorted(GOOD.iterdir()):
        for name in (blog / "images.txt").read_text().split():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"\x89PNG\r\n\x1a\n")
        if (blog / "_includes").is_dir():
            shutil.copytree(blog / "_includes", root / "_includes", dirs_exist_ok=True)
    sources = [HEAD.sub("", path.read_text()) for path in sorted(GOOD.rglob("_posts/*"))]
    total = 0
    for number in range(count):
        text = f'---\nlayout: post\ntitle: "Note {number}"\n---\n'
        parts = cycle(sources[number % len(sources) :] + sources[: number % len(sources)])
        while len(text.encode()) < size:
            text += "\n" + next(parts).strip() + "\n"
        date = f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}"
        (root / f"_posts/{date}-note-{number}.md").write_text(text)
        total += len(text.encode())
    return total // count
