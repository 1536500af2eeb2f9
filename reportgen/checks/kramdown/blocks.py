"""The order in which kramdown tries its block parsers."""

from reportgen.checks.kramdown import containers, html_blocks, leaves, tables
from reportgen.checks.kramdown.scanner import Block, Scanner, Steps
from reportgen.checks.text import Text

STEPS: Steps = (
    leaves.blank,
    leaves.code,
    leaves.fence,
    containers.quote,
    leaves.heading,
    leaves.horizontal_rule,
    containers.bullets,
    containers.definitions,
    html_blocks.html,
    leaves.underlined_heading,
    leaves.maths,
    tables.table,
    containers.footnote,
    leaves.link_definition,
    leaves.abbreviation,
    leaves.extension,
    leaves.end_of_block,
    leaves.paragraph,
)
PLAIN_STEPS: Steps = (leaves.underlined_heading, tables.table, leaves.paragraph)


def parse(text: Text) -> list[Block]:
    """The blocks of a Markdown text."""
    size = len(text.string)
    if not text.string.endswith("\n"):
        text = Text([*text.cut(0, size), ("\n", text.origin(size - 1) + 1)])
    return Scanner(text, STEPS, PLAIN_STEPS).blocks()
