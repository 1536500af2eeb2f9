"""One formula: from TeX to MathML, or to TeX that survives kramdown.

math-core sets it. What authors write for MathJax and math-core does not know is first written as
what it does know; what browsers do not draw of its markup is drawn with styles.
"""

import html
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from reportgen.blog.text import replaced
from reportgen.errors import did_you_mean
from reportgen.posts.tex import PIECE, FormulaError, Macro, closing, expanded, inside, short

if TYPE_CHECKING:
    from math_core import LatexToMathML

KNOWN_AS = {  # macros that math-core lacks
    **dict.fromkeys(("mathbbm", "mathds"), Macro(r"\mathbb{#1}", 1)),
    **dict.fromkeys(("mbox", "hbox", "textnormal", "textup"), Macro(r"\text{#1}", 1)),
    **dict.fromkeys(("dotsc", "dotso"), Macro(r"\ldots")),
    **dict.fromkeys(("dotsb", "dotsm", "dotsi"), Macro(r"\cdots")),
    "displaylines": Macro(r"\begin{gathered}#1\end{gathered}", 1),
    "emph": Macro(r"\textit{#1}", 1),
    "fbox": Macro(r"\boxed{\text{#1}}", 1),
    "smash": Macro("{#2}", 2, ""),
    "substack": Macro(r"\begin{subarray}{c}#1\end{subarray}", 1),
}
ALIASES = {  # environments that it lacks, and its nearest
    "split": "aligned",
    "alignat": "align",
    "alignat*": "align*",
    "alignedat": "aligned",
    "eqnarray": "align",
    "eqnarray*": "align*",
    "flalign": "align",
    "flalign*": "align*",
    "smallmatrix": "matrix",
}
ALIASED = re.compile(rf"\\(begin|end)\s*\{{({'|'.join(map(re.escape, ALIASES))})\}}(\{{\d+\}})?")
COLUMNS = re.compile(r"\\begin\{eqnarray\*?\}.*?\\end\{eqnarray\*?\}", re.DOTALL)
ROW_GAP = re.compile(r"\\\\\*?\s*\[\s*(-?[\d.]+)\s*(pt|em|ex|mm|cm|in|px)\s*\]")
TEXT = re.compile(r"\\text(?:bf|it|md|rm|sf|tt)?\s*\{")
MATHOP = re.compile(
    r"\\mathop\s*\{\s*\\(?:rm\b|(?:mathrm|text|textrm|operatorname)\s*\{)"
    r"((?:[A-Za-z\s]|\\[,;:! ])+)\}?\s*\}"
)
OPERATOR = re.compile(r"\\operatorname\*?\s*\{")
GAP, SMALL = "\ue0a0", "\ue0a1"  # stand in a cell for what its row, or its table, is to be like
ENCLOSED = {
    "box": "border:0.06em solid;padding:0.25em",
    "updiagonalstrike": "to bottom right",
    "downdiagonalstrike": "to bottom left",
}
STRIKE = (
    "background:linear-gradient({},transparent calc(50% - 0.04em),currentcolor calc(50% - 0.04em),"
    "currentcolor calc(50% + 0.04em),transparent calc(50% + 0.04em))"
)
FAULT = re.compile(r'(\d+): (?:Unknown (command|environment) "(.*)"\.|(.*))\Z', re.DOTALL)
COMMON = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega frac "
    "dfrac tfrac binom sqrt sum prod int partial nabla infty cdot cdots ldots dots times approx "
    "equiv sim propto leq geq neq in notin subset subseteq cup cap forall exists to rightarrow "
    "leftarrow Rightarrow mapsto left right big Big bigg langle rangle lVert rVert lvert rvert mid "
    "text textbf textit mathbf mathbb mathcal mathrm mathsf mathfrak mathscr boldsymbol bm "
    "operatorname hat tilde bar vec dot ddot widehat widetilde overline underline overbrace "
    "underbrace overset underset stackrel log exp min max sup inf lim arg argmin argmax det quad "
    "qquad top perp odot otimes oplus circ begin end tag label boxed"
)
ENVIRONMENTS = (
    "align aligned alignat array bmatrix Bmatrix cases dcases equation gather gathered matrix "
    "multline pmatrix rcases split vmatrix Vmatrix"
)


