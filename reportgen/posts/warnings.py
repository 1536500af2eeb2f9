"""What is not wrong enough in a post to fail it, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reportgen.posts import kramdown
from reportgen.posts.draft import Draft
from reportgen.posts.marks import text_of
from reportgen.posts.post import Heading
from reportgen.posts.typed import typed_numbers

if TYPE_CHECKING:
    from reportgen.engine.results import Results


def warnings(draft: Draft, headings: list[Heading], results: Results) -> Iterator[str]:
    """All warnings about a post, as lines to print."""
    warn = draft.source.warning
    if draft.source.front_matter.get("draft") is True:
        line = next(n for n, text in enumerate(draft.source.lines, 1) if text.startswith("draft"))
        yield warn("Jekyll shows a post with 'draft: true'; 'published: false' hides it.", line)
    for line, text in enumerate(draft.source.lines, 1):
        if "<%=" in text and text not in draft.source.body:
            yield warn("Front matter is no template: '<%=' stands on the page as it is.", line)
    for shown in draft.figures.values():
        if shown.id not in draft.referenced:
            yield warn(f"No text points to {shown.label} ('{shown.id}').", shown.line)
        drawn = results[shown.id].drawn
        if drawn is None:
            yield warn(f"'{shown.id}' is {results[shown.id].state}; a note stands in.", shown.line)
        elif drawn.bare:
            message = f"Nothing says what the pictures of '{shown.id}' show: give @figure an alt=."
            yield warn(message, shown.line)
    yield from heading_warnings(draft, headings)
    yield from typed_numbers(draft.source, results)


def heading_warnings(draft: Draft, headings: list[Heading]) -> Iterator[str]:
    """Warnings about headings: empty, out of order, or a second title."""
    warn = draft.source.warning
    raw = kramdown.headings(draft.document)
    for i, (heading, written) in enumerate(zip(headings, raw, strict=True)):
        following = raw[i + 1] if i + 1 < len(raw) else None
        end = following.start if following else len(draft.text.text)
        empty, text = not draft.text.text[written.end : end].strip(), text_of(heading.html)
        if empty and (following is None or following.level <= written.level):
            yield warn(f"The heading '{text}' has nothing under it.", heading.line)
        if heading.level == 1:
            yield warn(f"'{text}' is a second title; begin with '##'.", heading.line)
        if i and heading.level > headings[i - 1].level + 1:
            yield warn(f"'{text}' skips a level of heading.", heading.line)
