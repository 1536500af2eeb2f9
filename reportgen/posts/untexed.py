"""The body that the preview shows of a post whose blog sets formulas itself, by a script."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.posts.body import Body, boxed
from reportgen.posts.draft import Numbered
from reportgen.posts.items import FormulaItem
from reportgen.posts.maths import mathml, quoted
from reportgen.posts.scan import Segment, spans
from reportgen.posts.tex import FormulaError, expanded


@dataclass
class Untexed(Body):
    """MathML in place of TeX, and TeX as code, with a warning, where only the blog's script can."""

    warnings: list[str] = field(default_factory=list)

    def formula(self, segment: Segment) -> str:
        """As MathML where it can be."""
        if fault := fault_of(self.with_values(self.draft.formulas[segment.start].tex)):
            inside = max(0, segment.text.find(fault.needle))
            self.warn(fault, self.draft.text.line(segment.start + inside))
        return super().formula(segment)

    def caption(self, text: str, shown: Numbered) -> str:
        """A caption, whose formulas are MathML where they can be."""
        for segment in spans(text):
            tex = expanded(segment.tex, self.draft.macros)
            if tex and (fault := fault_of(self.with_values(tex))):
                self.warn(fault, shown.line)
        return super().caption(text, shown)

    def warn(self, fault: FormulaError, line: int) -> None:
        """Say that the preview shows a formula as TeX."""
        message = f"{fault.message} The preview shows this formula as TeX."
        self.warnings.append(self.draft.source.warning(message, line))

    def formula_html(self, item: FormulaItem) -> str:
        """A formula as MathML, or as code."""
        if not fault_of(item.tex):
            return super().formula_html(item)
        code = f"<code>{quoted(item.tex)}</code>"
        if not item.block:
            return code
        number = f'<span class="no">({item.number})</span>' if item.number else ""
        return boxed(item, code + number)


def fault_of(tex: str) -> FormulaError | None:
    """Why a formula cannot be MathML."""
    try:
        mathml(tex, display=False)
    except FormulaError as error:
        return error
    return None
