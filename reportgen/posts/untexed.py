"""Formulas as the preview shows them of a post whose blog sets them itself, by a script."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.posts.draft import Numbered
from reportgen.posts.formulas import Formulas, boxed
from reportgen.posts.items import FormulaItem
from reportgen.posts.maths import mathml, quoted
from reportgen.posts.scan import Segment
from reportgen.posts.tex import FormulaError, expanded


@dataclass
class Untexed(Formulas):
    """MathML in place of TeX, and TeX as code, with a warning, where only the blog's script can."""

    warnings: list[str] = field(default_factory=list)

    def token(self, segment: Segment) -> str:
        """As MathML where it can be."""
        if fault := fault_of(self.with_values(self.draft.formulas[segment.start].tex)):
            inside = max(0, segment.text.find(fault.needle))
            self.warn(fault, self.draft.text.line(segment.start + inside))
        return super().token(segment)

    def refuse_bare(self, segment: Segment) -> None:
        """Leave it to the blog's script."""

    def in_caption(self, tex: str, shown: Numbered) -> str:
        """As MathML where it can be."""
        if fault := fault_of(self.with_values(expanded(tex, self.draft.macros))):
            self.warn(fault, shown.line)
        return super().in_caption(tex, shown)

    def warn(self, fault: FormulaError, line: int) -> None:
        """Say that the preview shows a formula as TeX."""
        message = f"{fault.message} The preview shows this formula as TeX."
        self.warnings.append(self.draft.source.warning(message, line))

    def markup(self, item: FormulaItem) -> str:
        """A formula as MathML, or as code."""
        if not fault_of(item.tex):
            return super().markup(item)
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
