"""Cuts a post into prose, code, HTML and formulas, by the tree that kramdown makes of it.

Beside kramdown's ``$$``, ``$`` encloses a formula; a table has a row of dashes; an equation may
have a label. All this is the dialect ``dollars`` of ``reportgen.blog.kramdown``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from reportgen.blog.kramdown import Document, Element, read_line
from reportgen.posts.liquid import hushed

Kind = Literal["text", "code", "html", "span", "tag", "math", "display"]
SPANS: dict[str, Kind] = {"code": "span", "raw": "tag", "html": "tag", "comment": "tag",
                          "autolink": "tag", "maths": "display", "dollar": "math"}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """A piece of Markdown: ``code`` and ``html`` are blocks, the other kinds are in prose.

    ``math`` and ``display`` carry their formula in ``tex`` and, if they have one, their label.
    """

    kind: Kind
    text: str
    start: int
    tex: str = ""
    label: str = ""


@lru_cache(maxsize=8)
def read(text: str) -> Document:
    """What kramdown makes of a post before its formulas are settled, for who will not change it.

    Raises Tangled.
    """
    return Document(hushed(text), dollars=True)


def segments(text: str, document: Document) -> Iterator[Segment]:
    """The pieces of a text, read as ``document``, in order; together they are the text."""
    found = [cut for block in document.walk() for cut in _cuts(block)]
    yield from _between(text, found)


def spans(text: str) -> Iterator[Segment]:
    """The pieces of a line of running text, such as a caption. Raises Tangled."""
    yield from _between(text, list(_spans(read_line(text))))


Cut = tuple[int, int, Kind, str, str]


def _cuts(block: Element) -> Iterator[Cut]:
    """Where a block holds something else than prose."""
    if block.kind in ("code", "fence"):
        yield block.start, block.end, "code", "", ""
    elif block.kind == "html":
        for start, end in block.text.ranges():
            yield start, end, "html", "", ""
    elif block.kind in ("comment", "extension"):
        yield block.start, block.end, "html", "", ""
    elif block.kind == "maths":
        first, last = block.text.origin(0), block.text.origin(len(block.text.string) - 1) + 1
        yield first, last, "display", block.value, block.info
    else:
        yield from _spans(block)


def _spans(block: Element) -> Iterator[Cut]:
    for span in block.spans:
        if kind := SPANS.get(span.kind):
            start, end = block.text.origin(span.start), block.text.origin(span.end - 1) + 1
            inner = block.text.string[slice(*span.text)] if span.text[1] else ""
            yield start, end, kind, inner, span.info if kind == "display" else ""


def _between(text: str, found: list[Cut]) -> Iterator[Segment]:
    """The cuts, outermost only, and the prose between them."""
    done = 0
    for start, end, kind, tex, label in sorted(found, key=lambda cut: (cut[0], -cut[1])):
        end = min(end, len(text))
        if start < done or end <= start:
            continue
        if done < start:
            yield Segment("text", text[done:start], done)
        yield Segment(kind, text[start:end], start, tex, label)
        done = end
    if done < len(text):
        yield Segment("text", text[done:], done)
