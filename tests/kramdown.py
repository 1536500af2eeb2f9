"""The real kramdown, the oracle of our own."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Kramdown:
    """The real parser of GitHub Pages, in one Ruby process for all tests."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def parse(self, text: str) -> dict[str, Any]:
        """The ``html`` and the ``tree`` that kramdown makes of a Markdown text."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        parsed: dict[str, Any] = json.loads(self._process.stdout.readline())
        return parsed

    def html(self, text: str) -> str:
        """The HTML that kramdown makes of a Markdown text."""
        return str(self.parse(text)["html"])


@contextmanager
def running() -> Iterator[Kramdown]:
    """The real kramdown with its GFM parser, as long as the context lasts."""
    script = Path(__file__).with_name("kramdown_oracle.rb")
    process = subprocess.Popen(
        ["ruby", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    yield Kramdown(process)
    process.communicate()


@pytest.fixture(scope="session")
def kramdown() -> Iterator[Kramdown]:
    """The real kramdown, one process for all tests."""
    with running() as found:
        yield found
