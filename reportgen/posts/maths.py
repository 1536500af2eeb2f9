"""One formula: from TeX to MathML, or to TeX that survives kramdown.

latex2mathml lets much pass in silence: macros that it does not know, those inside of text, and
arguments that are not there. So macros are checked against its tables first, and the markup after.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from xml.etree import ElementTree

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.posts.letters import with_styled_letters
from reportgen.posts.mended import mended

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
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
SYMBOLS = frozenset("{}|,;:!>%#$&_ \\\n")
TEXT = re.compile(r"\\(?P<macro>text(?:bf|it|md|normal|rm|sf|tt|up)?|emph|mbox|hbox)\s*\{")
NESTED = re.compile(rf"{TEXT.pattern}|(?<!\\)\$(?P<math>[^$]*)\$")
IN_TEXT = re.compile(r"\\(?:([A-Za-z]+)\s*|(.))|[{}~]|\s+", re.DOTALL)
TEXT_MACROS = {name: name for name in "{}%#$&_ "} | {
    ",": "\u2009",
    "dots": "…",
    "ldots": "…",
    "quad": "\u2003",
    "textbackslash": "\\",
}
OPERATOR = re.compile(r"\\operatorname(\*|withlimits)?\s*\{")
PARTS = {  # elements by the number of children that they need
    "mfrac": ("a fraction", 2),
    "mroot": ("a root", 2),
    "msub": ("a script", 2),
    "msup": ("a script", 2),
    "mover": ("an accent", 2),
    "munder": ("an accent", 2),
    "msubsup": ("a script", 3),
    "munderover": ("an accent", 3),
}
PLAINLY = {
    "stop iteration": "it ends too early",
    "index": "it ends too early",
    "no available tokens": "an argument is missing",
}


class FormulaError(ReportgenError):
    """A formula that cannot be set; ``needle`` is the part that is wrong."""

    def __init__(self, message: str, needle: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.needle = needle


@lru_cache(maxsize=4096)
def mathml(tex: str, *, display: bool, alone: bool = False) -> str:
    """MathML for a formula, in one line without any character that Markdown or Liquid heeds.

    A formula that is displayed or stands ``alone``, as in a table's cell, also keeps its TeX, for
    readers that know no MathML: without it they find nothing there.

    Raises FormulaError for an unknown macro or environment, unbalanced braces, an argument that
    is not there or a formula that does not parse.
    """
    check_braces(tex)
    plain = replaced(TEXT, tex, flat_text)
    check_macros(plain)
    from latex2mathml.converter import convert

    try:
        markup = convert(prepared(plain), display="block" if display else "inline")
    except Exception as error:  # latex2mathml has no base class for its errors
        raise FormulaError(f"The formula '{short(tex)}' does not parse: {reason(error)}.") from None
    block = ' display="block"' if display else ""
    opening = f'<math{block} alttext="{quoted(tex)}">' if display or alone else "<math>"
    markup = re.sub(r"<math [^>]*>", lambda _: opening, markup)
    markup = mended(with_styled_letters(markup))
    markup = re.sub(r">([^<]+)<", lambda m: f">{harmless(m[1])}<", markup)
    check_markup(markup, tex)
    return markup


def prepared(tex: str) -> str:
    """TeX with what latex2mathml does not know written as what it does."""
    tex = ENVIRONMENT.sub(lambda m: f"\\{m[1]}{{{ALIASES.get(m[2], m[2])}}}", tex)
    tex = replaced(OPERATOR, tex, operator)
    tex = re.sub(r"\\mathrm\s*\{([A-Za-z0-9 ]+)\}", r"\\text{\1}", tex)
    tex = re.sub(r"\\(?:nonumber|notag|label\{[^}]*\})", "", tex)
    return tex.strip()


def operator(match: re.Match[str], name: str) -> str:
    """An operator that latex2mathml takes, or else upright letters."""
    spaced = re.sub(r"\\[,:; ]|~", "\u2009", name)
    if re.fullmatch(r"[A-Za-z\s]+", spaced):
        return f"{match[0]}{spaced}}}"
    return "\\mathrm{" + name.replace("-", r"\text{-}") + "}"


def flat_text(match: re.Match[str], text: str) -> str:
    """``\\text{…}`` of plain characters alone, as latex2mathml shows all others as they are.

    Raises FormulaError for a macro that means nothing in text.
    """
    pieces = list(text_pieces(match["macro"], text))
    return pieces[0] if len(pieces) == 1 else f"{{{''.join(pieces)}}}"


def text_pieces(macro: str, text: str) -> Iterator[str]:
    """``\\text{a\\textbf{b}$c$}`` as ``\\text{a}``, ``\\textbf{b}`` and ``{c}``."""
    position = 0
    while match := NESTED.search(text, position):
        if before := text[position : match.start()]:
            yield plain_text(macro, before)
        if match["macro"]:
            position = closing(text, match.end())
            yield from text_pieces(match["macro"], text[match.end() : position])
            position += 1
        else:
            yield f"{{{match['math']}}}"
            position = match.end()
    if position < len(text) or not text:
        yield plain_text(macro, text[position:])


def plain_text(macro: str, text: str) -> str:
    """The characters that ``text`` stands for, all but letters as entities."""

    def meant(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if not name:
            return "" if match[0] in "{}" else " "
        if name in TEXT_MACROS:
            return TEXT_MACROS[name]
        if name in SYMBOLS or f"\\{name}" in macros():
            message = f"The macro '\\{name}' means nothing inside \\{macro}."
            raise FormulaError(message, f"\\{name}", "Close the text before it.")
        raise unknown(name, list(TEXT_MACROS))

    shown = IN_TEXT.sub(meant, text).replace(" ", "\u00a0")
    return f"\\{macro}{{{''.join(c if c.isalnum() else f'&#{ord(c)};' for c in shown)}}}"


def replaced(macro: re.Pattern[str], tex: str, new: Callable[[re.Match[str], str], str]) -> str:
    """TeX with ``new(match, argument)`` for each macro, whose pattern ends with the brace."""
    parts, position = [], 0
    while match := macro.search(tex, position):
        end = closing(tex, match.end())
        parts += [tex[position : match.start()], new(match, tex[match.end() : end])]
        position = end + 1
    return "".join(parts) + tex[position:]


def closing(tex: str, start: int) -> int:
    """Where the brace closes that opened before ``start``; all braces of ``tex`` match."""
    depth = 1
    for match in BRACE.finditer(tex, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.start()
    return len(tex)


def check_macros(tex: str) -> None:
    """Raise FormulaError for what latex2mathml would let pass in silence."""
    for match in ENVIRONMENT.finditer(tex):
        if match[2] not in environments():
            hint = did_you_mean(match[2], sorted(environments()))
            raise FormulaError(f"Unknown TeX environment '{match[2]}'.", match[2], hint)
    for match in MACRO.finditer(ENVIRONMENT.sub("", tex)):
        if match[1] and f"\\{match[1]}" not in macros():
            raise unknown(match[1], sorted(name[1:] for name in macros()))
        if match[2] and match[2] not in SYMBOLS:
            raise unknown(match[2], [])


def unknown(name: str, known: Sequence[str]) -> FormulaError:
    hint = did_you_mean(name, list(known))
    return FormulaError(f"Unknown TeX macro '\\{name}'.", f"\\{name}", hint)


def check_markup(markup: str, tex: str) -> None:
    """Raise FormulaError for MathML in which TeX is left or an element lacks a child."""
    for element in ElementTree.fromstring(markup).iter():
        name, count = PARTS.get(element.tag, ("", len(element)))
        if len(element) != count:
            raise FormulaError(f"In '{short(tex)}' {name} lacks its argument.")
        if element.tag == "mi" and element.text in ("{", "}"):
            raise FormulaError(f"In '{short(tex)}' a macro lacks its argument.")
        if left := re.match(r"\\[A-Za-z]+", element.text or ""):
            message = f"The macro '{left[0]}' has no meaning where it stands in '{short(tex)}'."
            raise FormulaError(message, left[0])


def check_braces(tex: str) -> None:
    depth = 0
    for match in BRACE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            raise FormulaError(f"A brace closes that never opened in '{short(tex)}'.", "}")
    if depth:
        raise FormulaError(f"A brace never closes in '{short(tex)}'.", "{")
    if len(re.findall(r"\\left(?![a-z])", tex)) != len(re.findall(r"\\right(?![a-z])", tex)):
        raise FormulaError(f"\\left and \\right do not match in '{short(tex)}'.", r"\left")


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
    return PLAINLY.get(words, words)


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
