"""The caption of a figure: from its run or from the post, with its values, works and formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reportgen.blog.kramdown import Tangled
from reportgen.engine.results import caption_of
from reportgen.errors import ReportgenError
from reportgen.posts import kramdown
from reportgen.posts.draft import Numbered, cited_in
from reportgen.posts.items import FigureItem, ValueItem
from reportgen.posts.origins import Origin
from reportgen.posts.scan import spans
from reportgen.posts.tokens import OPEN

if TYPE_CHECKING:
    from reportgen.engine.results import Result
    from reportgen.posts.body import Body

RELATION = re.compile(rf"(?<=\w) ([=≈≤≥]) (?=[\w−{OPEN}-])")


def caption_html(body: Body, item: FigureItem, shown: Numbered) -> str:
    """The caption that the post gives a figure, or else that of its run, as HTML."""
    result = body.results[item.id]
    text = written_caption(body, result) if item.caption is None else given(body, item, shown)
    return settled(body, cited_in(text, body.draft, shown.line), shown)


def written_caption(body: Body, result: Result) -> str:
    """The caption from the run, in which its values are tokens if it is still the same."""
    node = result.node
    try:
        if caption_of(node.caption, node, body.results) == result.caption:
            return caption_of(node.caption, node, body.results, quote(body))
    except ReportgenError:  # what it quotes is no longer there; the picture is
        pass
    return result.caption


def given(body: Body, item: FigureItem, shown: Numbered) -> str:
    """The caption that the post gives a figure, its values as tokens."""
    caption, node = item.caption or "", body.results[item.id].node
    try:
        return caption_of(caption, node, body.results, quote(body))
    except ReportgenError as error:
        quoted = re.search(r"'(\{[^{}]*\})'", error.message)
        needle = quoted[1] if quoted else item.id
        raise body.draft.source.error(error.message, shown.line, needle, error.hint) from None


def settled(body: Body, text: str, shown: Numbered) -> str:
    """A caption as HTML; it is inline Markdown with maths. ``t = 5`` stays on one line."""
    parts = []
    try:
        segments = list(spans(text))
    except Tangled as error:
        where = shown.line, shown.id
        raise body.draft.source.error(error.message, *where, error.hint) from None
    for segment in segments:
        if segment.kind in ("math", "display"):
            parts.append(body.formulas.in_caption(segment.tex, shown))
        elif segment.kind == "text":
            glued = RELATION.sub("\u00a0\\1\u00a0", segment.text)
            no_table = re.sub(r"(?<!\\)\|", r"\\|", glued)
            parts.append(kramdown.plain_dollars(no_table))
        else:
            parts.append(segment.text)
    return body.inline("".join(parts))


def quote(body: Body) -> Callable[[tuple[str, ...], Any, str], str]:
    """A function that makes a token of a value in a caption."""
    return lambda path, value, text: body.draft.tokens.put(
        ValueItem(text, value=text, origin=Origin((path,)))
    )
