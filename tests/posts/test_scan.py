"""What is prose, what is code, what is maths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.posts.scan import blocks, segments

LINES = [
    "text",
    "# head",
    "",
    "- item",
    "  more",
    "    four",
    "> quote",
    "```",
    "```python",
    "~~~~",
    "<div>",
    "</div>",
    "<!-- c",
    "-->",
    "a $x$ b",
    "$$",
    "`code",
    "| a | b |",
    "<b>x</b>",
    "\\$ \\` \\<",
    "<figure class='a'><p>b</p></figure>",
]


@given(text=st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))
def test_the_pieces_are_the_text(text: str) -> None:
    for split in (blocks, segments):
        pieces = list(split(text))
        assert "".join(piece.text for piece in pieces) == text
        assert all(text[p.start : p.start + len(p.text)] == p.text for p in pieces)


@given(text=st.text(alphabet="ab$`<>\\ \n{}|-#", max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert "".join(piece.text for piece in segments(text)) == text


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ and $y$", ["x", "y"]),
        ("costs $5 and $10", []),
        ("$ x$ $x $", []),
        ("a $x$5", []),
        (r"\$x$ and $y$", ["y"]),
        ("`$x$` $y$", ["y"]),
        ("``a ` $x$`` $y$", ["y"]),
        ("```\n$x$\n```\n$y$", ["y"]),
        ("- a\n\n  ```\n  $x$\n  ```\n- $y$", ["y"]),
        ("    $x$\n\n$y$", ["y"]),
        ("- a\n\n    $x$", ["x"]),
        ('<a title="$x$">$y$</a>', ["y"]),
        ("<div>\n$x$\n</div>\n\n$y$", ["y"]),
        ("<!-- $x$ -->\n\n$y$", ["y"]),
        ("$a <b and c> d$", ["a <b and c> d"]),
        ("$$\na\n$$", ["\na\n"]),
        ("$x\ny$", ["x\ny"]),
        ("$x\n\ny$", []),
        (r"$\text{5\$}$", [r"\text{5\$}"]),
        ("$$a$$ $b$", ["a", "b"]),
        ("```\n$x$ never closed", ["x"]),
    ],
)
def test_formulas(text: str, formulas: list[str]) -> None:
    assert [piece.tex for piece in segments(text) if piece.tex] == formulas


def test_a_label_belongs_to_its_equation() -> None:
    (piece,) = segments("$$\na\n$$ {#eq-loss}")
    assert piece.kind == "display"
    assert piece.label == "eq-loss"
