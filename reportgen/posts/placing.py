"""Text where it will stand: what kramdown and Liquid make of it is what its author meant."""

from __future__ import annotations

import re

from reportgen.blog.escape import escape
from reportgen.posts import kramdown, liquid

LINE_START = re.compile(r"[ \t>]*(?P<item>(?:(?:[-*+]|\d+\.)[ \t]+)*)")
BLOCK_END = re.compile(r"[ \t>]*(?:$|#{1,6}[ \t]|`{3}|~{3}|<)")
NOTE = re.compile(r"^([ \t>]*\{:[^}\n]*\.(?:note|tip|warning)\b[^}\n]*?)(\s*\}[ \t]*)$", re.M)
"""A list of attributes, kramdown's own syntax, that makes its block a note, a tip or a warning."""


def safe_prose(text: str) -> str:
    """Prose in which kramdown and Liquid find only what its author meant."""
    text = NOTE.sub(r"\1 .rg-note\2", text)
    return kramdown.pend_pipes(kramdown.plain_dollars(liquid.entities(text)))


def longer_fence(code: str) -> str:
    """Code whose ticks, or tildes, are more than any that stand in it."""
    match = re.fullmatch(r"([ >]*)((`|~)\3*)(.*?)(\3+)(\s*)", code, re.DOTALL)
    if not match:
        return code
    margin, fence, tick, inside, _, end = match.groups()
    longest = max(map(len, re.findall(re.escape(tick) + "+", inside)), default=0)
    ticks = tick * max(len(fence), longest + 1)
    pad = " " if "\n" not in inside and tick in (inside[:1], inside[-1:]) else ""
    return f"{margin}{ticks}{pad}{inside}{pad}{ticks}{end}"


def markup_only(text: str) -> str:
    """Trusted HTML whose text Markdown and Liquid leave alone."""
    parts = re.split(r"(<[A-Za-z/!][^>]*>|&#?\w+;)", re.sub(r"\n\s*\n", "\n", text.strip()))
    return "".join(
        liquid.entities(p) if i % 2 else re.sub(r"[^\s&<>]+", lambda m: escape(m[0]), p)
        for i, p in enumerate(parts)
    )


def in_place(markup: str, before: str, after: str, post: str = "") -> str:
    """A block of HTML where its token stands: in the list, quote or note around it. It stays what
    it is also where the text of the ``post`` makes Markdown of all HTML."""
    if "parse_block_html" in post:
        markup = f"{{::nomarkdown}}\n{markup}\n{{:/}}"
    line = before.rsplit("\n", 1)[-1]
    start = kramdown.CONTAINER.match(line)
    margin = re.sub(r"[^\s>]", " ", start[0]) if start else ""
    if not margin:
        return f"\n\n{markup}\n\n"
    lines = [f"{margin}{each}".rstrip() for each in markup.split("\n")]
    if start and start[0] == line:
        lines[0] = lines[0][len(margin) :]
    else:
        lines.insert(0, "")
    end = f"\n{margin.rstrip()}" if after in ("", "\n") else f"\n{margin.rstrip()}\n{margin}"
    return "\n".join(lines) + end


def begins_block(before: str) -> bool:
    """Whether what follows ``before`` begins a paragraph, a list item or a quote."""
    *earlier, line = ["", *before.split("\n")]
    start = LINE_START.fullmatch(line)
    return bool(start and (start["item"] or BLOCK_END.match(earlier[-1])))
