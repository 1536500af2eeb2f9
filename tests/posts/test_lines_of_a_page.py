"""Each element of a page knows the line of the source that it comes from."""

import re
from html.parser import HTMLParser

import pytest

from reportgen.posts import Post
from reportgen.posts.places import TAGS
from tests.posts.world import render_body

BODY = r"""First @ with $x^2$
on two lines.

## Heading @

- item @
- item @ of <%= denoiser.test_psnr | round(1) %> dB

  second paragraph @
  1. inner @

<% for name in ["a", "b"] %>
Loop <%= name %> @.

- looped @
<% endfor %>
<% macro told(what) %>

Macro <%= what %> @.
<% endmacro %>

<%= ref("B.1b") %> @.[^note]

Before @. <%= figure("B.1b") %> After @.

| one @ | two @ |
|---|---|
| three @ | <%= denoiser.test_psnr %> @ |

$$
a = b
$$

<%= told("x") %>

> quote @
>
> more @

term @
: definition @

```python
code @
```

[^note]: Footnote @.

Equal.

Equal.

<div class="rg-grid" markdown="1">

in HTML @

</div>

Setext @
---

{: .note}
A note @.
"""
FRONT = 3  # lines of the front matter
NUMBERED = "\n".join(
    line.replace("@", f"@{number}") for number, line in enumerate(BODY.split("\n"), FRONT + 1)
)


class Elements(HTMLParser):
    """The elements of a page below each outermost one that count, each with its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[list[tuple[str, list[str]]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.found.append([])
        element: tuple[str, list[str]] = (tag, [])
        if tag in TAGS:
            self.found[-1].append(element)
        if tag not in ("link", "img", "br", "hr", "input", "source", "meta"):
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.found.append([])

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for _, text in self.open:
            text.append(data)


def told(post: Post) -> list[tuple[str, int, str]]:
    """Each element that counts, with the line that is told of it, and its text."""
    elements = [
        fragment[:1] if fragment[:1] and fragment[0][0] == "figure" else fragment
        for fragment in Elements(post.html).found
    ]
    assert [[tag for tag, _ in fragment] for fragment in elements] == [
        [tag for tag, _ in fragment] for fragment in post.places
    ]
    return [
        (tag, line, "".join(text))
        for fragment, lines in zip(elements, post.places, strict=True)
        for (tag, text), (_, line) in zip(fragment, lines, strict=True)
    ]


@pytest.fixture(scope="module", params=["mathml", "tex"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, int, str]]:
    folder = tmp_path_factory.mktemp("lines")
    return told(render_body(folder, NUMBERED, math=request.param))


def test_every_element_knows_its_line(found: list[tuple[str, int, str]]) -> None:
    marked = [(line, re.findall(r"@(\d+)", text)) for _, line, text in found if line]
    assert [int(marks[0]) for _, marks in marked if marks] == [line for line, m in marked if m]
    assert {line for line, _ in marked} >= set(map(int, re.findall(r"@(\d+)", NUMBERED)))


def test_equal_paragraphs_are_told_apart(found: list[tuple[str, int, str]]) -> None:
    first = BODY.split("\n").index("Equal.") + 1 + FRONT
    assert [line for _, line, text in found if text == "Equal."] == [first, first + 2]


def test_formulas_and_figures_know_their_line(found: list[tuple[str, int, str]]) -> None:
    lines = BODY.split("\n")
    formula = next(
        line for tag, line, text in found if tag == "div" and re.match(r"\s*a\s*=", text)
    )
    assert formula == lines.index("$$") + 1 + FRONT
    figure = next(line for tag, line, _ in found if tag == "figure")
    assert "figure(" in lines[figure - FRONT - 1]
