"""A scanner of Markdown that cuts a post exactly as kramdown does, and knows every position.

It follows kramdown 2.4 with the GFM parser 1.1, which GitHub Pages runs: which lines become a
table, which underscores become emphasis, which backslashes vanish. It renders nothing.
"""

from reportgen.blog.kramdown.blocks import parse as parse
from reportgen.blog.kramdown.scanner import TEXT_KINDS as TEXT_KINDS
from reportgen.blog.kramdown.scanner import Block as Block
from reportgen.blog.kramdown.spans import Span as Span
from reportgen.blog.kramdown.spans import spans as spans
