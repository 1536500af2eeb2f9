"""The list of references: how each work is described, and where it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reportgen.blog.escape import escape
from reportgen.posts.bibliography import Work, plain
from reportgen.posts.maths import mathml
from reportgen.posts.tex import FormulaError

FORMULA = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$")
BOOKS = ("book", "proceedings", "manual", "collection", "phdthesis", "mastersthesis", "thesis")
THESES = {"phdthesis": "PhD thesis", "mastersthesis": "Master’s thesis", "thesis": "Thesis"}
MOST = 12  # authors that the list names before "et al."


def described(work: Work, year: str) -> str:
    """A work as the list shows it: who, when, what, where, and where to read it."""
    name = formatted(work.fields.get("title", "").strip().rstrip(".")) or escape(work.key)
    title = f"<cite>{name}</cite>" if work.kind in BOOKS else f"“{name}”"
    dated = f"({escape(year)})"
    opening = [f"{names_html(work)} {dated}", title] if work.has_people else [f"{title} {dated}"]
    parts = [part.rstrip(".") for part in (*opening, *venue(work)) if part]
    links = " ".join(f'<a href="{address(a)}">{escape(text)}</a>' for text, a in links_of(work))
    return f"{'. '.join(parts)}. {links}".rstrip()


def names_html(work: Work) -> str:
    """The people of a work, as HTML; of many the first ones."""
    names = [escape(str(name)) for name in work.people]
    if work.others or len(names) > MOST:
        return f"{', '.join(names[: MOST - 1])} et al."
    role = ("", " (eds.)" if len(names) > 1 else " (ed.)")[bool(work.editors and not work.authors)]
    return ", ".join([*names[:-2], " and ".join(names[-2:])]) + role


def venue(work: Work) -> Iterator[str]:
    """Journal or proceedings, school, publisher, note: what of these the entry has."""
    journal = work.fields.get("journal") or work.fields.get("journaltitle") or ""
    pages = escape(re.sub("-+", "–", work.text("pages")))
    if journal and not (work.arxiv and re.search(r"arxiv|corr\b", journal, re.I)):
        number = escape(work.text("number", "issue"))
        counted = f"{escape(work.text('volume'))}{f'({number})' if number else ''}"
        named = f"<cite>{formatted(journal)}</cite>{f' {counted}' if counted else ''}"
        yield f"{named}, {pages}" if pages else named
    elif book := work.fields.get("booktitle"):
        named = f"In <cite>{formatted(book)}</cite>"
        yield f"{named}, pp. {pages}" if pages else named
    if kind := work.text("type") or THESES.get(work.kind, ""):
        yield escape(", ".join(filter(None, [kind, work.text("school", "institution")])))
    elif school := work.text("school", "institution"):
        yield escape(school)
    if edition := work.text("edition"):
        yield escape(f"{edition} edition")
    for text in map(work.text, ("publisher", "howpublished", "note")):
        is_link = "://" in text or (work.arxiv and "arxiv" in text.lower())
        if text and not is_link and text != str(work.people[0]):
            yield escape(text)


def links_of(work: Work) -> Iterator[tuple[str, str]]:
    """Texts and addresses: DOI and arXiv, else the address that the entry gives."""
    if work.doi:
        yield f"doi:{work.doi}", f"https://doi.org/{work.doi}"
    if work.arxiv:
        yield f"arXiv:{work.arxiv}", f"https://arxiv.org/abs/{work.arxiv}"
    written = work.fields.get("url") or work.fields.get("howpublished") or ""
    found = re.search(r"https?://[^\s{}]+", written)
    if found and not (work.doi or work.arxiv):
        url = re.sub(r"\\([_%#&~])", r"\1", found[0])
        yield re.sub(r"^https?://(www\.)?|/$", "", url), url


def address(url: str) -> str:
    """An address for an attribute; what no address may hold is written with %."""
    forbidden = r"[\s\"'<>\\^`{|}]"
    return escape(re.sub(forbidden, lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), url))


def formatted(latex: str) -> str:
    """LaTeX of a BibTeX file as HTML; its formulas are MathML where they can be."""
    parts, position = [], 0
    for match in FORMULA.finditer(latex):
        parts.append(text_html(latex[position : match.start()]))
        position = match.end()
        try:
            parts.append(mathml(match[1], display=False))
        except FormulaError:
            parts.append(escape(plain(match[0])))
    return "".join([*parts, text_html(latex[position:])])


def text_html(latex: str) -> str:
    """Text with the spaces at its ends kept, as a formula may stand beside it."""
    start, end = (" " if latex[:1].isspace() else ""), (" " if latex[-1:].isspace() else "")
    inner = plain(latex).strip()
    return f"{start}{escape(inner)}{end}" if inner else start
