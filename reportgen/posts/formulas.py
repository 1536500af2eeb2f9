"""The formulas of a post: read, numbered, and written as its blog shows maths."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from reportgen.errors import did_you_mean
from reportgen.posts.draft import Draft, Numbered, around, formula_error, is_block, refuse_citation
from reportgen.posts.items import FormulaItem, ValueItem
from reportgen.posts.marks import CLASS, as_one, attributes, text_of, values_in
from reportgen.posts.maths import kramdown_tex, mathml, quoted
from reportgen.posts.placing import LINE_START, begins_block, in_place
from reportgen.posts.scan import Segment
from reportgen.posts.tex import FormulaError, expanded

BARE = re.compile(
    r"\\begin\{[a-z]+\*?\}|\\\\[\[(](?=.+\\\\[])])|\\[\[(](?=[^\n]*\\[A-Za-z]{2}[^\n]*\\[])])", re.S
)
"""How a formula begins for MathJax that kramdown takes for words."""
REFERENCE = re.compile(r"\\(eq)?ref\s*\{\s*([^{}]*?)\s*\}")


@dataclass
class Formulas:
    """Those of a ``draft``, as ``math``: "mathml" or "tex".

    ``marked`` has a number for each value of a run that the post shows, those in formulas too.
    """

    draft: Draft
    math: str
    marked: dict[ValueItem, int] = field(default_factory=dict)

    def mark(self, item: ValueItem) -> str:
        """The attributes of the element that shows a value of a run."""
        number = self.marked.setdefault(item, len(self.marked) + 1)
        return attributes(self.draft.source.slug, number)

    def token(self, segment: Segment) -> str:
        """A token for a formula, once it is known to be sound; nothing for definitions alone."""
        equation = self.draft.formulas[segment.start]
        if not equation.tex.strip():
            return ""
        before, after = around(self.draft, segment)
        block = is_block(self.draft, segment)
        alone = before.strip()[-1:] in ("", "|") and after[:1] in ("", "|")
        anchor = next((self.draft.labels[label][1] for label in equation.labels), "")
        try:
            tex = self.with_references(self.with_values(equation.tex))
            display = segment.kind == "display"
            values = values_in(equation.tex, self.draft.tokens)
            item = FormulaItem(tex, display, alone, block, equation.number, anchor, values)
            self.markup(item)
        except FormulaError as error:
            raise formula_error(self.draft, segment, error) from None
        token = self.draft.tokens.put(item)
        return in_place(token, before, after) if block else token

    def refuse_bare(self, segment: Segment) -> None:
        """Raises ReportgenError for a formula in prose that no script on the page will set."""
        if self.math == "mathml" and (found := BARE.search(segment.text)):
            line = self.draft.text.line(segment.start + found.start())
            message = f"'{found[0]}' begins a formula that nothing sets."
            hint = "Put the formula between '$$' and '$$', or between '$' in a line."
            raise self.draft.source.error(message, line, found[0], hint)

    def in_caption(self, tex: str, shown: Numbered) -> str:
        """A token for a formula in the caption of a figure."""
        try:
            item = FormulaItem(self.with_values(expanded(tex, self.draft.macros)), False)
            self.markup(item)
        except FormulaError as error:
            message = f"In the caption of '{shown.id}': {error.message}"
            raise self.draft.source.error(message, shown.line, shown.id, error.hint) from None
        return self.draft.tokens.put(item)

    def with_values(self, tex: str) -> str:
        """TeX in which quoted values are plain text."""

        def plain(item: Any) -> str:
            refuse_citation(self.draft, item, "a formula")
            return tex_text(getattr(item, "text", "") or "")

        return self.draft.tokens.replace(tex, plain)

    def with_references(self, tex: str) -> str:
        """TeX in which references to equations are their numbers."""

        def number(match: re.Match[str]) -> str:
            shown, _ = self.labelled(match[2])
            return f"\\text{{({shown})}}" if match[1] else f"\\text{{{shown}}}"

        return REFERENCE.sub(number, tex)

    def labelled(self, name: str) -> tuple[str, str]:
        """The number and the anchor of an equation. Raises FormulaError if there is none."""
        for label in (name, f"eq-{name}", f"eq:{name}"):
            if label in self.draft.labels:
                return self.draft.labels[label]
        message = f"No equation has the label '{name}'."
        raise FormulaError(message, name, did_you_mean(name, list(self.draft.labels)) or None)

    def markup(self, item: FormulaItem) -> str:
        """A formula's final markup, in the post's way of writing maths."""
        if self.math == "tex":
            return tex_markup(item)
        markup = mathml(item.tex, display=item.display, alone=item.alone)
        markup = markup.replace("<math", '<math class="rg-math"', 1)
        if item.values:
            mark = self.mark(as_one(item.values, text_of(markup)))
            markup = f'<span class="{CLASS}" {mark}>{markup}</span>'
        if not item.block:
            return markup
        number = "" if item.number is None else f'<span class="no">({item.number})</span>'
        return boxed(item, markup + number)

    def placed(
        self, item: FormulaItem, before: str, after: str, context: str, tail: str = ""
    ) -> str:
        """A formula where it stands: kramdown takes markup that begins a block for a block.

        The ``tail``, punctuation, stays in the formula's line.
        """
        if tail:
            markup = self.placed(item, "x", "x", context)
            return f'<span style="white-space:nowrap">{markup}{tail}</span>'
        if context == "raw" and self.math == "tex":
            opening, closing = "[]" if item.display else "()"
            return f"&#92;{opening}{quoted(item.tex)}&#92;{closing}"
        markup = self.markup(item)
        if item.block:
            return in_place(markup, before, after, self.draft.text.text)
        if item.display and self.math == "tex":
            return markup
        if self.math == "mathml":  # at the beginning of any line it would end the paragraph
            start = LINE_START.fullmatch(before.rsplit("\n", 1)[-1])
            return f"<span>{markup}</span>" if start else markup
        return f"\\{markup}" if after in ("", "\n") and begins_block(before) else markup


def tex_markup(item: FormulaItem) -> str:
    """A formula in kramdown's own dollars, with a number and an anchor if it has them."""
    tex = kramdown_tex(item.tex)
    if not item.block:
        return f"$${tex}$$"
    tag = "" if item.number is None else f" \\tag{{{item.number}}}"
    return boxed(item, f"\n$$\n{tex}{tag}\n$$\n\n", ' markdown="1"')


def boxed(item: FormulaItem, inner: str, more: str = "") -> str:
    """A displayed formula in a box that scrolls by itself where the page is too narrow."""
    id = f' id="{item.label}"' if item.label else ""
    kind = "rg-tex" if more else "eq rg-eq"
    label = "Equation" if item.number is None else f"Equation {item.number}"
    return (
        f'<div class="{kind}"{id} style="overflow-x:auto;overflow-y:hidden" tabindex="0" '
        f'role="group" aria-label="{label}"{more}>{inner}</div>'
    )


def tex_text(text: str) -> str:
    """Text as TeX writes it."""
    text = re.sub(r"[\\{}$&#%_^~]", lambda m: TEX_TEXT.get(m[0], f"\\{m[0]}"), text)
    return text.replace("\u2212", "-").replace("\u00a0", "~")


TEX_TEXT = {"\\": r"\backslash ", "^": r"\text{\textasciicircum}", "~": r"\sim "}
