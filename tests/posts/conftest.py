"""The real kramdown in one Ruby process for all tests."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Kramdown = Callable[[str], str]


@pytest.fixture(scope="session")
def kramdown() -> Iterator[Kramdown]:
    """``kramdown(markdown)`` is the HTML that Jekyll would make of it."""
    script = Path(__file__).with_name("kramdown.rb")
    process = subprocess.Popen(
        ["ruby", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    source, html = process.stdin, process.stdout

    def convert(markdown: str) -> str:
        source.write(json.dumps(markdown) + "\n")
        source.flush()
        line = html.readline()
        assert line, f"Ruby stopped at {markdown!r}"
        return str(json.loads(line))

    yield convert
    source.close()
    process.wait(timeout=10)
    html.close()
