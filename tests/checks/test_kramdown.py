"""Our scanner against the real kramdown: the same blocks and spans for any text."""

from itertools import groupby
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from reportgen.blog.kramdown import Block, parse
from reportgen.blog.text import Text
from tests.checks.conftest import Kramdown

BLOCKS = {
    "header": "heading",
    "p": "paragraph",
    "dt": "term",
    "codeblock": "code",
    "table": "table",
    "blockquote": "quote",
    "ul": "list",
    "ol": "list",
    "dl": "list",
    "li": "item",
    "dd": "definition",
    "hr": "rule",
    "html_element": "html",
    "xml_comment": "comment",
}


def theirs(element: dict[str, Any]) -> list[Any]:
    """The outline of kramdown's tree: kinds of blocks, levels of headings, nesting."""
    found: list[Any] = []
    for child in element["children"]:
        kind = child["type"]
        if kind == "math":
            found += ["maths"] if child["category"] == "block" else []
        elif kind in ("ul", "ol", "dl", "li", "dd", "blockquote"):
            found.append([BLOCKS[kind], theirs(child)])
        elif kind == "html_element":
            found.append(["html", markdown_in(child)])
        elif kind in BLOCKS:
            found.append(f"{BLOCKS[kind]}{child['level'] or ''}")
    return found


def markdown_in(element: dict[str, Any]) -> list[Any]:
    """The outline of the Markdown in an HTML element, and in the raw elements inside it."""
    if element["model"] == "block":
        return theirs(element)
    if element["model"] == "span":
        return ["paragraph"]
    inner = [child for child in element["children"] if child["type"] == "html_element"]
    return [kind for child in inner for kind in markdown_in(child)]


def ours(blocks: list[Block]) -> list[Any]:
    """The same outline of our blocks."""
    found: list[Any] = []
    for block in blocks:
        if block.kind in ("quote", "list", "item", "definition"):
            found.append([block.kind, ours(block.children)])
        elif block.kind == "html":
            found.append(["html", ours(block.children)])
        elif block.kind == "fence":
            found.append("code")
        elif block.kind == "heading":
            found.append(f"heading{block.level}")
        elif block.kind == "term":
            found += ["term" for line in block.text.string.splitlines()]
        elif block.kind not in ("blank", "boundary", "attributes", "link", "footnote"):
            found.append(block.kind)
    return found


LINES = [
    "text",
    "text with | pipe",
    "a | b",
    "| a | b |",
    "|---|---|",
    "a `x|y` b",
    "$p(x|y)$",
    "$$",
    "$$ a_1 | b $$",
    "text $$x$$",
    "# One",
    "## Two {#two}",
    "##Three",
    "Under",
    "---",
    "===",
    "- item",
    "* item",
    "  more",
    "    indented",
    "1. first",
    "2. second",
    "> quote",
    ">",
    "```",
    "```python",
    "```python {1}",
    "~~~",
    "<div>",
    "</div>",
    '<div markdown="1">',
    "<figure><img src='a.png'>",
    "</figure>",
    "<b>bold</b> text",
    "<!-- note -->",
    "{: .class}",
    "^",
    ": meaning",
    "[name]: https://example.org/",
    "[^1]: note",
    "***",
    r"\begin{align}",
    r"a \| b",
    "",
    "",
    "",
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=9))
    indents = draw(st.lists(st.sampled_from([0, 0, 0, 0, 2, 4]), min_size=9, max_size=9))
    return "\n".join(" " * indent + line for indent, line in zip(indents, lines, strict=False))


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts())
def test_blocks_are_those_of_the_real_parser(kramdown: Kramdown, text: str) -> None:
    assert ours(parse(Text([(text, 0)]))) == theirs(kramdown.parse(text)["tree"])


INLINE = [
    "a", "b", "word", "x1", "é", "1", " ", " ", " ", "\n", "_", "__", "*", "**", "***", "`", "``",
    "$", "$$", "$x_1$", r"\hat{x}_{t}", "^*", "{", "}", "(", ")", "[", "]", "![", "](u)",
    '](u "t")', "[^1]", "<b>", "</b>", "<i", "<code>", "</code>", "<div>", "<!-- c -->",
    "<https://e.org>", "&amp;", "&", "<", ">", "<<", "--", "-", "...", '"', "'", "~~", "{: .c}",
    r"\_", r"\*", r"\\", r"\{",
]  # fmt: skip
SPANS = {
    "em": "em",
    "strong": "strong",
    "codespan": "code",
    "math": "maths",
    "a": "link",
    "img": "image",
    "html_element": "html",
    "xml_comment": "comment",
    "smart_quote": "quote",
    "typographic_sym": "typography",
    "entity": "entity",
    "br": "break",
}


def their_spans(element: dict[str, Any]) -> list[str]:
    """The kinds of kramdown's spans, in the order in which they begin."""
    found = []
    for child in element["children"]:
        found += [SPANS[child["type"]]] if child["type"] in SPANS else []
        found += their_spans(child)
    return found


def our_spans(block: Block) -> list[str]:
    """The same of our spans; closing tags have none of their own there."""
    found = []
    for span in block.spans:
        kind = {"autolink": "link", "strike": "html"}.get(span.kind, span.kind)
        if kind == "emphasis":
            kind = "strong" if len(span.info) == 2 else "em"
        opens = not block.text.string.startswith("</", span.start)
        if kind in SPANS.values() and opens:
            found.append(kind)
    return found


def without_repeats(kinds: list[str]) -> list[str]:
    """Of quotes side by side, kramdown sometimes leaves one straight; that is of no account."""
    return [kind for kind, _ in groupby(kinds)]


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(INLINE), min_size=1, max_size=16).map("".join))
@example(r"$\hat{x}_{t}$ and $\bar{a}_{t}$")
@example("*a* **b *c* d** ***e***")
@example("[a ![b](c) d](e) [f](g (h)) [i][j]")
@example("<code>a_b_</code> `c_d_`")
def test_spans_are_those_of_the_real_parser(kramdown: Kramdown, text: str) -> None:
    text = "a" + text
    blocks = parse(Text([(text, 0)]))
    assume(len(blocks) == 1 and blocks[0].kind == "paragraph")
    (paragraph,) = kramdown.parse(text)["tree"]["children"]

    assert without_repeats(our_spans(blocks[0])) == without_repeats(their_spans(paragraph))


def test_every_block_knows_its_place_in_the_source() -> None:
    source = "> - a\n>   b\n>\n>   ## Deep {#x}\n\n<div markdown='1'>\ninner\n</div>\n"
    blocks = [b for block in parse(Text([(source, 0)])) for b in block.walk()]

    for block in blocks:
        string = block.text.string
        assert source[block.offset :].startswith(string.split("\n")[0]), block
        for position, character in enumerate(string):
            assert source[block.text.origin(position)] == character
