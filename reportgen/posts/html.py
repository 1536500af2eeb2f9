"""Our Markdown to HTML without Ruby: Python-Markdown, and a shim for what kramdown does otherwise.

The shim takes raw HTML, formulas and code out before Python-Markdown sees them, has lists written
the way it wants them (``lists``), and makes code look like Jekyll's (rouge's classes).
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reportgen.posts.lists import Lists
from reportgen.posts.scan import Segment, blocks

BLOCK, INLINE = "\ue0f6", "\ue0f5"  # open the stand-in of a piece
STASH = re.compile(f"[{BLOCK}{INLINE}](\\d+)\ue0f7")
MATHML = re.compile(r"(?:<span>)?<math\b.*?</math>(?:</span>)?", re.DOTALL)
FENCE = re.compile(
    r"([ >]*)(`{3,}|~{3,})[ ]*([^\s`{]*)[^\n]*\n(.*)^[ >]*\2[`~]*\s*\Z", re.DOTALL | re.MULTILINE
)


BOX = '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled"'
AS_KRAMDOWN = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        ("<code>", '<code class="language-plaintext highlighter-rouge">'),
        (r'style="text-align: (\w+);"', r'style="text-align: \1"'),
        (
            r'<sup id="(fnref[^"]+)"><a class="footnote-ref"',
            r'<sup id="\1" role="doc-noteref"><a class="footnote" rel="footnote"',
        ),
        (r'<div class="footnote">\s*<hr>', '<div class="footnotes" role="doc-endnotes">'),
        (r'<li id="(fn:[^"]+)">', r'<li id="\1" role="doc-endnote">'),
        (
            r'<a class="footnote-backref" ([^>]*?) title="[^"]*">',
            r'<a class="reversefootnote" \1 role="doc-backlink">',
        ),
        (r"<li>(\s*<p>)?\[ \] ", rf'<li class="task-list-item">\1{BOX}>'),
        (r"<li>(\s*<p>)?\[[xX]\] ", rf'<li class="task-list-item">\1{BOX} checked="checked">'),
        (r'<ul>(?=\s*<li class="task-list-item">)', '<ul class="task-list">'),
    ]
]
QUOTES = re.compile(r"^(>[^\n]*(?:\n[^\n]+)*)\n(?:[ \t]*\n)+(?=>)", re.MULTILINE)
NO_MARKDOWN = re.compile(r' markdown="0"')


@dataclass
class Stash:
    """Pieces of finished HTML, each with a short stand-in that Markdown leaves alone."""

    pieces: list[str] = field(default_factory=list)

    def put(self, piece: str, opening: str = BLOCK) -> str:
        self.pieces.append(piece)
        return f"{opening}{len(self.pieces) - 1}\ue0f7"

    def restore(self, text: str) -> str:
        text = re.sub(f"<p>({BLOCK}\\d+\ue0f7)</p>", r"\1", text)
        while STASH.search(text):
            text = STASH.sub(lambda match: self.pieces[int(match[1])], text)
        return text


def to_html(text: str) -> str:
    """The HTML of kramdown-safe Markdown whose Liquid is already resolved."""
    stash = Stash()
    parts = []
    for block in blocks(text):
        if block.kind == "code":
            parts.append(_code_block(block, stash))
        elif block.kind == "html":
            parts.append(f"\n{stash.put(NO_MARKDOWN.sub('', block.text.strip()))}\n\n")
        else:
            parts.append(MATHML.sub(lambda match: stash.put(match[0], INLINE), block.text))
    lists = Lists()
    apart = QUOTES.sub(f"\\1\n\n{stash.put('')}\n\n", "".join(parts))
    markup = lists.restore(converter()(lists.rewrite(apart)))
    for pattern, replacement in AS_KRAMDOWN:
        markup = pattern.sub(replacement, markup)
    return stash.restore(markup)


def _code_block(block: Segment, stash: Stash) -> str:
    fence = FENCE.match(block.text)
    if not fence:
        code = re.sub(r"^(?: {4}|\t)", "", block.text.strip("\n"), flags=re.MULTILINE)
        return f"\n{stash.put(code_html(code.rstrip() + chr(10), ''))}\n\n"
    margin, _, language, code = fence.groups()
    code = re.sub(rf"^[ >]{{0,{len(margin)}}}", "", code, flags=re.MULTILINE)
    piece = stash.put(code_html(code, language))
    if margin and ">" not in margin:  # in a list: no blank lines, or its items become paragraphs
        return f"{margin}{piece}\n"
    return f"{margin}\n{margin}{piece}\n{margin}\n"


def code_html(code: str, language: str) -> str:
    """A code block as Jekyll writes it, coloured by Pygments where that is installed."""
    name = language or "plaintext"
    return (
        f'<div class="language-{html.escape(name)} highlighter-rouge"><div class="highlight">'
        f'<pre class="highlight"><code>{coloured(code, language)}</code></pre></div></div>'
    )


def coloured(code: str, language: str) -> str:
    try:
        from pygments import highlight  # type: ignore[import-untyped]
        from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
        from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
        from pygments.util import ClassNotFound  # type: ignore[import-untyped]
    except ImportError:
        return html.escape(code, quote=False)
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return html.escape(code, quote=False)
    formatter: Any = HtmlFormatter(nowrap=True)
    return str(highlight(code, lexer, formatter))


@cache
def converter() -> Callable[[str], str]:
    """Python-Markdown with the extensions whose output is kramdown's."""
    import markdown
    from markdown.inlinepatterns import SimpleTagInlineProcessor, SubstituteTagInlineProcessor

    smarty = {"smart_angled_quotes": True}
    reader = markdown.Markdown(
        extensions=["tables", "attr_list", "def_list", "footnotes", "abbr", "sane_lists", "smarty"],
        extension_configs={"smarty": smarty},
        output_format="html",
    )
    reader.ESCAPED_CHARS = [*reader.ESCAPED_CHARS, *"<>:\"'$=|~"]
    strike = SimpleTagInlineProcessor(r"(~~)(?!\s)(.+?)(?<!\s)~~", "del")
    reader.inlinePatterns.register(strike, "strikethrough", 55)
    reader.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "hard_break", 185)

    def convert(text: str) -> str:
        reader.reset()
        return reader.convert(text)

    return convert
