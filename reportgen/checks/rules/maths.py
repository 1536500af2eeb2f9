"""Rules for formulas."""

import re
from collections.abc import Iterator

from reportgen.checks.finding import Hit
from reportgen.checks.parts import Formula
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

DOUBLE = "Write it as '$$…$$', which kramdown leaves alone, in the line or on its own."
DOLLAR_LINE = re.compile(r"(?m)^[ \t]*\$\$(?:[ \t]*$|.*\$\$[ \t]*$)")


@rule("maths-dollar", "warning", "single-dollar maths is not rendered by GitHub Pages")
def maths_dollar(post: Post) -> Iterator[Hit]:
    layout = str(post.setting("layout") or "")
    if layout == "distill" or post.blog.renders_dollars:
        return
    for formula in post.formulas:
        if formula.style == "$" and not formula.harm:
            yield Hit(
                formula.offset,
                f"'{_shown(formula)}' stays as it is: neither kramdown nor the usual settings of "
                "MathJax and KaTeX take single dollars for a formula.",
                "Write it as '$$…$$', or in raw HTML as '\\(…\\)'.",
            )


@rule("maths-mangled", "error", "a formula that Markdown changes")
def maths_mangled(post: Post) -> Iterator[Hit]:
    for formula in post.formulas:
        if formula.harm and formula.style not in (r"\(", r"\["):
            yield Hit(
                formula.offset,
                f"Markdown changes the formula '{_shown(formula)}': {formula.harm}.",
                DOUBLE,
            )


@rule("maths-brackets", "error", r"\(…\) and \[…\] lose their backslashes")
def maths_brackets(post: Post) -> Iterator[Hit]:
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


@rule("maths-not-display", "warning", "a formula on its own line that is not set on its own")
def maths_not_display(post: Post) -> Iterator[Hit]:
    for block in post.all_blocks:
        if block.kind != "paragraph":
            continue
        for span in block.spans:
            if span.kind != "maths":
                continue
            string = block.text.string
            before = string[: span.start].rpartition("\n")[2]
            after = string[span.end :].partition("\n")[0]
            alone = not before.strip() and not after.strip()
            if alone and string.strip() != string[span.start : span.end]:
                yield Hit(
                    block.text.origin(span.start),
                    "The formula stands on its own line, but is set within the text's line.",
                    "Put a blank line before and after it.",
                )


@rule("maths-unclosed", "error", "'$$' without its partner")
def maths_unclosed(post: Post) -> Iterator[Hit]:
    for block in post.all_blocks:
        if block.kind not in ("paragraph", "heading", "cell"):
            continue
        covered = [(s.start, s.end) for s in block.spans if s.kind in ("maths", "code", "raw")]
        for match in re.finditer(r"(?<!\\)\$\$", block.text.string):
            if not any(start <= match.start() < end for start, end in covered):
                yield Hit(
                    block.text.origin(match.start()),
                    "'$$' has no partner in this block, so it stays as it is.",
                    "Close the formula with '$$'; leave no blank line in a formula within a text.",
                )
