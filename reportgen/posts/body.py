"""The body of a post: drafts settled into Markdown that kramdown reads as the author meant it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.posts import kramdown, liquid
from reportgen.posts.draft import Draft, Numbered
from reportgen.posts.figures import assets_of, figure_html
from reportgen.posts.html import to_html
from reportgen.posts.items import Address, EquationRef, FigureItem, FormulaItem, RefItem, ValueItem
from reportgen.posts.maths import FormulaError, kramdown_tex, mathml, quoted
from reportgen.posts.post import Asset, Heading
from reportgen.posts.scan import Segment, spans
from reportgen.posts.tokens import TOKEN

if TYPE_CHECKING:
    from reportgen.engine.results import Results

Lookup = Callable[[str], tuple[Draft, Numbered] | None]
LINE_START = re.compile(r"[ \t>]*(?P<item>(?:(?:[-*+]|\d+\.)[ \t]+)*)")
RELATION = re.compile(r"(?<=\w) ([=≈≤≥]) (?=[\w−-])")
BLOCK_END = re.compile(r"[ \t>]*(?:$|#{1,6}[ \t]|`{3}|~{3}|<)")


@dataclass
class Body:
    """``markdown`` still holds the tokens of addresses; ``address`` puts them in."""

    draft: Draft
    results: Results
    elsewhere: Lookup
    math: str
    templates: Path
    markdown: str = ""
    headings: list[Heading] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)  # see figure_html

    def assemble(self) -> Body:
        """Settle everything. Raises ReportgenError with file and line."""
        safe = "".join(self.safe(segment) for segment in self.draft.segments)
        safe = self.with_heading_ids(kramdown.settle_pipes(safe))
        self.markdown = self.settled(safe).strip("\n") + "\n"
        return self

    # Prose, code and formulas

    def safe(self, segment: Segment) -> str:
        """A piece of the source that neither kramdown nor Liquid will misread."""
        if segment.kind in ("code", "span"):
            return liquid.guard_code(segment.text)
        if segment.kind in ("html", "tag"):
            return liquid.guard_prose(segment.text)
        if segment.kind in ("math", "display"):
            return self.formula(segment)
        return kramdown.pend_pipes(kramdown.plain_dollars(liquid.guard_prose(segment.text)))

    def formula(self, segment: Segment) -> str:
        """A token for a formula, once it is known to be sound."""
        display = segment.kind == "display"
        text = self.draft.text.text
        end = segment.start + len(segment.text)
        before = text[text.rfind("\n", 0, segment.start) + 1 : segment.start]
        after = text[end : (text.find("\n", end) + 1 or len(text))].strip()
        block = display and not before and not after
        alone = before.strip()[-1:] in ("", "|") and after[:1] in ("", "|")
        number = self.draft.equations.get(segment.label) if segment.label else None
        tex = self.with_values(segment.tex)
        item = FormulaItem(tex, display, alone, block, number, segment.label)
        if segment.label and not block:
            raise self.error(segment, "A numbered equation must stand on lines of its own.", "{#")
        try:
            self.formula_html(item)
        except FormulaError as error:
            raise self.error(segment, error.message, error.needle, error.hint) from None
        token = self.draft.tokens.put(item)
        return f"\n\n{token}\n\n" if block else token

    def with_values(self, tex: str) -> str:
        """TeX in which quoted values are plain numbers."""
        return self.draft.tokens.replace(tex, lambda item: getattr(item, "text", "") or "")

    def error(
        self, segment: Segment, message: str, needle: str = "", hint: str | None = None
    ) -> Exception:
        """An error in a formula, at the line of it that holds ``needle``."""
        inside = max(0, segment.text.find(needle)) if needle else 0
        line = self.draft.text.line(segment.start + inside)
        if not needle or needle not in self.draft.source.lines[line - 1]:
            needle = segment.text.split("\n")[0]
        return self.draft.source.error(message, line, needle, hint)

    def formula_html(self, item: FormulaItem) -> str:
        """A formula's final markup, in the post's way of writing maths."""
        if self.math == "tex":
            return tex_markup(item)
        markup = mathml(item.tex, display=item.display, alone=item.alone)
        if not item.block:
            return markup
        if item.number is None:
            opening = '<div class="eq rg-eq" tabindex="0" role="group" aria-label="Equation">'
            return f"{opening}{markup}</div>"
        return (
            f'<div class="eq rg-eq" id="{item.label}" tabindex="0" role="group" '
            f'aria-label="Equation {item.number}">{markup}'
            f'<span class="no">({item.number})</span></div>'
        )

    # Headings

    def with_heading_ids(self, text: str) -> str:
        """The text whose headings all say their id, as two parsers might choose two."""
        lines = [self.draft.text.line(h.start) for h in kramdown.headings(self.draft.text.text)]
        found = kramdown.headings(text)
        used: dict[str, int] = {}
        parts, position = [], 0
        for heading, line in zip(found, lines, strict=True):
            markup = self.inline(heading.text)
            plain = re.sub(r"<math\b.*?</math>|<[^>]+>", "", markup)
            id = heading.id or kramdown.header_id(unescape(plain), used)
            self.headings.append(Heading(heading.level, id, markup, line))
            marks = "#" * heading.level
            parts += [text[position : heading.start], f"{marks} {heading.text} {{#{id}}}"]
            position = heading.end
        return "".join([*parts, text[position:]])

    def inline(self, text: str) -> str:
        """Inline Markdown, already safe for kramdown, as HTML."""
        markup = to_html(self.settled(text, context="raw").replace("\n", " ")).strip()
        return markup.removeprefix("<p>").removesuffix("</p>")

    # Tokens

    def settled(self, text: str, context: str = "markdown") -> str:
        """The text with everything but addresses in place of its tokens."""
        parts, position = [], 0
        for match in TOKEN.finditer(text):
            item = self.draft.tokens.get(match)
            before = text[position : match.start()]
            after = text[match.end() : match.end() + 1]
            parts.append(before)
            parts.append(self.markup(item, match[0], "".join(parts[-5:])[-400:], after, context))
            position = match.end()
        return re.sub(r"\n{3,}", "\n\n", "".join([*parts, text[position:]]))

    def markup(self, item: Any, token: str, before: str, after: str, context: str) -> str:
        if isinstance(item, FigureItem):
            return self.figure(item)
        if isinstance(item, RefItem):
            return self.reference(item)
        if isinstance(item, EquationRef):
            return self.equation_reference(item)
        if isinstance(item, ValueItem):
            return self.value(item)
        if isinstance(item, FormulaItem):
            return self.placed(item, before, after, context)
        return token

    def placed(self, item: FormulaItem, before: str, after: str, context: str) -> str:
        """A formula where it stands: kramdown takes markup that begins a block for a block."""
        if context == "raw" and self.math == "tex":
            opening, closing = "[]" if item.display else "()"
            return f"&#92;{opening}{quoted(item.tex)}&#92;{closing}"
        markup = self.formula_html(item)
        if item.block or (item.display and self.math == "tex"):
            return markup
        if self.math == "mathml":  # at the beginning of any line it would end the paragraph
            start = LINE_START.fullmatch(before.rsplit("\n", 1)[-1])
            return f"<span>{markup}</span>" if start else markup
        return f"\\{markup}" if after in ("", "\n") and begins_block(before) else markup

    def figure(self, item: FigureItem) -> str:
        shown = self.draft.figures[item.id]
        result = self.results[item.id]
        slug = self.draft.source.slug
        caption = self.caption(result.caption if item.caption is None else item.caption, shown)
        folder = self.draft.tokens.put(Address("figures", slug))
        self.assets += assets_of(result, slug)
        markup = figure_html(
            shown, result, self.results, caption, folder, self.templates, self.told
        )
        first = shown is next(iter(self.draft.figures.values()))
        return f"\n\n{self.head() if first else ''}{markup}\n\n"

    def head(self) -> str:
        """What makes figures beautiful, linked once, before the first of them."""
        site = self.draft.tokens.put(Address("site"))
        return (
            f'<link rel="stylesheet" href="{site}/assets/reportgen.css">\n\n'
            f'<script src="{site}/assets/reportgen.js" defer></script>\n\n'
        )

    def caption(self, text: str, shown: Numbered) -> str:
        """A caption as HTML; it is inline Markdown with maths. ``t = 5`` stays on one line."""
        parts = []
        for segment in spans(text):
            if segment.kind in ("math", "display"):
                try:
                    item = FormulaItem(self.with_values(segment.tex), False)
                    self.formula_html(item)
                except FormulaError as error:
                    raise self.caption_error(shown, error) from None
                parts.append(self.draft.tokens.put(item))
            elif segment.kind == "text":
                glued = RELATION.sub("\u00a0\\1\u00a0", segment.text)
                parts.append(kramdown.plain_dollars(glued))
            else:
                parts.append(segment.text)
        return self.inline("".join(parts))

    def caption_error(self, shown: Numbered, error: FormulaError) -> Exception:
        message = f"In the caption of '{shown.id}': {error.message}"
        return self.draft.source.error(message, shown.line, shown.id, error.hint)

    def reference(self, item: RefItem) -> str:
        shown = self.draft.figures.get(item.id)
        if shown:
            text = escape(item.text or shown.label).replace(" ", "&nbsp;", 1)
            return f'<a class="ref rg-ref" href="#{shown.anchor}">{text}</a>'
        found = self.elsewhere(item.id)
        if not found:
            raise self.item_error(item, f"No post shows '{item.id}'.", item.id)
        other, shown = found
        page = self.draft.tokens.put(Address("post", other.source.slug))
        label = f"{shown.label} of “{other.source.front_matter['title']}”"
        text = escape(item.text or label).replace(" ", "&nbsp;", 1)
        return f'<a class="ref rg-ref" href="{page}#{shown.anchor}">{text}</a>'

    def equation_reference(self, item: EquationRef) -> str:
        number = self.draft.equations.get(item.label)
        if number is None:
            from reportgen.errors import did_you_mean

            hint = did_you_mean(item.label, list(self.draft.equations))
            message = f"No equation has the label '{item.label}'."
            raise self.item_error(item, message, item.label.removeprefix("eq-"), hint)
        return f'<a class="eqref" href="#{item.label}">equation&nbsp;{number}</a>'

    def value(self, item: ValueItem) -> str:
        shown = self.draft.figures.get(item.id)
        text = escape(item.text).replace("\u00a0", "&nbsp;")
        data = text if item.value is None else f'<data value="{item.value!r}">{text}</data>'
        if not shown:
            return (
                f"<span>{data}</span>"  # kramdown takes a line that begins with <data> for a block
            )
        return f'<a class="val rg-val" href="#{shown.anchor}">{data}</a>'

    def item_error(
        self, item: Any, message: str, needle: str, hint: str | None = None
    ) -> Exception:
        """An error at the first place where an item stands in the text."""
        for match in TOKEN.finditer(self.draft.text.text):
            if self.draft.tokens.get(match) is item:
                line = self.draft.text.line(match.start())
                return self.draft.source.error(message, line, needle, hint)
        return self.draft.source.error(message, None, needle, hint)


def begins_block(before: str) -> bool:
    """Whether what follows ``before`` begins a paragraph, a list item or a quote."""
    *earlier, line = ["", *before.split("\n")]
    start = LINE_START.fullmatch(line)
    return bool(start and (start["item"] or BLOCK_END.match(earlier[-1])))


def tex_markup(item: FormulaItem) -> str:
    """A formula in kramdown's own dollars, with a number and an anchor if it has them."""
    tex = kramdown_tex(item.tex)
    if not item.block:
        return f"$${tex}$$"
    if item.number is None:
        return f"$$\n{tex}\n$$"
    return f"$$\n{tex} \\tag{{{item.number}}}\n$$\n{{: #{item.label}}}"


def addressed(text: str, draft: Draft, addresses: Mapping[str, Callable[[Address], str]]) -> str:
    """The text with the addresses in it written by one of ``addresses`` by kind."""
    return draft.tokens.replace(text, lambda item: addresses[item.kind](item))


def escape(text: str) -> str:
    """Text for inline HTML in Markdown."""
    import html

    return re.sub(r"[|*_`{\[\]\\]", lambda m: f"&#{ord(m[0])};", html.escape(text, quote=True))


def unescape(text: str) -> str:
    import html

    return html.unescape(text)
