"""Finds the formulas that an author wrote into a post."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reportgen.blog.kramdown import TEXT_KINDS, Element, Span
from reportgen.checks.harm import harm
from reportgen.checks.parts import FENCED, HIDDEN, Formula, blanked

if TYPE_CHECKING:
    from reportgen.checks.post import Post

SIGN = re.compile(r"\\[A-Za-z]+|\\[|{},;!\\]|[\^_]\s*[\w{\\(+*'-]|[{}=<>+|]")
SHORT = re.compile(
    r"-?(?:[A-Za-z]\d?'*|\d+(?:[.,]\d+)*)(?:\s*[,:/*+×-]\s*(?:[A-Za-z]\d?'*|\d+(?:\.\d+)?|\.\.\.))*"
    r"|[A-Za-z]{1,3}'*\([^()$]{1,40}\)|[A-Z]{1,3}|[a-z]{2}"
)
SHELL = re.compile(r"\{\w+[}:/%#]|\w+=")
NAMES = (
    r"(?:align|equation|gather|multline|eqnarray|split|alignat|flalign|aligned|gathered|array|"
    r"d?cases|[pbvBV]?matrix)\*?"
)
ENVIRONMENT = re.compile(
    rf"\\begin\{{(?P<name>{NAMES})\}}.*?(?:\\end\{{(?P=name)\}}|\Z)", re.DOTALL
)
TEX = re.compile(r"\\[A-Za-z]+|[\^_]\s*[\w{\\(]")
SUM = re.compile(r"\s*-?[A-Za-z0-9.]{1,3}(?:\s*[-+*/=<>,]\s*[A-Za-z0-9.]{1,3})*\s*")


def formulas(post: "Post") -> Iterator[Formula]:
    """All formulas of the post, outermost only."""
    for block in post.all_blocks:
        if block.kind == "maths":
            yield Formula("$$", block.text.string, block.offset)
        elif block.kind in TEXT_KINDS:
            yield from _outermost(post, block)
        elif block.kind == "html" and "$" in block.text.string:
            hidden = [match.span() for match in HIDDEN.finditer(block.text.string)]
            hidden += [match.span() for match in FENCED.finditer(block.text.string)]
            for start, end in _dollars(block.text.string, hidden):
                text = block.text.string[start + 1 : end - 1]
                yield Formula("$", text, block.text.origin(start))


def _outermost(post: "Post", block: Element) -> Iterator[Formula]:
    """The formulas in a running text, each with what is lost of it."""
    string, reader = block.text.string, post.blog.theme.maths_reader
    found = [("$$", span.start, span.end) for span in block.spans if span.kind == "maths"]
    if "$" in string:
        found += [("$", *place) for place in _dollars(string, _covered(block.spans))]
    if "\\" in string:
        found += _environments(block)
        found += _brackets(block)
    done = 0
    for style, start, end in sorted(found, key=lambda one: (one[1], -one[2])):
        if start < done:
            continue
        done = end
        size = len(style) if style in ("$", "$$", r"\(", r"\[") else 0
        lost = "" if style == "$$" else harm(string, start, end, block.spans, reader)
        if style in (r"\(", r"\["):
            lost = "the backslashes"
            if style == r"\[" and post.blog.theme.takes_bare_brackets:
                continue
        elif size == 0 and not string.startswith(r"\end", string.rfind("\\", start, end)):
            lost = rf"its '\end{{{style}}}' stands in another paragraph, or nowhere"
        yield Formula(style, string[start + size : end - size], block.text.origin(start), lost)


def _covered(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where a dollar is no formula: code, display formulas, tags, addresses, escapes."""
    kinds = ("code", "raw", "maths", "html", "comment", "autolink", "escape")
    covered = [(span.start, span.end) for span in spans if span.kind in kinds]
    return covered + [span.url for span in spans if span.kind in ("link", "image")]


def between_dollars(block: Element) -> list[tuple[int, int]]:
    """What a program that takes single dollars takes for formulas in a text: pair after pair."""
    signs = _signs(block.text.string, _covered(block.spans))
    return list(zip(signs[::2], signs[1::2], strict=False))


def _signs(string: str, covered: list[tuple[int, int]]) -> list[int]:
    return [match.start() for match in re.finditer(r"\$", blanked(string, covered))]


def _dollars(string: str, covered: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last = -1
    for start, end in pairwise(_signs(string, covered)):
        if start > last and is_formula(string, start, end):
            yield start, end + 1
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


def _environments(block: Element) -> Iterator[tuple[str, int, int]]:
    if r"\begin" in block.text.string:
        covered = _covered([span for span in block.spans if span.kind != "escape"])
        for match in ENVIRONMENT.finditer(blanked(block.text.string, covered)):
            yield match["name"], match.start(), match.end()


def _brackets(block: Element) -> Iterator[tuple[str, int, int]]:
    r"""``\(…\)`` and ``\[…\]`` around what is a formula rather than a remark."""
    escapes = [span for span in block.spans if span.kind == "escape"]
    string = block.text.string
    for opening, closing in pairwise(escapes):
        style = string[opening.start : opening.end]
        if style + string[closing.start : closing.end] not in (r"\(\)", r"\[\]"):
            continue
        content, before = string[opening.end : closing.start], string[: opening.start][-1:]
        is_sum = SUM.fullmatch(content) and not before.isalnum()
        if TEX.search(content) or (is_sum and (style == r"\(" or "=" in content)):
            yield style, opening.start, closing.end
