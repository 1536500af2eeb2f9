"""Files that are made to hurt: each is a finding, and the rest is checked."""

import os
import time
from itertools import pairwise
from string import ascii_lowercase

import pytest

from tests.checks.conftest import HEAD, POST, BlogFolder

NAMES = ascii_lowercase[:10]
ALIASES = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(NAMES)
)
MERGES = "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n"
    for before, name in pairwise(NAMES)
)
BOMBS = {
    "aliases": f"a: &a [x, x]\n{ALIASES}title: *j\n",
    "merged": f"a: &a {{k: 1}}\n{MERGES}",
    "itself": "a: &a [*a]\ntitle: *a\n",
    "deep": "a: " + "[" * 20_000 + "]" * 20_000 + "\n",
    "indented": "".join(f"{' ' * i}a:\n" for i in range(1500)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_yaml_that_grows_is_not_valid(blog: BlogFolder, bomb: str) -> None:
    blog.write({POST: f"---\n{BOMBS[bomb]}---\nText.\n".encode(), "_posts/2024-11-18-b.md": HEAD})
    assert ("front-matter-yaml", 2) in blog.found()

    blog.write({POST: HEAD, "_config.yml": BOMBS[bomb].encode()})
    assert blog.found() == [("config-yaml", 1)]


@pytest.mark.parametrize("content", [b"caf\xe9\n", "ä\n".encode("utf-16")])
def test_what_is_not_utf_8_is_named(blog: BlogFolder, content: bytes) -> None:
    blog.write({POST: HEAD.encode() + content})
    assert blog.found() == [("file-unreadable", 6)]


def test_pipes_and_devices_are_not_read(blog: BlogFolder) -> None:
    blog.post("See [it]().\n")
    os.mkfifo(blog.root / "_posts/2024-11-01-pipe.md")
    os.symlink("/dev/zero", blog.root / "_posts/2024-11-02-zeros.md")

    found = [
        (f.path.name[11:], f.rule) for f in blog.check(rules=["file-unreadable", "link-missing"])
    ]

    assert found == [
        ("pipe.md", "file-unreadable"),
        ("zeros.md", "file-unreadable"),
        ("example.md", "link-missing"),
    ]


@pytest.mark.parametrize("sign", ["$", "{: ", "{::a ", "{: \n\n", "<script>\n"])
def test_time_grows_with_the_text(blog: BlogFolder, sign: str) -> None:
    blog.post(sign * (12_000 // len(sign)) + "\n")
    start = time.process_time()
    blog.check()
    assert time.process_time() - start < 1.5  # with n² steps 4 to 20 s


def listed(deep: int, lines: int) -> str:
    return "\n".join("  " * (i % deep) + f"- item number {i}" for i in range(lines)) + "\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (listed(70, 70), 65, "A list is nested more than 60 levels deep here."),
        (listed(50, 3000), None, "A list nests deep over too many lines to be read."),
        (listed(8, 10_000), None, ""),
        ("> " * 70 + "a\n", 6, "A quote is nested more than 60 levels deep here."),
        ("<div>\n" * 70, 65, "An HTML element is nested more than 60 levels deep here."),
        ("[a](" * 20_000, None, "Too much is opened and not closed before here"),
    ],
)
def test_what_nests_too_deep_is_called_by_its_name(
    blog: BlogFolder, text: str, line: int | None, words: str
) -> None:
    blog.post(text)
    found = blog.check(rules=["markdown-tangled"])
    assert len(found) == bool(words)
    for finding in found:
        assert words in finding.message
        assert line in (None, finding.line)
