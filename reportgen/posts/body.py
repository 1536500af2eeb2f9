"""The body of a post: drafts settled into Markdown that kramdown reads as the author meant it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import unescape
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from reportgen.blog.blog import Blog
from reportgen.blog.escape import escape
from reportgen.blog.kramdown import Document, Element, header_id
from reportgen.blog.liquid import Token
from reportgen.blog.text import replaced
from reportgen.engine.draw import first_sentence
from reportgen.posts import kramdown, liquid
from reportgen.posts.captions import caption_html
from reportgen.posts.draft import Draft, Numbered, item_error, refuse_citation
from reportgen.posts.figures import assets_of, figure_html
from reportgen.posts.formulas import Formulas
from reportgen.posts.html import folded, inline_html
from reportgen.posts.items import (
    Address,
    CiteItem,
    EquationRef,
    FigureItem,
    FormulaItem,
    ListItem,
    RefItem,
    TextItem,
    ValueItem,
)
from reportgen.posts.marks import (
    CLASS,
    as_one,
    filled,
    text_of,
    unmarked,
    values_in,
    without_marks,
)
from reportgen.posts.palette import same_colours
from reportgen.posts.placing import in_place, longer_fence, markup_only, safe_prose
from reportgen.posts.post import Asset, Heading
from reportgen.posts.scan import Segment, read
from reportgen.posts.tex import FormulaError
from reportgen.posts.tokens import TOKEN

if TYPE_CHECKING:
    from reportgen.engine.results import Results

Lookup = Callable[[str], tuple[Draft, Numbered] | None]
ATTACHED = re.compile(r"(?:[.,;:?)’”»%]|!(?!\[))+(?!\w)|-\w+|[’']?s\b")


@dataclass
class Body:
    """``markdown`` still holds the tokens of addresses."""

    draft: Draft
    results: Results
    elsewhere: Lookup
    formulas: Formulas
    templates: Path
    blog: Blog
    markdown: str = ""
    headings: list[Heading] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)  # what each figure shows, in short
    told: dict[str, str] = field(default_factory=dict)  # see figure_html
    coded: dict[str, str] = field(default_factory=dict)  # see figure_html
    palette: dict[str, int] = field(default_factory=dict)  # see same_colours
    cited_at: dict[str, str] = field(default_factory=dict)  # the first place of each work's key
    has_citations: bool = False  # whether all of them are in ``cited_at``

    def assemble(self) -> Body:
        """Settle everything; ``verify`` comes next. Raises ReportgenError with file and line."""
        self.refuse_figures_in_lines()
        safe = "".join(self.safe(segment) for segment in self.draft.segments)
        safe = unmarked(kramdown.settle_pipes(safe), self.draft.tokens)
        safe = self.with_heading_ids(safe)
        safe, self.has_citations = self.settled(safe), True
        self.markdown = self.settled(safe).strip("\n") + "\n"
        if not self.draft.figures and re.search(r'class="rg-|\.rg-note', self.markdown):
            self.markdown += f"\n{self.head().strip()}\n"
        return self

    def verify(self, page: Document | None) -> None:
        """Take the headings' ids from the page. Raises ReportgenError for a figure not in it.

        ``page`` is the body as a preview has read it; where Liquid decides what it holds, or
        nobody has read it, it is read here.
        """
        if page is None or "{%" in self.markdown or "{{" in self.markdown:
            page = Document(liquid.hushed(folded(self.markdown)[0]))
        written = kramdown.headings(page)
        if len(written) == len(self.headings):
            self.headings = [
                replace(heading, id=block.attr.get("id", heading.id))
                for heading, block in zip(self.headings, written, strict=True)
            ]
        notes = [note for note, _ in page.state.notes.values()]
        present = {id for top in (page.root, *notes) for id in block_ids(top)}
        for shown in self.draft.figures.values():
            if shown.anchor not in present:
                raise self.misplaced(shown, "here")

    def refuse_figures_in_lines(self) -> None:
        """Raises ReportgenError for a figure in a table's cell, a heading or a term."""
        for block in self.draft.document.walk():
            for match in TOKEN.finditer(block.text.string) if block.kind in LINES else ():
                item = self.draft.tokens.get(match)
                if isinstance(item, FigureItem):
                    raise self.misplaced(self.draft.figures[item.id], LINES[block.kind])

    def misplaced(self, shown: Numbered, where: str) -> Exception:
        """An error about a figure where no block can stand."""
        message = f"{shown.item.kind.capitalize()} '{shown.id}' cannot stand {where}."
        hint = "Put it on a line of its own: in the text, a list, a quote or a note."
        return self.draft.source.error(message, shown.line, shown.id, hint)

    # Prose, code and formulas

    def safe(self, segment: Segment) -> str:
        """A piece of the source that neither kramdown nor Liquid will misread."""
        if segment.kind in ("math", "display") and not self.in_liquid(segment, "output", "tag"):
            return self.formulas.token(segment)
        if segment.kind in ("code", "span"):
            return self.code(segment)
        if segment.kind == "text":
            self.formulas.refuse_bare(segment)
        guard = liquid.entities if segment.kind in ("html", "tag") else safe_prose
        return liquid.guarded(segment.text, segment.start, self.kept, guard)

    @cached_property
    def kept(self) -> list[Token]:
        """The Liquid of the post that its author meant."""
        code = ("code", "span")
        spans = ((s.start, s.start + len(s.text)) for s in self.draft.segments if s.kind in code)
        return liquid.meant(self.draft.text.text, spans, lambda: self.blog.has_plugins)

    def in_liquid(self, segment: Segment, *kinds: str) -> bool:
        """Whether a piece lies within Liquid of these kinds."""
        at = bisect_right(self.kept, segment.start, key=lambda token: token.end)
        token = self.kept[at] if at < len(self.kept) else None
        return token is not None and token.start <= segment.start and token.kind in kinds

    def code(self, segment: Segment) -> str:
        """Code in which quoted values are as they are, and do not end it; marked in a line."""
        tokens = self.draft.tokens
        for match in TOKEN.finditer(segment.text):
            refuse_citation(self.draft, tokens.get(match), "code")
        code = filled(segment.text, tokens)
        code = longer_fence(code) if code != segment.text else code
        values = values_in(segment.text, tokens) if segment.kind == "span" else ()
        if not self.in_liquid(segment, "raw", "comment"):
            code = liquid.guard_code(code)
        if not values:
            return code
        shown = filled(segment.text, tokens).strip("`").strip()
        return f'<span class="{CLASS}" {self.formulas.mark(as_one(values, shown))}>{code}</span>'

    # Headings

    def with_heading_ids(self, text: str) -> str:
        """The text whose headings all say their id, as two parsers might choose two."""
        lines = [self.draft.text.line(h.start) for h in kramdown.headings(self.draft.document)]
        found = kramdown.headings(read(text))
        used: dict[str, int] = {}
        places = []
        for heading, line in zip(found, lines, strict=True):
            markup = without_marks(self.inline(heading.text.string))
            plain = re.sub(r"<math\b.*?</math>|<[^>]+>", "", markup)
            id = heading.info or header_id(unescape(plain), used) or "section"
            unlinked = re.sub(r"</?a\b[^>]*>", "", markup)  # it is a link itself in the contents
            self.headings.append(Heading(heading.level, id, unlinked, line))
            given = f" {{#{id}}}" if id[0].isalpha() else ""  # no other is one for kramdown
            written = f"{'#' * heading.level} {heading.text.string}{given}"
            places.append((heading.start, heading.end - 1, written))
        return replaced(text, places)

    def inline(self, text: str) -> str:
        """Inline Markdown, already safe for kramdown, as HTML."""
        return inline_html(self.settled(text, context="raw"))

    # Tokens

    def settled(self, text: str, context: str = "markdown") -> str:
        """The text with everything but addresses in place of its tokens."""
        parts, position = [], 0
        for match in TOKEN.finditer(text):
            item = self.draft.tokens.get(match)
            parts.append(text[position : match.start()])
            position = match.end()
            before, after = "".join(parts[-5:])[-400:], text[position : position + 1]
            tail = ATTACHED.match(text, position) if isinstance(item, FormulaItem) else None
            if tail and not item.block and (self.formulas.math == "mathml" or not item.display):
                markup = self.formulas.placed(item, before, "x", context, tail[0])
                position = tail.end()
            else:
                markup = self.markup(item, match[0], before, after, context)
            parts.append(markup)
        return re.sub(r"\n{3,}", "\n\n", "".join([*parts, text[position:]]))

    def markup(self, item: Any, token: str, before: str, after: str, context: str) -> str:
        """What stands in place of a token."""
        if isinstance(item, FigureItem):
            return in_place(self.figure(item), before, after, self.draft.text.text)
        if isinstance(item, RefItem):
            return self.reference(item)
        if isinstance(item, EquationRef):
            return self.equation_reference(item)
        if isinstance(item, ValueItem):
            return self.value(item)
        if isinstance(item, CiteItem):
            return self.citation(item, context)
        if isinstance(item, ListItem):
            return self.listed(item, token, before, after)
        if isinstance(item, TextItem):
            return markup_only(item.text) if item.html else escape(item.text)
        if isinstance(item, FormulaItem):
            return self.formulas.placed(item, before, after, context)
        return token

    def figure(self, item: FigureItem) -> str:
        """A figure or table with its caption; its files join ``assets``."""
        shown = self.draft.figures[item.id]
        result = self.results[item.id]
        source = self.draft.source.path
        caption = caption_html(self, item, shown)
        self.about[item.id] = shorten(first_sentence(text_of(caption)), 100, placeholder="…")
        folder = self.draft.tokens.put(Address("figures", source))
        versions = self.draft.versions.get(item.id, ())
        self.assets += [*assets_of(result, source), *self.draft.beside(item.id)]
        markup = figure_html(
            shown, result, self.results, caption, folder, self.templates, self.told, self.coded,
            versions=Path(versions[0].path).name if versions else "",
        )  # fmt: skip
        markup = same_colours(markup, self.palette)
        first = shown is next(iter(self.draft.figures.values()))
        return f"{self.head() if first else ''}{markup}"

    def head(self) -> str:
        """What makes figures beautiful, linked once: before the first of them, or at the end."""
        site = self.draft.tokens.put(Address("site"))
        return (
            f'<link rel="stylesheet" href="{site}/assets/reportgen.css">\n\n'
            f'<script src="{site}/assets/reportgen.js" defer></script>\n\n'
        )

    def reference(self, item: RefItem) -> str:
        """A link to a figure or table, of this post or another."""
        shown, page, of = self.draft.figures.get(item.id), "", ""
        if not shown:
            found = self.elsewhere(item.id)
            if not found:
                raise item_error(self.draft, item, f"No post shows '{item.id}'.", item.id)
            other, shown = found
            source = self.draft.source
            if source.is_published(self.blog) and not other.source.is_published(self.blog):
                message = f"'{item.id}' is shown in '{other.source.shown}' alone, which is not"
                raise item_error(self.draft, item, f"{message} published.", item.id)
            page = self.draft.tokens.put(Address("post", other.source.path))
            of = f" of “{other.source.front_matter['title']}”"
        place, label = shown.anchor, shown.label
        if item.panel:
            place, label = item.panel_anchor, f"{label}({item.panel})"
        text = escape(item.text or label + of).replace(" ", "&nbsp;", 1)
        return f'<a class="ref rg-ref" href="{page}#{place}">{text}</a>'

    def citation(self, item: CiteItem, context: str) -> str:
        """Links to the list of references; the first one to a work is where that points back."""
        new = [key for key in item.keys if key not in self.cited_at and context == "markdown"]
        ids = {key: f"cite-{self.draft.citations.anchors[key][4:]}" for key in new}
        self.cited_at |= ids
        return self.draft.citations.cite(item, ids)

    def listed(self, item: ListItem, token: str, before: str, after: str) -> str:
        """The list of references, once all citations have their places; how to cite the post."""
        if item.kind == "cite_this":
            return in_place(self.draft.how_to_cite, before, after, self.draft.text.text)
        if not self.has_citations:
            return token
        if not self.cited_at and not self.draft.citations.works:
            raise item_error(self.draft, item, "This post cites nothing.", "references")
        works = self.draft.citations.list_html(self.cited_at)
        return in_place(works, before, after, self.draft.text.text)

    def equation_reference(self, item: EquationRef) -> str:
        """A link to a numbered equation."""
        try:
            number, anchor = self.formulas.labelled(item.label)
        except FormulaError as error:
            raise item_error(self.draft, item, error.message, error.needle, error.hint) from None
        return f'<a class="eqref" href="#{anchor}">equation&nbsp;{escape(number)}</a>'

    def value(self, item: ValueItem) -> str:
        """A value of a run, marked, with a link to the figure that shows it."""
        shown = self.draft.figures.get(item.id)
        text = escape(item.text).replace("\u00a0", "&nbsp;")
        if item.id and isinstance(item.value, int | float):
            text = f'<data value="{item.value!r}">{text}</data>'
        mark = f" {self.formulas.mark(item)}" if item.origin else ""
        if shown:
            classes = f"val rg-val {CLASS}" if mark else "val rg-val"
            return f'<a class="{classes}"{mark} href="#{shown.anchor}">{text}</a>'
        if mark:
            return f'<span class="{CLASS}"{mark}>{text}</span>'
        return f"<span>{text}</span>"  # kramdown takes a line that begins with <data> for a block


LINES = {"cell": "in a table's cell", "heading": "in a heading", "term": "in a term"}


def block_ids(element: Element) -> Iterator[str]:
    """The ids of all blocks of HTML."""
    for child in element.children:
        if child.info == "raw":  # as HTML stands in a post whose HTML is Markdown
            yield from re.findall(r'\bid="([^"]+)"', child.value)
        if child.kind == "html" and not child.is_span and child.attr.get("id"):
            yield child.attr["id"]
        yield from block_ids(child)
