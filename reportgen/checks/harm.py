"""Tells what is left of a formula when kramdown has read it as text, for MathJax or KaTeX to set.

Authors escape on purpose what kramdown takes away, so a lost backslash is no harm by itself:
``x\\_1`` arrives as ``x_1``, ``\\\\{`` as ``\\{``, and four backslashes as the two that end a row.
"""

import re
from collections.abc import Sequence

from reportgen.blog.kramdown import Span
from reportgen.blog.words import words

HARMS = {
    "emphasis": "'{0}' begins or ends emphasis",
    "quote": "'{0}' becomes a typographic quote",
    "typography": "'{0}' becomes a typographic sign",
    "html": "'{0}' is taken for an HTML tag",
    "raw": "'{0}' is taken for an HTML element",
    "comment": "'{0}' is taken for a comment",
    "break": "'{0}' at the end of a line becomes a line break",
    "link": "'{0}' is taken for a link",
    "image": "'{0}' is taken for an image",
    "autolink": "'{0}' is taken for a link",
    "footnote": "'{0}' is taken for a footnote",
    "strike": "'{0}' is struck through",
    "code": "'{0}' becomes code",
    "attributes": "'{0}' is taken for an attribute list",
}
LOST = "'{0}' loses its backslash"
BACKSLASHES = re.compile(r"\\+")
ESCAPABLE = frozenset("\\.*_+`<>()[]{}#!:|\"'$=-~")
MEANT = frozenset("\\.*_+`<>()[]|\"'=-")
"""What an author escapes so that Markdown leaves it; TeX has no other use for the backslash."""
DOUBLED = frozenset("{}|,;:!#%_>")
"""What follows two backslashes of which TeX shall see one."""
ARGUMENT = re.compile(r"(?:[_^]|\\([A-Za-z]+)(?:\s*\[[^\]]*\])?\s*)\s*\Z")
TAKES_GROUPS = words(
    "frac dfrac tfrac cfrac binom dbinom tbinom sqrt text textbf textit textrm texttt mathrm "
    "mathbf mathbb mathcal mathsf mathit mathfrak mathscr boldsymbol bm hat widehat bar overline "
    "tilde widetilde vec dot ddot underline overbrace underbrace operatorname begin end substack "
    "label tag ref eqref underset overset stackrel phantom boxed color textcolor mbox hbox limits"
)
PREFIX = re.compile(r"\\(?:choose|over|atop)\b")


def harm(string: str, start: int, end: int, spans: Sequence[Span], reader: str) -> str:
    """What is wrong with the formula in ``string[start:end]`` once it is on the page; or "".

    ``reader`` sets it there: "mathjax" reads over line breaks and takes ’ for a prime, "katex" not.
    """
    for span in spans:
        if span.kind == "emphasis":
            size = len(span.info)
            if any(start < at < end for at in (span.start, span.end - size)):
                return HARMS["emphasis"].format(span.info)
        elif span.kind in HARMS and span.start < end - 1 and span.end > start + 1:
            shown = string[span.start : span.end].strip("\n")
            around = span.kind in ("link", "image") and span.start < start
            if not around and not _is_read(span, shown, string[start : span.start], reader):
                return HARMS[span.kind].format(shown)
    return _lost_backslash(string, start, end)


def _is_read(span: Span, shown: str, before: str, reader: str) -> bool:
    """Whether the reader takes what became of a span as its author meant it."""
    if span.kind == "typography":
        return shown in ("...", "…")
    if span.kind == "quote":
        prime = shown == "'" and not re.search(r"\\(?:text|mbox|textrm)\{[^{}]*\Z", before)
        return not prime or (span.info == "rsquo" and reader == "mathjax")
    if span.kind == "break":
        return reader == "mathjax" and "\\" not in shown
    return span.kind == "comment" and reader == "mathjax"


def _lost_backslash(string: str, start: int, end: int) -> str:
    """The first backslash that TeX needs and does not get."""
    meant: list[bool] = []
    for match in BACKSLASHES.finditer(string, start, end):
        count, after = len(match[0]), string[match.end() : match.end() + 1]
        left = count // 2 + (count % 2 and after not in ESCAPABLE)
        if after == "\n":
            left = (count - 1) // 2 if count > 1 else 1
        if count == 1 and after in ("{", "}"):
            if after == "{":
                meant.append(_begins_argument(string, start, match.start()))
            elif not meant:
                return LOST.format(r"\}")
            if not (meant[-1] if after == "{" else meant.pop()):
                return LOST.format(match[0] + after)
        elif left == 0 and after not in MEANT:
            return LOST.format(match[0] + after)
        elif count > 1 and left < 2 and not _is_doubled(string, match.end(), count, end):
            return LOST.format(match[0])
    return ""


def _begins_argument(string: str, start: int, position: int) -> bool:
    r"""Whether ``\{`` is an argument, so that its author wants a plain brace there."""
    before = string[start:position].replace("\\_", "_").replace("\\^", "^")
    match = ARGUMENT.search(before)
    if match and match[1]:
        return match[1] in TAKES_GROUPS
    closing = string.find("\\}", position)
    inner = string[position + 2 : closing] if closing > 0 else ""
    fraction = re.search(r"\\[dtc]?(?:frac|binom)\s*(?:\\\{[^{}]*\\\})\Z", before)
    return bool(match or fraction or PREFIX.search(inner))


def _is_doubled(string: str, after: int, count: int, end: int) -> bool:
    """Whether the one backslash that is left of ``count`` makes a command with what follows."""
    if after >= end or string[after] == "\n":
        return False
    if count % 2:
        return True
    name = re.compile("[A-Za-z]*").match(string, after)
    return string[after] in DOUBLED or bool(name and len(name[0]) > 1)
