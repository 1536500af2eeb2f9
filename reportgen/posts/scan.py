"""Splits Markdown into prose, code and HTML, as kramdown's GFM parser sees them.

Only what is prose may be searched for pipes and headings. Blocks are told apart line by line:
fences, indented code, raw HTML. Inside prose the leftmost of formulas, code spans and HTML tags
wins, so that neither ``$a <b and c> d$`` nor a dollar in code is mistaken.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "code", "html", "span", "tag", "math", "display"]

FENCE = re.compile(r"([ ]*)(?:>[ ]?)*[ ]*(`{3,}|~{3,})[^`\n]*\n?")
BLOCK_TAGS = frozenset(
    re.findall(
        r"\w+",
        "address article aside audio blockquote body caption col colgroup dd details div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html "
        "iframe legend li link main map math menu meta nav noscript object ol optgroup p picture "
        "pre script section source style summary svg table tbody td tfoot th thead tr ul video",
    )
)
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source")
)
HTML_START = re.compile(r"[ ]{0,3}<(?:(!--)|/?([A-Za-z][\w-]*)(?=[\s/>]))")
ITEM = re.compile(r"[ ]*(?:[-*+]|\d+\.)[ \t]")
SPANS = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<ticks>`+)"
    r"|\$\$(?P<display>(?:\\.|[^$\\]|\$(?!\$))+?)\$\$(?:[ \t]*\{#(?P<label>eq-[\w-]+)\})?"
    r"|\$(?![\s$])(?P<math>(?:\\.|[^$\\])+?)(?<!\s)\$(?![\d$])"
    r"|(?P<tag><!--.*?-->|</?[A-Za-z][\w-]*(?:\s+[\w:@-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[\w-]+))?)*"
    r"\s*/?>|<(?:https?|mailto):[^\s>]*>)",
    re.DOTALL,
)

PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Segment:
    """A piece of Markdown: ``code`` and ``html`` are blocks, the other kinds are in prose.

    ``math`` and ``display`` carry their formula in ``tex`` and, if they have one, their label.
    """

    kind: Kind
    text: str
    start: int
    tex: str = ""
    label: str = ""


def blocks(text: str) -> Iterator[Segment]:
    """Prose, code blocks and raw HTML blocks in order; together they are the text."""
    lines = text.splitlines(keepends=True)
    i, offset, prose, in_list, blank = 0, 0, 0, False, True
    while i < len(lines):
        line = lines[i]
        kind, count = _block_at(lines, i, blank=blank, in_list=in_list)
        if count:
            if prose < offset:
                yield Segment("text", text[prose:offset], prose)
            piece = "".join(lines[i : i + count])
            yield Segment(kind, piece, offset)
            i, offset = i + count, offset + len(piece)
            prose, blank, in_list = offset, True, in_list and line[0] == " "
            continue
        in_list = _in_list(line, in_list)
        blank = not line.strip()
        i, offset = i + 1, offset + len(line)
    if prose < len(text):
        yield Segment("text", text[prose:], prose)


def _block_at(lines: list[str], i: int, *, blank: bool, in_list: bool) -> tuple[Kind, int]:
    line = lines[i]
    if fence := FENCE.fullmatch(line):
        if count := _fence_lines(lines, i, fence[2]):
            return "code", count
    elif blank and not in_list and re.match(r"(?: {4}|\t)\s*\S", line):
        return "code", _while(lines, i, lambda s: not s.strip() or bool(re.match(r" {4}|\t", s)))
    elif blank and (html := HTML_START.match(line)):
        if html[1]:
            return "html", _until(lines, i, "-->")
        if html[2].lower() in BLOCK_TAGS:
            return "html", _html_lines(lines, i, html[2].lower())
    return "text", 0


def _in_list(line: str, before: bool) -> bool:
    if ITEM.match(line):
        return True
    return before and (not line.strip() or line[0] in " \t")


def _fence_lines(lines: list[str], i: int, fence: str) -> int:
    """Lines of a fenced block with its closing fence; 0 for a fence that never closes."""
    close = re.compile(rf"[ >]*(?:{{% endraw %}}[ >]*)?{fence[0]}{{{len(fence)},}}\s*")
    for j in range(i + 1, len(lines)):
        if close.fullmatch(lines[j]):
            return j - i + 1
    return 0


def _while(lines: list[str], i: int, keep: Callable[[str], bool]) -> int:
    end = i + 1
    while end < len(lines) and keep(lines[end]):
        end += 1
    return end - i


def _until(lines: list[str], i: int, needle: str) -> int:
    for j in range(i, len(lines)):
        if needle in lines[j]:
            return j - i + 1
    return len(lines) - i


def _html_lines(lines: list[str], i: int, name: str) -> int:
    """Lines of a raw HTML block: up to the tag that closes its first one."""
    if name in VOID:
        return 1
    depth = 0
    tags = re.compile(rf"<(/?){name}(?=[\s/>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
    for j in range(i, len(lines)):
        for tag in tags.finditer(lines[j]):
            depth += -1 if tag[1] else 0 if tag[0].endswith("/>") else 1
        if depth <= 0:
            return j - i + 1
    return len(lines) - i


def spans(text: str, start: int = 0) -> Iterator[Segment]:
    """Formulas, code spans, HTML tags and the text between, in prose that begins at ``start``."""
    position = done = 0
    while match := SPANS.search(text, position):
        end = _span_end(text, match)
        if not end:
            position = match.end() if match["escape"] or match["ticks"] else match.start() + 1
            continue
        if done < match.start():
            yield Segment("text", text[done : match.start()], start + done)
        yield _span(match, text[match.start() : end], start + match.start())
        done = position = end
    if done < len(text):
        yield Segment("text", text[done:], start + done)


def _span_end(text: str, match: re.Match[str]) -> int:
    """Where the span that a match begins ends; 0 where it turns out to be none."""
    if match["escape"]:
        return 0
    end = match.end()
    if match["ticks"]:
        close = re.compile(rf"(?<!`){match['ticks']}(?!`)").search(text, end)
        end = close.end() if close else 0
    return 0 if PARAGRAPH_BREAK.search(text, match.start(), end) else end


def _span(match: re.Match[str], text: str, start: int) -> Segment:
    if match["display"]:
        return Segment("display", text, start, match["display"], match["label"] or "")
    if match["math"]:
        return Segment("math", text, start, match["math"])
    return Segment("span" if match["ticks"] else "tag", text, start)


def segments(text: str) -> Iterator[Segment]:
    """Blocks, and the spans of prose blocks."""
    for block in blocks(text):
        if block.kind == "text":
            yield from spans(block.text, block.start)
        else:
            yield block
