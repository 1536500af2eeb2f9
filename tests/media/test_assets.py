"""The style sheet and the script: small, and of no effect outside our figures."""

import gzip
import re
import subprocess
from pathlib import Path

import reportgen.media
from tests.media.conftest import Once
from tests.media.gallery import gallery
from tests.media.page import Page

ASSETS = Path(reportgen.media.__file__).parent / "assets"
CSS = (ASSETS / "reportgen.css").read_text()
JS = (ASSETS / "reportgen.js").read_text()
# Names that only the style sheet of a page or the words of a script know
WITHOUT_STYLE = {"px", "film", "compare"}


def top_level_selectors(css: str) -> list[str]:
    """The selectors of rules outside all braces, and inside @media alone."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    rules = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"  # and rules in them
    css = re.sub(rf"@media [^{{]*\{{({rules})\}}", r"\1", css)
    found, depth, start = [], 0, 0
    for i, char in enumerate(css):
        if char == "{":
            if depth == 0:
                found.append(css[start:i].strip())
            depth += 1
        elif char == "}":
            depth -= 1
            start = i + 1
    assert depth == 0
    return found


def test_they_are_small_as_a_server_sends_them() -> None:
    assert len(gzip.compress(CSS.encode())) <= 5_200
    assert len(gzip.compress(JS.encode())) <= 6_400


def test_the_maths_font_is_small_and_has_its_licence() -> None:
    assert (ASSETS / "reportgen-math.woff2").stat().st_size <= 40_000
    assert "SIL OPEN FONT LICENSE" in (ASSETS / "reportgen-math.txt").read_text()
    assert (ASSETS / "reportgen-math.woff2").read_bytes()[:4] == b"wOF2"


def test_every_rule_is_scoped() -> None:
    for selector in top_level_selectors(CSS):
        if selector == "@font-face":  # its name is ours
            continue
        parts = re.split(r",(?![^(]*\))", selector)
        assert all("figure.rg" in part or "rg-" in part for part in parts), selector


def test_every_class_of_the_html_is_styled_or_used(once: Once) -> None:
    classes = set()
    for name in gallery():
        for element in Page(once(name)[0].html).elements:
            classes |= set(element.get("class").split())
    used = {c for c in classes if re.search(rf"\.{c}\b", CSS) or f".{c}" in JS}
    assert classes - used <= WITHOUT_STYLE | {"r"}


def test_kramdown_leaves_figures_as_they_are(once: Once) -> None:
    blocks = []
    for name in gallery():
        html = once(name)[0].html
        blocks.append(
            f'<figure class="rg" id="fig-{name}">\n<div class="view">{html}</div>\n</figure>'
        )
    code = (
        "require 'kramdown'; require 'kramdown-parser-gfm';"
        "puts Kramdown::Document.new(STDIN.read, input: 'GFM').to_html"
    )
    text = "\n\n".join(["Before.", *blocks, "After."])
    done = subprocess.run(
        ["ruby", "-e", code], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Page(done.stdout).text.split() == Page(text).text.split()
    assert seen(done.stdout) == [("p", {}), *seen(" ".join(blocks)), ("p", {})]


def seen(html: str) -> list[tuple[str, dict[str, str]]]:
    """Tags with attributes."""
    return [(element.tag, element.attributes) for element in Page(html).elements]
