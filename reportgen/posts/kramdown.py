"""Makes prose mean in kramdown what its author meant: pipes, headings, dollars."""

import re

from reportgen.blog.kramdown import Document, Element

PIPE = "\ue0f4"  # a pipe of the prose, until it is known whether it makes a table
DELIMITER = re.compile(rf"[\s>]*[-:{PIPE}\s]*-[-:{PIPE}\s]*")

CONTAINER = re.compile(r"[ \t]*(?:(?:[-*+:]|\d+\.|\[\^[\w-]+\]:)[ \t]+|>[ \t]*)*")
"""What may stand in a line before a block that is in lists, quotes, definitions and notes."""


def headings(document: Document) -> list[Element]:
    """The headings of a Markdown text, in quotes, lists and HTML too."""
    return [block for block in document.walk() if block.kind == "heading"]


def settle_pipes(text: str) -> str:
    """Pipes of a GFM table (header, delimiter row) stay; others are escaped.

    kramdown makes a table of any block whose first line has a pipe.
    """
    lines = text.split("\n")
    table, settled = False, []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not table:
            table = PIPE in following and DELIMITER.fullmatch(following) is not None
        table = table and PIPE in line
        settled.append(line.replace(PIPE, "|" if table else "\\|"))
    return "\n".join(settled)


def pend_pipes(text: str) -> str:
    """Prose with its pipes (but escaped ones) marked for ``settle_pipes``."""
    return re.sub(r"(?<!\\)\|", PIPE, text)


def plain_dollars(text: str) -> str:
    """Prose whose dollars, escaped or lone, no parser takes for maths."""
    return re.sub(r"\\?\$", "&#36;", text)
