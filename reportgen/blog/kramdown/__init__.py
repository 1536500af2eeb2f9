"""kramdown in Python: the Markdown of Jekyll and GitHub Pages, read as the Ruby original reads it.

It follows kramdown 2.4 with the GFM parser 1.1, as GitHub Pages sets them, and writes the same
HTML. Every element of the tree knows the offsets in the source that it comes from::

    document = Document("A *word*.")
    document.blocks[0].children[1].start        # 2
    document.html()                              # '<p>A <em>word</em>.</p>\n'

It is a dialect for Python-Markdown as well::

    markdown.markdown(text, extensions=["reportgen.blog.kramdown"])
"""

from reportgen.blog.kramdown.document import Document as Document
from reportgen.blog.kramdown.document import header_id as header_id
from reportgen.blog.kramdown.document import read_line as read_line
from reportgen.blog.kramdown.element import TEXT_KINDS as TEXT_KINDS
from reportgen.blog.kramdown.element import Element as Element
from reportgen.blog.kramdown.element import Span as Span
from reportgen.blog.kramdown.element import Tangled as Tangled


def makeExtension(**options: object) -> object:  # noqa: N802 (Python-Markdown looks for this name)
    """kramdown for Python-Markdown: ``markdown.markdown(text, extensions=[__name__])``."""
    from reportgen.blog.kramdown.extension import Kramdown

    return Kramdown(**options)
