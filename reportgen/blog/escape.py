"""Text that shows as itself wherever it is put: in Markdown, in HTML, under Liquid."""

import re

KEPT = re.compile(
    r"[^\x00-\x7f]|[A-Za-z0-9 ,;()/%?!]|(?<=\w)[.-](?=\w)|(?<=\w):|(?<=[^\W\d])\.(?!\.)"
)


def escape(text: str) -> str:
    """``text`` with an entity for each character that kramdown, HTML or Liquid may heed.

    The same in a paragraph, a table's cell, a heading, raw HTML and an attribute. Line ends become
    spaces, as HTML shows them.
    """
    text = re.sub(r"[ \t]*\r?\n\s*", " ", text)
    shown = (c if KEPT.match(text, i) else f"&#{ord(c)};" for i, c in enumerate(text))
    return re.sub(r"\A | \Z", "&#32;", "".join(shown))
