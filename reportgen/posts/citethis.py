"""How a post is cited: BibTeX of the post, and of the project's CITATION.cff."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reportgen.blog import front_matter
from reportgen.blog.blog import Blog
from reportgen.errors import Place, ReportgenError
from reportgen.posts.items import Address, ListItem

if TYPE_CHECKING:
    from reportgen.posts.draft import Draft
    from reportgen.project import Project

FILE = "CITATION.cff"
KINDS = {"article": "article", "book": "book", "conference-paper": "inproceedings",
         "proceedings": "proceedings", "report": "techreport", "thesis": "phdthesis",
         "software": "software"}  # fmt: skip
FIELDS = {"title": "title", "version": "version", "doi": "doi", "journal": "journal",
          "volume": "volume", "issue": "number", "month": "month"}  # fmt: skip


def how_to_cite(post: Draft, blog: Blog, project: Project) -> str:
    """The block "Cite this post" as HTML; '' where the post has no place for it.

    Raises ReportgenError for a CITATION.cff that is none.
    """
    if not any(isinstance(i, ListItem) and i.kind == "cite_this" for i in post.tokens.items):
        return ""
    software = read_cff(project)
    authors = (
        people(post.source.front_matter.get("author") or post.source.front_matter.get("authors"))
        or people(blog.config.get("author"))
        or people(software.get("authors"))
    )
    place = str(blog.config.get("title") or project.title or project.root.name)
    fields = {
        "title": str(post.source.front_matter["title"]),
        "year": str(post.source.date.year),
        "month": f"{post.source.date:%B}",
        "howpublished": f"Blog post, {place}",
    }
    entry = bibtex("misc", authors or [group(place)], fields)
    page = post.tokens.put(Address("bibtex"))
    blocks = [code(re.sub(r"\n\}\s*$", lambda _: f"{page}\n}}", entry))]
    summary = "Cite this post"
    if software:
        blocks.append(code(bibtex_of_cff(software)))
        summary = "Cite this post, or its code"
    inner = "\n".join(blocks)
    return f'<details class="rg-bibtex">\n<summary>{summary}</summary>\n{inner}\n</details>'


def code(bibtex: str) -> str:
    """BibTeX as a block in which Liquid finds nothing."""
    safe = html.escape(bibtex.strip(), quote=False).replace("{", "&#123;").replace("%", "&#37;")
    return f"<pre><code>{safe}</code></pre>"


def read_cff(project: Project) -> dict[str, Any]:
    """The project's CITATION.cff; empty without one. Raises ReportgenError where it is broken."""
    file = project.root / FILE
    if not file.is_file():
        return {}
    values, fault = front_matter.load(file.read_text(encoding="utf-8", errors="replace"))
    if fault or not values.get("title"):
        reason = f"not valid YAML: {fault[1]}" if fault else "it has no title"
        raise ReportgenError(f"Cannot tell how to cite the code: {reason}.", place=Place(FILE))
    return values


def people(value: Any) -> list[str]:
    """Names as BibTeX wants them, from a front matter's ``author`` or a CITATION.cff."""
    if isinstance(value, list):
        return [name for each in value for name in people(each)]
    if isinstance(value, Mapping):
        family = value.get("family-names")
        if not family:
            return (
                [group(value["name"])] if "given-names" not in value and value.get("name") else []
            )
        particle = f"{value['name-particle']} " if value.get("name-particle") else ""
        suffix = f", {value['name-suffix']}" if value.get("name-suffix") else ""
        given = f", {value['given-names']}" if value.get("given-names") else ""
        return [f"{particle}{family}{suffix}{given}"]
    return [str(value)] if value else []


def group(name: Any) -> str:
    """The name of a group, which BibTeX takes apart unless it is in braces."""
    return f"{{{unbraced(str(name))}}}"


def unbraced(text: str) -> str:
    """BibTeX text without its braces and backslashes."""
    return re.sub(r"[{}\\]", "", text)


def bibtex_of_cff(values: Mapping[str, Any]) -> str:
    """BibTeX of a CITATION.cff: of the work that it prefers, else of the software."""
    preferred = values.get("preferred-citation")
    work = {"type": "software", **(preferred if isinstance(preferred, Mapping) else values)}
    fields = {ours: str(work[theirs]) for theirs, ours in FIELDS.items() if work.get(theirs)}
    if work.get("start"):
        fields["pages"] = (
            f"{work['start']}--{work['end']}" if work.get("end") else str(work["start"])
        )
    for ours, theirs in (("booktitle", "conference"), ("publisher", "publisher"),
                         ("institution", "institution")):  # fmt: skip
        named = work.get(theirs)
        if isinstance(named, Mapping) and named.get("name"):
            fields[ours] = str(named["name"])
    released = work.get("date-released") or work.get("date-published") or ""
    year = str(work.get("year") or released)[:4]
    fields |= {"year": year} if year else {}
    url = work.get("url") or work.get("repository-code") or work.get("repository")
    fields |= {"url": str(url)} if url else {}
    kind = KINDS.get(str(work["type"]), "misc")
    return bibtex(kind, people(work.get("authors")), fields)


def bibtex(kind: str, authors: list[str], fields: Mapping[str, str]) -> str:
    """One entry; its key is made of the first author's name, the year and the title."""
    from pybtex.database import BibliographyData, Entry, Person
    from pybtex.database.output.bibtex import Writer  # by its name it is looked for everywhere

    persons = [Person(name) for name in authors]
    first = unbraced(persons[0].last_names[-1]).split()[-1] if persons else ""
    word = next((w for w in re.findall(r"\w+", fields.get("title", "")) if len(w) > 3), "")
    key = re.sub(r"[^a-z0-9]", "", f"{first}{fields.get('year', '')}{word}".lower()) or "post"
    plain = [(name, unbraced(text)) for name, text in fields.items()]
    entry = Entry(kind, plain, {"author": persons} if persons else {})
    return str(Writer().to_string(BibliographyData({key: entry})))
