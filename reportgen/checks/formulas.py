"""Finds formulas in a post, and tells which of them kramdown will harm."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import TEXT_KINDS, Element, Span
from reportgen.checks.parts import FENCED, HIDDEN, Formula, blanked

if TYPE_CHECKING:
    from reportgen.checks.post import Post

SIGN = re.compile(r"\\[A-Za-z]+|\\[|{},;!\\]|[\^_]\s*[\w{\\(+*'-]|[{}=<>+|]")
SHORT = re.compile(
    r"-?(?:[A-Za-z]\d?'*|\d+(?:[.,]\d+)*)(?:\s*[,:/*+×-]\s*(?:[A-Za-z]\d?'*|\d+(?:\.\d+)?|\.\.\.))*"
    r"|[A-Za-z]{1,3}'*\([^()$]{1,40}\)|[A-Z]{1,3}|[a-z]{2}"
)
SHELL = re.compile(r"\{\w+[}:/%#]|\w+=")
ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|equation|gather|multline|eqnarray|split|alignat|cases|[pbvBV]?matrix)\*?)\}"
    r".*?(?:\\end\{\1\}|\Z)",
    re.DOTALL,
)
HARMS = {
    "emphasis": "'{0}' begins or ends emphasis",
    "escape": "'{0}' loses its backslash",
    "quote": "'{0}' becomes a typographic quote",
    "typography": "'{0}' becomes a typographic sign",
    "html": "'{0}' is taken for an HTML tag",
    "raw": "'{0}' is taken for an HTML element",
    "comment": "'{0}' is taken for a comment",
    "entity": "'{0}' is taken for a character entity",
    "break": "'{0}' at the end of a line becomes a line break",
    "link": "'{0}' is taken for a link",
    "image": "'{0}' is taken for an image",
    "autolink": "'{0}' is taken for a link",
    "footnote": "'{0}' is taken for a footnote",
    "strike": "'{0}' is struck through",
    "code": "'{0}' becomes code",
    "attributes": "'{0}' is taken for an attribute list",
}


def formulas(post: "Post") -> Iterator[Formula]:
    """All formulas of the post."""
    for block in post.all_blocks:
        if block.kind == "maths":
            yield Formula("$$", block.text.string, block.offset)
        elif block.kind in TEXT_KINDS:
            yield from _display(block)
            if "$" in block.text.string:
                yield from _dollars(block, _covered(block.spans), block.spans)
            if "\\" in block.text.string:
                yield from _brackets(block)
                yield from _environments(block)
        elif block.kind == "html" and "$" in block.text.string:
            hidden = [match.span() for match in HIDDEN.finditer(block.text.string)]
            hidden += [match.span() for match in FENCED.finditer(block.text.string)]
            yield from _dollars(block, hidden, [])


def _display(block: Element) -> Iterator[Formula]:
    for span in block.spans:
        if span.kind == "maths":
            text = block.text.string[span.start + 2 : span.end - 2]
            yield Formula("$$", text, block.text.origin(span.start))


def _covered(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where a dollar is no formula: code, display formulas, tags, addresses, escapes."""
    kinds = ("code", "raw", "maths", "html", "comment", "autolink", "escape")
    covered = [(span.start, span.end) for span in spans if span.kind in kinds]
    return covered + [span.url for span in spans if span.kind in ("link", "image")]


def _dollars(
    block: Element, covered: list[tuple[int, int]], spans: Sequence[Span]
) -> Iterator[Formula]:
    string = block.text.string
    signs = [m.start() for m in re.finditer(r"\$", blanked(string, covered))]
    last = -1
    for start, end in pairwise(signs):
        if start > last and is_formula(string, start, end):
            harm = _harm(string, start, end, spans)
            yield Formula("$", string[start + 1 : end], block.text.origin(start), harm)
            last = end


def is_formula(string: str, start: int, end: int) -> bool:
    """Whether the dollars at ``start`` and ``end`` enclose a formula rather than, say, prices."""
    before, after = string[:start][-1:], string[end + 1 : end + 2]
    content = string[start + 1 : end]
    if before.isalnum() or before in ("\\", "$") or after.isdigit() or after == "$":
        return False
    if not content or content != content.strip() or "\n\n" in content or len(content) > 600:
        return False
    if '"' in content or after == "{" or SHELL.match(content):
        return False
    if SHORT.fullmatch(content):
        return True
    return SIGN.search(content) is not None and ("\\" in content or not after.isalpha())


def _harm(string: str, start: int, end: int, spans: Sequence[Span]) -> str:
    for span in spans:
        if span.kind == "emphasis":
            size = len(span.info)
            ends = (span.start, span.end - size)
            if any(start < position < end for position in ends):
                return HARMS["emphasis"].format(span.info)
        elif span.kind in HARMS and span.start < end and span.end > start + 1:
            if span.kind in ("link", "image") and span.start < start:
                continue
            if start < span.start or span.end <= end:
                return HARMS[span.kind].format(string[span.start : span.end].strip("\n"))
    return ""


def _brackets(block: Element) -> Iterator[Formula]:
    escapes = [span for span in block.spans if span.kind == "escape"]
    string = block.text.string
    for opening, closing in pairwise(escapes):
        pair = string[opening.start : opening.end] + string[closing.start : closing.end]
        content = string[opening.end : closing.start]
        if pair in (r"\(\)", r"\[\]") and (SIGN.search(content) or len(content.strip()) == 1):
            if pair == r"\[\]" and content.strip().isalnum():
                continue
            style = pair[:2]
            yield Formula(style, content, block.text.origin(opening.start), "the backslashes")


def _environments(block: Element) -> Iterator[Formula]:
    if r"\begin" not in block.text.string:
        return
    covered = _covered([span for span in block.spans if span.kind != "escape"])
    for match in ENVIRONMENT.finditer(blanked(block.text.string, covered)):
        harm = _harm(block.text.string, match.start(), match.end() - 1, block.spans)
        yield Formula(match[1], match[0], block.text.origin(match.start()), harm)
