"""One formula: from TeX to MathML, or to TeX that survives kramdown.

latex2mathml passes macros that it does not know through as text, so every macro is checked
against its own tables first.
"""

import html
import re
import unicodedata
from functools import cache, lru_cache

from reportgen.errors import ReportgenError, did_you_mean

MACRO = re.compile(r"\\([A-Za-z]+)\*?|\\(.)", re.DOTALL)
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]*\*?)\}")
ALIASES = {  # environments that latex2mathml lacks, and its nearest
    "aligned": "split",
    "alignedat": "split",
    "gathered": "matrix",
    "align": "split",
    "align*": "split",
    "equation*": "matrix",
}
SYMBOLS = frozenset("{}|,;:!>%#$&_ \\\n")
TEXTUAL = re.compile(r"\\(?:text|textbf|textit|textrm|textsf|texttt|mathrm|operatorname\*?)\s*\{")
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
MENDED = {  # operators that latex2mathml takes for letters, and the reverse
    "<mi>&#x0007E;</mi>": "<mo>∼</mo>",
    "<mi>&#x000B1;</mi>": "<mo>±</mo>",
    "<mi>&#x02213;</mi>": "<mo>∓</mo>",
    "<mi>&#x027C2;</mi>": "<mo>⟂</mo>",
    "<mi>&#x027E8;</mi>": '<mo stretchy="false">⟨</mo>',
    "<mi>&#x027E9;</mi>": '<mo stretchy="false">⟩</mo>',
    "<mo>&#x0221E;</mo>": "<mi>∞</mi>",
    "<mo>&#x022A4;</mo>": "<mi>⊤</mi>",
}
STYLED = re.compile(r'<(m[ion])([^>]*?) mathvariant="([a-z-]+)"([^>]*)>([^<]+)</\1>')


