"""Our kramdown against the real one: the same HTML, to the letter, for any text."""

from collections.abc import Callable

import markdown
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reportgen.blog.kramdown import Document, Tangled
from tests.blog.texts import INLINE, LINES
from tests.kramdown import Kramdown
from tests.posts.dom import dom

many = settings(
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
INDENTS = st.sampled_from(["", "", "", "", "  ", "   ", "    ", "\t", "> ", "* "])
BLOCKS = st.lists(st.tuples(INDENTS, st.sampled_from(LINES)).map("".join), min_size=1, max_size=9)
TEXTS = BLOCKS.map("\n".join)
SPANS = st.lists(st.sampled_from(INLINE), min_size=1, max_size=16).map("".join)
SIGNS = st.text(" \t\n*_`#>-+.|:[]{}()<>\"'\\$ab1=~^!&", max_size=40)


@many
@given(TEXTS)
@example("* *[L]:")
@example(" \te\ni")
@example("# } >>")
@example('<div markdown="1">+ \n{:toc}')
@example("{:a: b}\n{:b: a}\n\nx")
def test_blocks_are_those_of_the_real_kramdown(kramdown: Kramdown, text: str) -> None:
    assert Document(text).html() == kramdown.html(text)


@many
@given(SPANS)
@example("*a* **b *c* d** ***e***")
@example("<b *a</b>* [x](y 'z') ![*a*](b)")
def test_spans_are_those_of_the_real_kramdown(kramdown: Kramdown, text: str) -> None:
    assert Document(text).html() == kramdown.html(text)


@many
@given(SIGNS)
def test_signs_are_read_as_by_the_real_kramdown(kramdown: Kramdown, text: str) -> None:
    assert Document(text).html() == kramdown.html(text)


@many
@given(TEXTS)
def test_every_part_knows_where_it_comes_from(text: str) -> None:
    for block in Document(text).walk():
        assert 0 <= block.start <= block.end <= len(text) + 1
        for span in block.spans:
            written = block.text.string[span.start : span.end]
            first = block.text.origin(span.start)
            if "\n" not in written and not written.startswith(("<input", " ")):
                assert text[first : first + 1] in (written[:1], "\t")


EXTENSION = ["reportgen.blog.kramdown"]


@settings(many, max_examples=100)
@given(TEXTS.filter(lambda text: "<" not in text))
def test_python_markdown_makes_the_same_page(text: str) -> None:
    assert dom(markdown.markdown(text, extensions=EXTENSION)) == dom(Document(text).html())


def test_python_markdown_gets_html_comments_and_raw_text_too() -> None:
    text = (
        '<div class="a" markdown="1">\n*a* &copy; &lt; <!-- b -->\n</div>\n\n<!-- c -->\n\n'
        "<script>a < b</script>\n\n{::nomarkdown}<b>raw</b>{:/}\n\nx[^1]\n\n[^1]: <i>y</i>\n"
    )
    assert dom(markdown.markdown(text, extensions=EXTENSION)) == dom(Document(text).html())


def test_elements_of_python_markdown_know_their_source() -> None:
    text = "# A head\n\nSome *words*.\n"
    reader = markdown.Markdown(extensions=EXTENSION)
    reader.convert(text)
    found = {
        node.tag: text[slice(*node.source)]
        for node in reader.parser.root.iter()
        if node.tag != "div"
    }

    assert found == {"h1": "# A head\n", "p": "Some *words*.", "em": "*words*"}


SIZE = 60_000
PATHOLOGICAL: dict[str, Callable[[int], str]] = {
    "quotes": lambda n: "> " * n,
    "emphases": lambda n: "*a " * n,
    "mixed emphases": lambda n: "**a *b _c __d " * (n // 8),
    "brackets": lambda n: "[a " * n + "]",
    "images": lambda n: "![a " * n + "]",
    "divs": lambda n: "<div>\n" * n,
    "spans": lambda n: "<b>" * n,
    "fences": lambda n: "```a\n" * n + "~~~\n",
    "comments": lambda n: "<!-- a\n\n" * n,
    "titles": lambda n: '[a](b "c ' * n,
    "parentheses": lambda n: "[a](" * n,
    "cells": lambda n: "|" * n,
    "lists": lambda n: "\n".join("  " * (i % 200) + "* a" for i in range(n // 100)),
    "attributes": lambda n: '<a b="' * n,
}


def outcome(text: str) -> int:
    """Where a text is refused, or 0."""
    try:
        Document(text).html()
    except Tangled as error:
        return error.offset
    return 0


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_what_is_tangled_is_read_or_refused(name: str) -> None:
    text = PATHOLOGICAL[name](SIZE // 3)
    assert 0 <= outcome(text) <= len(text)


@pytest.mark.parametrize("sign", [chr(i) for i in range(32, 127)] + ["\n", "\t", "é"])
def test_a_file_of_one_sign(sign: str) -> None:
    assert 0 <= outcome(sign * SIZE) <= SIZE
