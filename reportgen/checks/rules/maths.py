"""Rules for formulas."""

import re
from collections.abc import Iterator

from reportgen.blog.kramdown import Span
from reportgen.blog.theme import MATHS_LOADER
from reportgen.checks.finding import Hit
from reportgen.checks.formulas import TEX
from reportgen.checks.parts import Formula, blanked
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

DOUBLE = "Write it as '$$…$$', which kramdown leaves alone, in the line or on its own."
RELATION = re.compile(
    r"[=<>~&]|\\(?:[nlg]eq?|[lg]t|approx|sim|propto|equiv|in|to|(?:x|long|Long)?\w*arrow|begin)\b"
)
UNPAIRED = re.compile(r"(?<!\\)\$\$")
SPOKEN = re.compile(r"(?<=[\s(\[\"'“„«])\$\$(?=[\s)\]\"'”“»])")
"""Two dollars as a text that has no formula may speak of them."""
DEFINES = re.compile(r"\s*\\(?:re|provide)?(?:newcommand|def|let|DeclareMathOperator)\b")


@rule("maths-dollar", "warning")
def maths_dollar(post: Post) -> Iterator[Hit]:
    """Single-dollar maths is not rendered by GitHub Pages."""
    if post.renders_dollars:
        return
    for formula in post.formulas:
        if formula.style == "$" and not formula.harm:
            yield Hit(
                formula.offset,
                f"'{_shown(formula)}' stays as it is: neither kramdown nor the usual settings of "
                "MathJax and KaTeX take single dollars for a formula.",
                "Write it as '$$…$$', or in raw HTML as '\\(…\\)'.",
            )


@rule("maths-mangled", "error")
def maths_mangled(post: Post) -> Iterator[Hit]:
    """A formula that Markdown changes."""
    for formula in post.formulas:
        if formula.harm and formula.style not in (r"\(", r"\["):
            yield Hit(
                formula.offset,
                f"Markdown changes the formula '{_shown(formula)}': {formula.harm}.",
                DOUBLE,
            )


@rule("maths-brackets", "error")
def maths_brackets(post: Post) -> Iterator[Hit]:
    r"""\(…\) and \[…\] lose their backslashes."""
    for formula in post.formulas:
        if formula.style in (r"\(", r"\["):
            yield Hit(
                formula.offset,
                f"Markdown takes the backslash from '{formula.style}', so no formula is left.",
                DOUBLE,
            )


def _shown(formula: Formula) -> str:
    text = " ".join(formula.text.split())
    text = text if len(text) <= 40 else text[:39] + "…"
    return f"${text}$" if formula.style == "$" else text


@rule("maths-not-display", "warning")
def maths_not_display(post: Post) -> Iterator[Hit]:
    """A formula on its own line that is not set on its own."""
    for block, span in post.spans_of("maths"):
        string = block.text.string
        before = string[: span.start].rpartition("\n")[2]
        after = string[span.end :].partition("\n")[0]
        alone = block.kind == "paragraph" and not before.strip() and not after.strip()
        alone = alone and DEFINES.match(string, span.start + 2) is None
        alone = alone and not _is_term(string, span)
        if alone and string.strip() != string[span.start : span.end]:
            yield Hit(
                block.text.origin(span.start),
                "The formula stands on its own line, but is set within the text's line.",
                "Put a blank line before and after it.",
            )


def _is_term(string: str, span: Span) -> bool:
    """Whether a formula that says nothing by itself is a word of the sentence around it."""
    goes_on = re.match(r"\s*\n\s*[a-z.,;]", string[span.end :])
    return bool(goes_on) and RELATION.search(string, span.start, span.end) is None


@rule("maths-unclosed", "error")
def maths_unclosed(post: Post) -> Iterator[Hit]:
    """'$$' without its partner."""
    for block in post.blocks_of("paragraph", "heading", "cell"):
        if "$$" not in block.text.string:
            continue
        kinds = ("maths", "code", "raw", "html", "comment")
        covered = [(s.start, s.end) for s in block.spans if s.kind in kinds]
        text = blanked(block.text.string, covered)
        for match in UNPAIRED.finditer(text if TEX.search(text) else SPOKEN.sub("  ", text)):
            yield Hit(
                block.text.origin(match.start()),
                "'$$' has no partner in this block, so it stays as it is.",
                "Close the formula with '$$'; leave no blank line in a formula within a text.",
            )


@rule("maths-list-item", "warning", strict=True)
def maths_list_item(post: Post) -> Iterator[Hit]:
    """A formula alone in a list item, which is set on a line of its own."""
    for item in post.blocks_of("item"):
        if item.children and item.children[0].kind == "maths":
            yield Hit(
                item.children[0].offset,
                "The formula is all that its list item holds, so it is set on a line of its own.",
                "Write '\\$$…$$' to keep it in the line.",
            )


@rule("maths-not-loaded", "warning")
def maths_not_loaded(post: Post) -> Iterator[Hit]:
    """Formulas on a site that loads neither MathJax nor KaTeX."""
    formula = next((f for f in post.formulas if f.style[0] not in "$\\" or f.style == "$$"), None)
    reason = "" if formula is None else _not_loaded(post)
    if formula is not None and reason:
        yield Hit(formula.offset, f"The formulas will be shown as TeX: {reason}.", LOAD)


LOAD = "Load MathJax or KaTeX, in the head of the theme or by a <script> in the post."
BARE_THEMES = ("minima", "primer", "jekyll-theme-cayman", "jekyll-theme-minimal", "jekyll-swiss")


def _not_loaded(post: Post) -> str:
    """Why no program on the page will set its formulas, as far as the sources tell; or ''."""
    theme = post.blog.theme
    if "chirpy" in theme.name:
        return "" if post.setting("math") else "the front matter does not say 'math: true'"
    named = any(name in theme.name for name in BARE_THEMES)
    own = not theme.name and theme.layout_files
    if not (named or own) or MATHS_LOADER.search(post.source):
        return ""
    return "" if theme.loads_maths else "no file of the site loads MathJax or KaTeX"
