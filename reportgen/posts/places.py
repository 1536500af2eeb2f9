"""The line of a post's source that each element of its page comes from.

kramdown's reader knows where everything stands, in the text that a template has made and in the
Markdown that it became. Both hold the same blocks in the same order, and the template's text knows
its lines.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from reportgen.blog.kramdown import TEXT_KINDS, Document, Element
from reportgen.blog.kramdown.parts import Part
from reportgen.posts.draft import Draft
from reportgen.posts.items import FigureItem, ListItem
from reportgen.posts.post import Places
from reportgen.posts.tokens import TOKEN

TAGS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "td", "th", "div", "pre",
     "blockquote", "figure", "aside")
)  # fmt: skip
"""The elements whose lines are told."""

TAG = re.compile(r"<([a-z]\w*)")
WORD = re.compile(r"\w+")


class Block(NamedTuple):
    """A block of text, code or a formula. ``at`` is its line, or where it is in the Markdown."""

    kind: str
    words: tuple[str, ...]
    at: int


def places_of(draft: Draft, document: Document, parts: list[Part]) -> Places:
    """The lines of a page's elements; ``parts`` are what the page's ``document`` has become."""
    lines = matched(list(written(draft)), list(shown(document)))
    figures = {figure.anchor: figure.line for figure in draft.figures.values()}
    fragments: list[list[tuple[str, int]]] = []
    around: list[int] = []
    for part in parts:
        if part[0] in ("open", "void"):
            _, name, attr, element = part
            line = figures.get(attr.get("id", "")) or line_of(element, lines)
            line = line or (around[-1] if around else 0)
            if not around:
                fragments.append([])
            fragments[-1] += [(name, line)] if name in TAGS else []
            around += [line] if part[0] == "open" else []
        elif part[0] == "close":
            around.pop()
        elif part[0] == "raw" and around:
            fragments[-1] += [(tag, around[-1]) for tag in TAG.findall(part[1]) if tag in TAGS]
    return tuple(map(tuple, fragments))


def line_of(element: Element | None, lines: Mapping[int, int]) -> int:
    """The line of an element, or of the first block in it; 0 where it has none."""
    inside = blocks(element) if element else ()
    return next((lines[block.start] for block in inside if block.start in lines), 0)


def matched(written: list[Block], shown: list[Block]) -> dict[int, int]:
    """The lines of the blocks shown, by where they are."""
    if [block.kind for block in written] == [block.kind for block in shown]:
        return {after.at: before.at for before, after in zip(written, shown, strict=True)}
    one, other = ([(b.kind, b.words) for b in each] for each in (written, shown))
    found: dict[int, int] = {}
    for _, i, j, k, n in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        last = written[max(0, i - 1)].at if written else 0
        for before, after in zip_longest(written[i:j], shown[k:n]):
            last = before.at if before else last
            if after:
                found[after.at] = last
    return found


def written(draft: Draft) -> Iterator[Block]:
    """The blocks of the text that a template has made, with their lines in its source. A figure
    or list in the midst of a paragraph makes two of it."""
    for block in in_order(draft.document):
        text, position = block.text.string, 0
        if not text.strip():
            yield Block(kind_of(block), (), draft.text.line(block.start))
            continue
        cuts = [
            match.span()
            for match in TOKEN.finditer(text)
            if isinstance(draft.tokens.get(match), FigureItem | ListItem)
        ]
        for start, end in [*cuts, (len(text), len(text))]:
            piece = text[position:start]
            if piece.strip():
                at = block.text.origin(position + len(piece) - len(piece.lstrip()))
                words = tuple(WORD.findall(TOKEN.sub(" ", piece)))
                yield Block(kind_of(block), words, draft.text.line(at))
            position = end


def shown(document: Document) -> Iterator[Block]:
    """The blocks of a page, with their places in its Markdown."""
    for block in in_order(document):
        yield Block(kind_of(block), tuple(WORD.findall(block.text.string)), block.start)


def in_order(document: Document) -> list[Element]:
    """The blocks of a text and of its footnotes, in the order of the source."""
    tops = (document.root, *(note for note, _ in document.state.notes.values()))
    found = [block for top in tops for child in top.children for block in blocks(child)]
    return sorted(found, key=lambda block: block.start)


def blocks(element: Element) -> Iterator[Element]:
    """The element, or those in it, that hold text, code or a formula."""
    if kind_of(element):
        yield element
    elif not element.is_span:
        for child in element.children:
            yield from blocks(child)


def kind_of(element: Element) -> str:
    """What a block is both in a post and in its page, or ""."""
    if element.kind in ("code", "fence"):
        return "code"
    if element.kind == "html" and "rg-eq" in element.attr.get("class", "").split():
        return "maths"
    return element.kind if element.kind in (*TEXT_KINDS, "maths") else ""
