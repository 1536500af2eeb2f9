"""Letters that carry their style themselves: browsers heed mathvariant no more."""

import html
import re
import unicodedata

STYLES = {
    "bold": "BOLD {}",
    "italic": "ITALIC {}",
    "bold-italic": "BOLD ITALIC {}",
    "double-struck": "DOUBLE-STRUCK {}",
    "script": "SCRIPT {}",
    "fraktur": "FRAKTUR {}",
    "sans-serif": "SANS-SERIF {}",
    "monospace": "MONOSPACE {}",
}
STYLED = re.compile(r'<(m(?:[ion]|text))([^>]*?) mathvariant="([a-z-]+)"([^>]*)>([^<]+)</\1>')


def with_styled_letters(markup: str) -> str:
    """MathML in which Unicode's own bold, italic, … letters stand for ``mathvariant``."""
    return STYLED.sub(_styled, markup)


def _styled(match: re.Match[str]) -> str:
    tag, before, style, after, text = match.groups()
    plain = html.unescape(text)
    if style == "normal" and len(plain) == 1:
        return match[0]
    styled = "".join(_letter(c, style) for c in plain)
    return f"<{tag}{before}{after}>{styled}</{tag}>"


def _letter(char: str, style: str) -> str:
    """``x`` in bold as U+1D431; the letter itself where Unicode has no such form."""
    name = unicodedata.name(char, "")
    for prefix, case in (("LATIN SMALL LETTER ", "SMALL "), ("LATIN CAPITAL LETTER ", "CAPITAL ")):
        if name.startswith(prefix):
            return _named(STYLES.get(style, ""), case + name.removeprefix(prefix), char)
    if name.startswith("GREEK ") and "LETTER" in name:
        return _named(STYLES.get(style, ""), name[6:].replace("LETTER ", ""), char)
    if name == "GREEK LUNATE EPSILON SYMBOL":
        return _named(STYLES.get(style, ""), "EPSILON SYMBOL", char)
    if name.startswith("DIGIT "):
        return _named(STYLES.get(style, ""), name, char)
    return char


def _named(style: str, letter: str, fallback: str) -> str:
    try:
        return unicodedata.lookup(f"MATHEMATICAL {style.format(letter)}")
    except KeyError:
        return fallback
