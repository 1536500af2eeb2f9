"""Typographic quotes, by the rules of kramdown (which are those of RubyPants)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.blog.kramdown.spans import Reader

S = r"[ \t\r\n\f\v]"
W = r"[A-Za-z0-9_]"
PUNCTUATION = r"[!\"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
CLOSING = r"[^ \\\t\r\n\[{(-]"
START = re.compile(r"[^\\]?[\"']", re.DOTALL)
RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kinds)
    for pattern, kinds in (
        (r"()([\"'])(?=[_*]{1,2}[^ \t\r\n\f\v])", "l"),
        (rf"()([\"'])(?={PUNCTUATION}(?!\.\.)\B)", "r"),
        (rf"({S}?)(\"')(?={W})", "l"),
        (rf"({S}?)('\")(?={W})", "l"),
        (rf"({S}?)(')(?=[0-9][0-9]s)", "r"),
        (rf"({S})(['\"])(?={W})", "l"),
        (rf"({CLOSING})(['\"])", "r"),
        (rf"()([\"'])(?={S}|s\b|\Z)", "r"),
        (r"(.?)(')", "l"),
        (r"(.?)(\")", "l"),
    )
)
NAMES = {"'": "squo", '"': "dquo"}


def smart_quote(r: Reader) -> bool:
    """A quote at the cursor or after it, with the character before it."""
    if not START.match(r.string, r.position):
        return False
    found = ((pattern.match(r.string, r.position), side) for pattern, side in RULES)
    match, side = next((match, side) for match, side in found if match)
    r.add_text(match.start(1), match.end(1))
    r.position = match.end(1)
    for sign in match[2]:
        r.note("quote", r.position, r.position + 1, side + NAMES[sign])
        r.add("smart quote", r.position + 1, value=side + NAMES[sign])
    return True