@lru_cache(maxsize=4096)
def mathml(tex: str, *, display: bool, alone: bool = False) -> str:
    """MathML for a formula, in one line without any character that Markdown or Liquid heeds.

    A formula that is displayed or stands ``alone``, as in a table's cell, also keeps its TeX, for
    readers that know no MathML: without it they find nothing there.

    Raises FormulaError for an unknown macro or environment, unbalanced braces, an argument that
    is not there or a formula that does not parse.
    """
    from math_core import LatexError

    check_braces(tex)
    check_middles(tex)
    plain = prepared(tex)
    try:
        markup = converter().convert_with_local_state(plain, displaystyle=display)
    except LatexError as error:
        raise fault(str(error), plain, tex) from None
    block = ' display="block"' if display else ""
    opening = f'<math{block} alttext="{quoted(tex)}">' if display or alone else "<math>"
    markup = re.sub(r"\A<math[^>]*>", lambda _: opening, drawable(markup))
    return re.sub(r">([^<]+)<", lambda m: f">{harmless(m[1])}<", markup)


@cache
def converter() -> "LatexToMathML":
    """math-core, imported where there is a formula at all."""
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)


def prepared(tex: str) -> str:
    """TeX with what math-core does not know written as what it does."""
    tex = COLUMNS.sub(lambda m: re.sub(r"&([^&\\]*)&", r"&\1", m[0]), tex)
    tex = expanded(tex, KNOWN_AS)
    tex = MATHOP.sub(r"\\operatorname*{\1}", replaced(tex, formulas_in_text(tex)))
    tex = replaced(tex, operators(tex))
    tex = ROW_GAP.sub(lambda m: f"\\text{{{GAP}{m[1]}{m[2]}}}\\\\", tex)
    tex = ALIASED.sub(alias, tex)
    if r"\tag" in tex and not any(
        inside(tex.strip(), name) for name in ("align", "gather", "multline", "equation")
    ):
        tex = f"\\begin{{equation}}{tex}\\end{{equation}}"
    return tex.strip()


def alias(match: re.Match[str]) -> str:
    """An environment by the name that math-core knows."""
    small = SMALL if match[2] == "smallmatrix" and match[1] == "begin" else ""
    return f"\\{match[1]}{{{ALIASES[match[2]]}}}{small}"


def formulas_in_text(tex: str) -> Iterator[tuple[int, int, str]]:
    r"""``\text{if $x$}`` as ``{\text{if }x}``."""
    end = 0
    while match := TEXT.search(tex, end):
        end = closing(tex, match.end()) + 1
        text = re.sub(r"(\\[%&#_$])\s", r"\1~", tex[match.end() : end - 1])  # it loses that space
        pieces = re.split(r"(?<!\\)\$", text)
        shown = (f"{match[0]}{p}}}" if i % 2 == 0 and p else p for i, p in enumerate(pieces))
        whole = f"{{{''.join(shown)}}}" if len(pieces) > 1 else f"{match[0]}{text}}}"
        yield match.start(), end, whole


def operators(tex: str) -> Iterator[tuple[int, int, str]]:
    r"""``\operatorname`` of more than letters as a letter set upright: math-core refuses it."""
    end = 0
    while match := OPERATOR.search(tex, end):
        end = closing(tex, match.end()) + 1
        name = tex[match.end() : end - 1]
        if not re.fullmatch(r"(?:[^\\{}^_]|\\[,;:! ])*", name):
            yield match.start(), end, f"\\mathop{{\\mathrm{{{name}}}}}"


def fault(message: str, plain: str, tex: str) -> FormulaError:
    """math-core's error, in our words; the needle is what stands at its place."""
    match = FAULT.match(message)
    assert match is not None
    what, name = match[2], match[3]
    if what == "command":
        hint = did_you_mean(name[1:], COMMON.split())
        return FormulaError(f"Unknown TeX macro '{name}'.", name, hint or None)
    if what == "environment":
        hint = did_you_mean(name, ENVIRONMENTS.split())
        return FormulaError(f"Unknown TeX environment '{name}'.", name, hint or None)
    if match[4].startswith("Expected argument"):
        return FormulaError(f"In '{short(tex)}' an argument is missing.")
    if opened := re.search(r'closing token "(\S+)"', match[4]):
        opening = {"}": "{", r"\right": r"\left"}.get(opened[1], r"\begin")
        return FormulaError(f"In '{short(tex)}' a '{opening}' lacks its '{opened[1]}'.", opening)
    near = re.match(r"\\[A-Za-z]+|\S+", plain[int(match[1]) :])
    needle = near[0][:20] if near and near[0][:20] in tex else ""
    reason = match[4][:1].lower() + match[4][1:].rstrip(".").replace('"', "'")
    return FormulaError(f"The formula '{short(tex)}' does not parse: {reason}.", needle)


