"""Rules for headings, sections and words left over."""

import re
from collections.abc import Iterator
from itertools import pairwise, zip_longest

from reportgen.blog.kramdown import Element
from reportgen.checks.finding import Hit
from reportgen.checks.parts import Heading
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

TITLE = re.compile(r"<h1\b(?:(?!</h1).)*\{\{-?\s*page\.title", re.DOTALL | re.IGNORECASE)
FRAMES = ("default", "base", "compress", "home")
"""Layouts around others, which leave the title to them."""
LEFT_OVER = re.compile(
    r"\b(?:TODO|FIXME|TBD)\b(?=\s*[:(\]]|\s*\Z|\s*\n)|[\[(<](?:TODO|FIXME|TBD)\b|\bXXX:|\[XXX\]"
    r"|<%[=#]?[^%]*%>|\blorem ipsum\b|\[(?:citation|figure|image) needed\]"
)


@rule("heading-first-level", "warning")
def heading_first_level(post: Post) -> Iterator[Hit]:
    """A second H1: the theme makes one of the title."""
    first = next((heading for heading in post.headings if heading.level == 1), None)
    if first is not None and not _is_stripped(first, post) and _title_is_h1(post):
        more = sum(heading.level == 1 for heading in post.headings) - 1
        others = f", and so are {more} more" if more else ""
        yield Hit(
            first.offset,
            f"'{first.text}' is a second H1{others}: the theme makes one of the post's title.",
            "Put the title in the front matter; begin the headings of the text with '##'.",
        )


def _is_stripped(first: Heading, post: Post) -> bool:
    """Whether a plugin makes the heading the title, and takes it out of the text."""
    settings = post.blog.plugin("jekyll-titles-from-headings", post.site_path) or {}
    taken = post.title_heading if settings.get("strip_title") else None
    return taken is not None and taken.offset == first.offset


def _title_is_h1(post: Post) -> bool:
    """Whether the layout shows the title as an H1, as that of a theme elsewhere is taken to do."""
    if post.frame:
        return any(TITLE.search(text) for text in post.frame.values())
    return str(post.setting("layout") or ("post" if post.is_post else "default")) not in FRAMES


@rule("heading-skipped", "warning", strict=True)
def heading_skipped(post: Post) -> Iterator[Hit]:
    """A heading more than one level below the last."""
    for before, heading in pairwise(post.headings):
        if heading.level > before.level + 1:
            yield Hit(
                heading.offset,
                f"'{heading.text}' jumps from level {before.level} to level {heading.level}.",
                f"Make it a heading of level {before.level + 1}.",
            )


@rule("section-empty", "warning")
def section_empty(post: Post) -> Iterator[Hit]:
    """A heading with nothing under it."""
    blocks = [b for b in _leaves(post.blocks) if b.kind != "comment"]
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.kind != "heading":
            continue
        stop = following.offset if following else len(post.source)
        notes = (b for b in post.document.boundaries if b.info == "footnote")
        if any(block.end <= note.start < stop for note in notes):
            continue
        if following is None and post.document.state.notes:  # which stand at the end of the page
            continue
        ends = following is None or following.kind == "rule"
        if ends or (following and following.kind == "heading" and following.level <= block.level):
            yield Hit(
                block.offset,
                f"Nothing stands under the heading '{block.text.string}'.",
                "Write the section, or take the heading out.",
            )


def _leaves(blocks: list[Element]) -> Iterator[Element]:
    """The blocks in order, with Markdown in HTML spread out."""
    for block in blocks:
        inner = [b for b in block.blocks() if b.kind != "comment"] if block.kind == "html" else []
        if inner:
            yield from _leaves(inner)
        else:
            yield block


@rule("text-left-over", "warning")
def text_left_over(post: Post) -> Iterator[Hit]:
    """Words that were meant for the author."""
    if not _may_be_left_over(post.source):
        return
    for prose in post.prose:
        if not _may_be_left_over(prose.text):
            continue
        for match in LEFT_OVER.finditer(prose.text):
            words = match[0].strip("[](<")
            yield Hit(
                prose.origin(match.start()),
                f"'{words}' is left over from writing.",
                "Finish the passage, or hide the note in a comment.",
            )


def _may_be_left_over(text: str) -> bool:
    """Whether a search for LEFT_OVER may find anything, by a test that costs next to nothing."""
    words = ("TODO", "FIXME", "XXX", "TBD", "<%", "lorem ipsum", " needed]")
    return any(word in text for word in words)
