"""Liquid in a post: what authors mean for Jekyll passes, every other brace pair is literal."""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from reportgen.blog.escape import escape
from reportgen.blog.liquid import ROOTS, TAGS, Token, assigned, prints_something, tokens
from reportgen.blog.text import replaced

OPENING = re.compile(r"\{(?=[{%])")
BLACK = re.compile(r"[^\n]")
FIRST_LINE = re.compile(r"\A[ \t]*\n?")
ADDRESS = re.compile(
    r"\{\{\s*(?:site\.(baseurl|url)|['\"]([^'\"{}]*)['\"]\s*\|\s*(?:relative_url|absolute_url))\s*\}\}"
)


def meant(text: str, code: Iterable[tuple[int, int]], plugins: Callable[[], bool]) -> list[Token]:
    """The Liquid that authors mean for Jekyll: known tags and outputs, raw blocks as a whole.

    Braces in ``code`` are none. What ``plugins`` of the blog may know passes too.
    """
    without = ((start, end, text[start:end].replace("{", "\0")) for start, end in code)
    found = list(tokens(replaced(text, without)))
    variables = ROOTS | assigned(found)

    def passes(token: Token) -> bool:
        if token.kind == "tag":
            return token.name.removeprefix("end") in TAGS or (bool(token.name) and plugins())
        return token.kind in ("raw", "comment") or (
            token.kind == "output" and prints_something(token, variables)
        )

    return [token for token in found if passes(token)]


def guarded(text: str, start: int, kept: list[Token], guard: Callable[[str], str]) -> str:
    """``text``, which begins at ``start``, with all but the Liquid in ``kept`` guarded."""
    parts, position, end = [], start, start + len(text)
    for token in kept[bisect_right(kept, start, key=lambda token: token.end) :]:
        if token.start >= end:
            break
        first, last = max(token.start, position), min(token.end, end)
        parts += [guard(text[position - start : first - start]), text[first - start : last - start]]
        position = last
    return "".join([*parts, guard(text[position - start :])])


def entities(text: str) -> str:
    """Text whose braces, as HTML's references, Liquid does not see."""
    return OPENING.sub("&#123;", text) if "{" in text else text


def guard_code(text: str) -> str:
    """Code with a raw guard around it where Liquid would find something in it."""
    if not OPENING.search(text):
        return text
    if "endraw" in text:
        return OPENING.sub("{{ '{' }}", text)
    fence = re.match(
        r"([ >]*(?:`{3,}|~{3,})[^\n]*)\n(.*)^([ >]*(?:`{3,}|~{3,})\s*)\Z",
        text,
        re.DOTALL | re.MULTILINE,
    )
    if fence:  # lines of its own around it would end a list, and a blank in it is no fence's
        return f"{fence[1]}{{%raw%}}\n{fence[2][:-1]}{{% endraw %}}\n{fence[3]}"
    ticks = re.match(r"(`+)(.*?)(`+)\Z", text, re.DOTALL)
    if ticks:
        return f"{ticks[1]}{{% raw %}}{ticks[2]}{{% endraw %}}{ticks[3]}"
    return f"{{% raw %}}{text}{{% endraw %}}"


def hushed(text: str) -> str:
    """The text with a comment, as long, for each block that Jekyll highlights: none of it is
    Markdown by the time that kramdown sees it."""

    def comment(start: int, end: int) -> tuple[int, int, str]:
        return start, end, f"<!--{BLACK.sub('.', text[start + 4 : end - 3])}-->"

    return replaced(text, (comment(first.start, last.end) for first, last in highlights(text)))


def highlights(text: str) -> Iterator[tuple[Token, Token]]:
    """The tags around each block that Jekyll highlights."""
    first = None
    for token in tokens(text):
        if token.name == "highlight" and not first:
            first = token
        elif token.name == "endhighlight" and first:
            yield first, token
            first = None


def resolve(text: str, root: str) -> str:
    """Text as the preview shows it, where the site's root has the address ``root``."""
    kept: list[str] = []

    def keep(body: str) -> str:
        kept.append(body)
        return f"\ue0f0{len(kept) - 1}\ue0f1"

    def address(match: re.Match[str]) -> str:
        return "" if match[1] == "url" else root + (match[2] or "")

    def code(written: str) -> str:
        return f"<pre><code>{html.escape(FIRST_LINE.sub('', written), quote=False)}</code></pre>"

    raw = ((t.start, t.end, keep(t.body)) for t in tokens(text) if t.kind == "raw")
    text = ADDRESS.sub(address, replaced(text, raw)).replace("{{ '{' }}", "{")
    blocks = ((a.start, b.end, code(text[a.end : b.start])) for a, b in highlights(text))
    text = replaced(text, blocks)
    others = (t for t in tokens(text) if t.kind != "unclosed")  # shown as they are written
    text = replaced(text, ((t.start, t.end, escape(text[t.start : t.end])) for t in others))
    return re.sub("\ue0f0(\\d+)\ue0f1", lambda m: kept[int(m[1])], text)