COMBINING_LINE = "\u0332"
LINES = {"mover": "\u203e", "munder": "_"}
"""Lines that fonts stretch, for math-core's combining one, which they set beside the letter."""
LOWER = dict.fromkeys(("voffset", "height", "depth"), "-0.3em")


def drawable(markup: str) -> str:
    """MathML whose boxes, strikes, lines and gaps between rows browsers draw."""
    root = ElementTree.fromstring(markup.replace("&ApplyFunction;", "&#8289;"))
    for element in root.iter():
        text = element.text or ""
        if element.tag == "menclose":
            how = ENCLOSED.get(element.attrib.pop("notation", ""), "")
            element.tag = "mrow"
            element.set("style", how if ":" in how else STRIKE.format(how))
            for extra in element.findall("mrow[@class]"):
                element.remove(extra)
        elif element.tag == "mi" and len(text) > 1:
            element.text = text.replace("\u2212", "-")  # a hyphen in an operator's name
        elif element.tag in LINES and element[1].text == COMBINING_LINE:
            element[1].text = LINES[element.tag]
        elif element.tag == "mtable":
            settle_rows(element)
        elif element.tag in ("mover", "munderover") and element.find("mover/mspace") is not None:
            label = ElementTree.Element("mpadded", LOWER)  # of an arrow that is as long as it
            label.append(element[-1])
            element[-1] = label
    for element in list(root.iter()):
        set_style(element)
    return ElementTree.tostring(root, encoding="unicode")


def settle_rows(table: ElementTree.Element) -> None:
    """A table in which the marks of ``prepared`` have become styles."""
    for row in table:
        for cell in row:
            for mark in [child for child in cell if (child.text or "")[:1] in (GAP, SMALL)]:
                assert mark.text is not None
                cell.remove(mark)
                if mark.text == SMALL:
                    table.attrib.update(displaystyle="false", scriptlevel="1")
                for other in row if mark.text[0] == GAP else ():
                    gap = f"padding-bottom:calc(0.5ex + {mark.text[1:]})"
                    other.set("style", f"{other.get('style', '')}{gap}")


def set_style(element: ElementTree.Element) -> None:
    """Wrap an element in the ``mstyle`` that sets its size, as validators ask; a row becomes it."""
    names = {"scriptlevel"} | ({"displaystyle"} if element.tag != "mtable" else set())
    style = {name: element.attrib.pop(name) for name in sorted(names & element.attrib.keys())}
    if style and element.tag not in ("mrow", "mstyle"):
        inner = ElementTree.Element(element.tag, dict(element.attrib))
        inner[:], element[:] = element[:], [inner]
        element.attrib.clear()
    if style:
        element.tag = "mstyle"
        element.attrib.update(style)


def check_braces(tex: str) -> None:
    """Raise FormulaError where a brace closes that never opened, or never closes."""
    depth = 0
    for match in PIECE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            raise FormulaError(f"A brace closes that never opened in '{short(tex)}'.", "}")
    if depth:
        raise FormulaError(f"A brace never closes in '{short(tex)}'.", "{")


def check_middles(tex: str) -> None:
    r"""Raise FormulaError for a ``\middle`` that stands between no ``\left`` and ``\right``."""
    depth = 0
    for match in re.finditer(r"\\(left|right|middle)(?![A-Za-z])", tex):
        depth += {"left": 1, "right": -1, "middle": 0}[match[1]]
        if match[1] == "middle" and depth < 1:
            message = rf"A '\middle' in '{short(tex)}' stands between no '\left' and '\right'."
            raise FormulaError(message, r"\middle")


ACTIVE = re.compile(r"[^\w .,;+=/()\-−]|_", re.ASCII)


def harmless(text: str) -> str:
    """Text of an element, entities kept, other characters that Markdown heeds made entities."""
    return "".join(
        f"&#{ord(c)};" if ord(c) < 128 and ACTIVE.match(c) else c for c in html.unescape(text)
    )


def quoted(tex: str) -> str:
    """TeX as an attribute's value that neither Markdown nor Liquid can touch."""
    return harmless(re.sub(r"\s+", " ", tex.strip()))


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