class FormulaError(ReportgenError):
    """A formula that cannot be set; ``needle`` is the part that is wrong."""

    def __init__(self, message: str, needle: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.needle = needle


@lru_cache(maxsize=4096)
def mathml(tex: str, *, display: bool) -> str:
    """MathML for a formula, in one line without any character that Markdown or Liquid heeds.

    Raises FormulaError for an unknown macro or environment, unbalanced braces or a formula that
    does not parse.
    """
    check(tex)
    from latex2mathml.converter import convert

    try:
        markup = convert(prepared(tex), display="block" if display else "inline")
    except Exception as error:  # latex2mathml has no base class for its errors
        raise FormulaError(f"The formula '{short(tex)}' does not parse: {reason(error)}.") from None
    block = ' display="block"' if display else ""
    opening = f'<math{block} alttext="{quoted(tex)}">'
    markup = re.sub(r"<math [^>]*>", lambda _: opening, markup)
    markup = STYLED.sub(_styled, markup)
    for wrong, right in MENDED.items():
        markup = markup.replace(wrong, right)
    return re.sub(r">([^<]+)<", lambda m: f">{harmless(m[1])}<", markup)


def prepared(tex: str) -> str:
    """TeX with what latex2mathml does not know written as what it does."""
    tex = ENVIRONMENT.sub(lambda m: f"\\{m[1]}{{{ALIASES.get(m[2], m[2])}}}", tex)
    tex = re.sub(r"\\mathrm\s*\{([A-Za-z0-9 ]+)\}", r"\\text{\1}", tex)
    tex = re.sub(r"\\(?:nonumber|notag|label\{[^}]*\})", "", tex)
    return tex.strip()


def check(tex: str) -> None:
    """Raise FormulaError for what latex2mathml would let pass in silence."""
    plain = without_text(tex)
    for match in ENVIRONMENT.finditer(plain):
        if match[2] not in environments():
            hint = did_you_mean(match[2], sorted(environments()))
            raise FormulaError(f"Unknown TeX environment '{match[2]}'.", match[2], hint)
    for match in MACRO.finditer(ENVIRONMENT.sub("", plain)):
        if match[1] and f"\\{match[1]}" not in macros():
            hint = did_you_mean(match[1], sorted(name[1:] for name in macros()))
            raise FormulaError(f"Unknown TeX macro '\\{match[1]}'.", f"\\{match[1]}", hint)
        if match[2] and match[2] not in SYMBOLS:
            raise FormulaError(f"Unknown TeX macro '\\{match[2]}'.", match[0])
    check_braces(tex)


def check_braces(tex: str) -> None:
    depth = 0
    for match in re.finditer(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            raise FormulaError(f"A brace closes that never opened in '{short(tex)}'.", "}")
    if depth:
        raise FormulaError(f"A brace never closes in '{short(tex)}'.", "{")
    if len(re.findall(r"\\left(?![a-z])", tex)) != len(re.findall(r"\\right(?![a-z])", tex)):
        raise FormulaError(f"\\left and \\right do not match in '{short(tex)}'.", r"\left")


def without_text(tex: str) -> str:
    """TeX without the content of \\text{…} and its like."""
    parts, position = [], 0
    for match in TEXTUAL.finditer(tex):
        if match.start() < position:
            continue
        end = tex.find("}", match.end())
        parts.append(tex[position : match.end()])
        position = len(tex) if end < 0 else end
    return "".join(parts) + tex[position:]


@cache
def macros() -> frozenset[str]:
    """Every macro that latex2mathml turns into something, with its backslash."""
    from latex2mathml import commands, converter
    from latex2mathml.symbols_parser import SYMBOLS as SYMBOL_TABLE

    known: set[str] = {r"\of", r"\label", r"\nonumber", r"\notag", r"\limits", r"\nolimits"}
    for value in vars(commands).values():
        for item in [value] if isinstance(value, str) else value if _names(value) else ():
            if isinstance(item, str) and item.startswith("\\"):
                known.add(item)
    known.update(name for name in SYMBOL_TABLE if name.startswith("\\"))
    known.update(converter.MOVABLE_LIMIT_TEXTS)
    return frozenset(known - UNSAFE)


UNSAFE = frozenset(  # they link, style or redefine
    (r"\href", r"\class", r"\style", r"\unicode", r"\def", r"\newcommand", r"\newenvironment")
)


def _names(value: object) -> bool:
    return isinstance(value, dict | tuple | list | set | frozenset)


@cache
def environments() -> frozenset[str]:
    from latex2mathml import commands

    known = {name[1:] for name in commands.MATRICES if name not in (r"\substack",)}
    return frozenset(known | set(ALIASES))


def reason(error: Exception) -> str:
    """``DoubleSubscriptsError`` as "double subscripts"."""
    name = type(error).__name__.removesuffix("Error")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return {"stop iteration": "it ends too early", "index": "it ends too early"}.get(words, words)


def _styled(match: re.Match[str]) -> str:
    """Letters that carry their style themselves: browsers heed mathvariant no more."""
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


ACTIVE = re.compile(r"[^\w .,;+=/()\-−]|_", re.ASCII)


def harmless(text: str) -> str:
    """Text of an element, entities kept, other characters that Markdown heeds made entities."""
    return "".join(
        f"&#{ord(c)};" if ord(c) < 128 and ACTIVE.match(c) else c for c in html.unescape(text)
    )


def quoted(tex: str) -> str:
    """TeX as an attribute's value that neither Markdown nor Liquid can touch."""
    return harmless(re.sub(r"\s+", " ", tex.strip()))


def short(tex: str, limit: int = 60) -> str:
    tex = re.sub(r"\s+", " ", tex.strip())
    return tex if len(tex) <= limit else tex[: limit - 1] + "…"


PIPE = re.compile(r"(\\begin\{array\}\{[^}]*\}|\\\\)|(\\\|)|\|")


def kramdown_tex(tex: str) -> str:
    """TeX for kramdown's ``$$``: no pipes (tables), no ``{{`` or ``{%`` (Liquid), one line.

    Raises FormulaError for unbalanced braces and for backticks.
    """
    check_braces(tex)
    if "`" in tex:
        message = f"A backtick in '{short(tex)}' would begin code in kramdown."
        raise FormulaError(message, "`", "Write an opening quote as ‘.")
    tex = re.sub(r"(?<!\\)%[^\n]*", "", tex)
    tex = re.sub(r"\s*\n\s*", " ", tex.strip())
    tex = PIPE.sub(lambda m: m[1] or (r"\Vert " if m[2] else r"\vert "), tex)
    return re.sub(r"\{(?=[{%])", "{ ", tex).strip()
