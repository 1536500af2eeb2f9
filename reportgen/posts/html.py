"""The HTML of our Markdown as Jekyll writes it, without Ruby: kramdown's, and its coloured code."""

import html
import re
from functools import cache, lru_cache
from typing import Any

from reportgen.blog.kramdown import Document
from reportgen.blog.kramdown.convert import parts_of
from reportgen.blog.kramdown.parts import Part, written

PLAIN = re.compile(
    r'<span class="(?:n|p|o|w|nn|ne|nd|nb|bp|sa|si|se|fm|vm|esc|mi|mf)">([^<]*)</span>'
)
"""What most of code is, which has no colour of its own."""


FIGURE = re.compile(r'^<figure class="rg[^\n]*? id="([\w.-]+)"[^\n]*</figure>$', re.MULTILINE)
"""A figure that stands on a line of its own, as nearly all do."""
EMPTY = re.compile(r'<figure class="rg" id="([\w.-]+)"></figure>')


def folded(text: str) -> tuple[str, dict[str, str]]:
    """The text with an empty element for each figure on a line of its own, and these by id.

    A page is mostly figures, and an edit changes none or one.
    """
    figures = {match[1]: match[0] for match in FIGURE.finditer(text)}
    return FIGURE.sub(r'<figure class="rg" id="\1"></figure>', text), figures


def read_page(text: str) -> tuple[str, Document, list[Part]]:
    """``to_html``, with the document, in which figures may be empty, and its parts."""
    for short, figures in (folded(text), (text, {})):
        page, document, parts = read_short(short)
        plain = not figures or ("parse_block_html" not in text and not document.state.abbreviations)
        if plain and len(EMPTY.findall(page)) == len(figures):
            break
    return EMPTY.sub(lambda match: one_figure(figures[match[1]]), page), document, parts


@lru_cache(maxsize=4)
def read_short(text: str) -> tuple[str, Document, list[Part]]:
    """A page whose figures may be empty: it is the same when only figures have changed."""
    document = Document(text)
    parts = html_parts(document)
    return written(parts), document, parts


@lru_cache(maxsize=512)
def one_figure(markup: str) -> str:
    """A figure as a page has it."""
    return to_html(markup).strip()


@lru_cache(maxsize=512)
def inline_html(text: str) -> str:
    """``to_html`` of what stands in a line, such as a caption."""
    return to_html(text.replace("\n", " ")).strip().removeprefix("<p>").removesuffix("</p>")


def to_html(text: str) -> str:
    """The HTML of Markdown whose Liquid is already resolved.

    References such as ``&#123;`` stay as they are, for what becomes Markdown or Liquid again.
    """
    return written(html_parts(Document(text)))


def html_parts(document: Document) -> list[Part]:
    """The HTML of a document in parts."""
    document.state.options["entity_output"] = "as_written"
    return parts_of(document, highlight)


def highlight(code: str, language: str, is_block: bool) -> str:
    """Code as Jekyll's highlighter leaves it, coloured by Pygments where that is installed."""
    shown = coloured(code, language)
    if not is_block:
        return shown
    return f'<div class="highlight"><pre class="highlight"><code>{shown}</code></pre></div>'


@lru_cache(maxsize=1024)
def coloured(code: str, language: str) -> str:
    """Code with the classes of Pygments, which Jekyll's Rouge shares; as it is without a lexer."""
    lexer = lexer_of(language) if language else None
    if lexer is None:
        return html.escape(code, quote=False)
    from pygments import highlight as pygments  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

    formatter: Any = HtmlFormatter(nowrap=True)
    return str(pygments(code, lexer, formatter))


@lru_cache(maxsize=512)
def slim(code: str) -> str:
    """Python with the few colours that help to read it."""
    return PLAIN.sub(r"\1", coloured(code, "python"))


@cache
def lexer_of(language: str) -> Any:
    """The lexer of a language, or None."""
    try:
        from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
        from pygments.util import ClassNotFound  # type: ignore[import-untyped]
    except ImportError:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
