"""Small Jekyll blogs on disk, with images made to measure."""

import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from reportgen.checks import Finding, check_paths

NOW = datetime(2024, 12, 1, 12, tzinfo=UTC)
HEAD = '---\nlayout: post\ntitle: "A post"\ndate: 2024-11-19 10:00:00 -0800\n---\n'
POST = "_posts/2024-11-19-example.md"


def png(texts: Mapping[str, str] | None = None, size: int = 0) -> bytes:
    """A PNG of one grey pixel, with tEXt chunks, padded to at least ``size`` bytes."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))]
    chunks += [
        (b"tEXt", f"{key}\0{value}".encode("latin-1")) for key, value in (texts or {}).items()
    ]
    chunks.append((b"IDAT", zlib.compress(b"\0\x80")))
    if size:
        chunks.append((b"prVt", bytes(size)))
    chunks.append((b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


class BlogFolder:
    """A blog in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write({"_config.yml": "title: Notes\n"})

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files; text is dedented."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                content = dedent(content).encode()
            path.write_bytes(content)

    def post(self, body: str, head: str = HEAD, name: str = POST) -> None:
        """Write one post."""
        self.write({name: head + dedent(body)})

    def check(self, *names: str, **options: object) -> list[Finding]:
        """The findings for some files of the blog, or for all of it."""
        paths = [self.root / name for name in names] or [self.root]
        return check_paths(paths, now=NOW, **options)  # type: ignore[arg-type]

    def found(self, *names: str, **options: object) -> list[tuple[str, int]]:
        """Rule and line of each finding."""
        return [(finding.rule, finding.line) for finding in self.check(*names, **options)]


@pytest.fixture
def blog(tmp_path: Path) -> BlogFolder:
    """An empty blog with a _config.yml."""
    return BlogFolder(tmp_path / "blog")


@pytest.fixture
def rules_of(blog: BlogFolder) -> Callable[..., list[str]]:
    """``rules_of(body)``: the ids of the findings in a post with this body, each once, sorted."""

    def rules(body: str, **options: object) -> list[str]:
        blog.post(body)
        return sorted({finding.rule for finding in blog.check(**options)})

    return rules
