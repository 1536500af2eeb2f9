"""The order in which kramdown tries its block parsers."""

from functools import cache

from reportgen.blog.kramdown import containers, html_blocks, leaves, tables
from reportgen.blog.kramdown.scanner import Block, Scanner, Step
from reportgen.blog.text import Text

ANY = ""
STEPS: tuple[tuple[Step, str], ...] = (
    (leaves.blank, " \t\r\f\v\n"),
    (leaves.code, " \t"),
    (leaves.fence, " ~`"),
    (containers.quote, " >"),
    (leaves.heading, "#"),
    (leaves.horizontal_rule, " *-_"),
    (containers.bullets, " +*-0"),
    (containers.definitions, " :"),
    (html_blocks.html, " <"),
    (leaves.underlined_heading, ANY),
    (leaves.maths, " \\$"),
    (tables.table, ANY),
    (containers.footnote, " ["),
    (leaves.link_definition, " ["),
    (leaves.abbreviation, " *"),
    (leaves.extension, " {"),
    (leaves.end_of_block, "^"),
    (leaves.paragraph, ANY),
)
"""The parsers, each with the characters of which one begins its block; "0" stands for any digit."""


@cache
def steps_at(character: str) -> tuple[Step, ...]:
    """The parsers of the blocks that can begin with a character."""
    character = "0" if character.isdecimal() else character
    return tuple(step for step, starts in STEPS if starts == ANY or character in starts)


def parse(text: Text) -> list[Block]:
    """The blocks of a Markdown text."""
    size = len(text.string)
    if not text.string.endswith("\n"):
        text = Text([*text.cut(0, size), ("\n", text.origin(size - 1) + 1)])
    return Scanner(text, steps_at).blocks()
