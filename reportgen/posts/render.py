"""From sources to posts: read, run the templates, number, settle, write Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.blog import config
from reportgen.blog.blog import Blog
from reportgen.blog.front_matter import dump
from reportgen.blog.kramdown import Document
from reportgen.errors import ReportgenError, did_you_mean, together
from reportgen.posts import liquid
from reportgen.posts.bibliography import Shelf
from reportgen.posts.body import Body
from reportgen.posts.cards import social_card, thumbnails
from reportgen.posts.citethis import how_to_cite
from reportgen.posts.draft import Draft, Numbered, draft
from reportgen.posts.formulas import Formulas
from reportgen.posts.html import read_page
from reportgen.posts.items import Address
from reportgen.posts.places import places_of
from reportgen.posts.post import Places, Post
from reportgen.posts.records import records_asset
from reportgen.posts.source import (
    Source,
    figures_folder,
    post_files,
    read_source,
    site_path,
    slug_of,
)
from reportgen.posts.tex import macros_of
from reportgen.posts.untexed import Untexed
from reportgen.posts.warnings import warnings

if TYPE_CHECKING:
    from reportgen.engine.results import Results
    from reportgen.media import Drawn
    from reportgen.project import Project

PREVIEW_ROOT = "../.."
"""From a preview page (``_preview/SLUG/index.html``) to the site."""

RELATIVE_ROOT = (  # "./.." as often as the page's address has folders
    '{% assign rg_parts = page.url | append: "." | split: "/" %}{% capture rg_root %}.'
    "{% for rg_part in rg_parts offset: 2 %}/..{% endfor %}{% endcapture %}"
)
BASEURL = "{{ site.baseurl }}"
ROOTS = {  # what the address of the site's root is written as, by ``asset-url``
    "baseurl": BASEURL,
    "root": BASEURL,
    "relative": "{{ rg_root }}",
    "absolute": "{{ site.url }}" + BASEURL,
}
BIBTEX_URL = (  # where a site knows its address
    '{% if site.url and site.url != "" %},\n    url = "{{ site.url }}{{ site.baseurl }}'
    '{{ page.url }}"{% endif %}'
)
IMAGE = re.compile(rf'(<img [^>]*?\bsrc="){re.escape(BASEURL)}')


def render_posts(
    project: Project,
    results: Results,
    *,
    selection: Sequence[str] = (),
    blog: Blog | None = None,
) -> list[Post]:
    """All posts, or those whose slugs or file names are selected, in order of their dates.

    ``blog`` is the one that they are for, by default the project's own site.

    Raises ReportgenError with the file, line and an excerpt for anything that is wrong in a post,
    or for a selection that names none.
    """
    files = post_files(project)
    chosen = choose(files, selection)
    drafts = Drafts(project, results, blog or Blog(project.site_dir))
    posts: list[Post] = []
    faults: list[ReportgenError] = []
    for path in chosen:
        try:
            posts.append(finish(drafts.of(path), drafts))
        except ReportgenError as error:
            if str(error) not in map(str, faults):  # a reference may lead to a post at fault
                faults.append(error)
    if faults:
        raise together(faults)
    if posts and chosen == files:
        posts[0] = replace(posts[0], warnings=(*posts[0].warnings, *drafts.unused()))
    return posts


def choose(files: Sequence[Path], selection: Sequence[str]) -> list[Path]:
    """The files that are selected. Raises ReportgenError for a selection that names none."""
    if not selection:
        return list(files)
    by_name = {name: path for path in files for name in (path.name, str(path), path.stem[11:])}
    for name in selection:
        if name not in by_name:
            hint = did_you_mean(name, sorted(path.stem[11:] for path in files))
            raise ReportgenError(f"There is no post '{name}'.", hint=hint or None)
    return sorted({by_name[name] for name in selection})


class Drafts:
    """Drafts by source, made when they are needed: a reference may lead to another post."""

    def __init__(self, project: Project, results: Results, blog: Blog) -> None:
        self.project, self.results, self.blog = project, results, blog
        self.macros = macros_of(project.macros)
        self.shelf = Shelf(project)
        self._drafts: dict[Path, Draft] = {}

    def of(self, path: Path) -> Draft:
        """The draft of a source, made at most once."""
        if path not in self._drafts:
            self._drafts[path] = draft(
                read_source(path, self.project.root, config.zone(self.blog.config)),
                self.results,
                self.macros,
                self.shelf.library(path),
                numbered_citations=self.project.citations == "number",
            )
        return self._drafts[path]

    def unused(self) -> Iterator[str]:
        """Warnings about works that all posts could cite, and that none does."""
        cited = {key for found in self._drafts.values() for key in found.citations.works}
        shared = [work for file in self.shelf.shared for work in self.shelf.works(file).values()]
        yield from self.shelf.unused(shared, cited, "No post cites")

    def showing(self, id: str) -> tuple[Draft, Numbered] | None:
        """The first post that shows a figure; one that is published before one that is not."""
        drafts = [
            post for path in post_files(self.project) if id in (post := self.of(path)).figures
        ]
        drafts.sort(key=lambda post: not post.source.is_published(self.blog))
        return (drafts[0], drafts[0].figures[id]) if drafts else None


def finish(post: Draft, drafts: Drafts) -> Post:
    """A post from its draft."""
    project, results, source = drafts.project, drafts.results, post.source
    folder = project.templates_dir
    post.how_to_cite = how_to_cite(post, drafts.blog, project)
    if project.versions:
        from reportgen.posts.versions import published_versions

        post.versions = published_versions(post, results, project, drafts.blog)

    post.thumbnails = thumbnails(post, results, drafts.blog)

    def body_with(formulas: Formulas) -> Body:
        return Body(post, results, drafts.showing, formulas, folder, drafts.blog).assemble()

    body, untexed = body_with(Formulas(post, project.math)), Untexed(post, "mathml")
    seen = body if project.math == "mathml" else body_with(untexed)
    html, page, find_places = for_preview(seen)
    body.verify(page if seen is body else None)
    image, card = (
        (None, None) if "image" in source.front_matter else social_card(post, results, project)
    )
    front_matter = published(source, post, body, results)
    if image:
        front_matter = front_matter | {"image": image}
    markdown = f"---\n{dump(front_matter)}---\n\n{for_jekyll(body, project.asset_url)}"
    records = records_asset(body, markdown, card, results, project.store_dir)
    more = [asset for asset in (card, records) if asset]
    return Post(
        source=source.path,
        slug=source.slug,
        date=source.date,
        front_matter=front_matter,
        markdown=markdown,
        html=html,
        figures=tuple(post.figures),
        assets=tuple(dict.fromkeys([*body.assets, *more])),
        warnings=(
            *warnings(post, body.headings, results),
            *untexed.warnings,
            *drafts.shelf.unused(
                post.citations.library.own, post.citations.works, "This post does not cite"
            ),
        ),
        headings=tuple(body.headings),
        find_places=find_places,
    )


def for_jekyll(body: Body, asset_url: str) -> str:
    """The body as Jekyll reads it."""
    root = ROOTS[asset_url]
    text = addressed(body, root, lambda source: post_address(source, root), BIBTEX_URL)
    if asset_url == "root":  # for themes that put baseurl before an image's src, and there alone
        return IMAGE.sub(r"\1", text)
    if asset_url == "relative" and root in text:
        return f"{RELATIVE_ROOT}\n{text}"  # no blank line: Jekyll's excerpt ends at the first
    return text


def addressed(body: Body, root: str, post: Callable[[Path], str], bibtex: str) -> str:
    """The body with its addresses, where the site has the address ``root``."""

    def written(address: Address) -> str:
        if address.kind == "figures":
            return f"{root}/{figures_folder(address.source)}"
        if address.kind == "post":
            return post(address.source)
        return bibtex if address.kind == "bibtex" else root

    return body.draft.tokens.replace(body.markdown, written)


def post_address(source: Path, root: str) -> str:
    """Liquid for a post's address that Jekyll 3 and 4 agree on (``post_url`` they do not)."""
    return (
        '{% for rg_post in site.posts %}{% if rg_post.path == "'
        + site_path(source)
        + '" %}'
        + root
        + "{{ rg_post.url }}{% endif %}{% endfor %}"
    )


def for_preview(body: Body) -> tuple[str, Document, Callable[[], Places]]:
    """The body as HTML, with the addresses of the preview, as kramdown has read it, and how to
    find its lines."""
    text = addressed(body, PREVIEW_ROOT, lambda source: f"../{slug_of(source)}/", "")
    page, document, parts = read_page(liquid.resolve(text, PREVIEW_ROOT))
    return page, document, lambda: places_of(body.draft, document, parts)


def published(source: Source, post: Draft, body: Body, results: Results) -> dict[str, Any]:
    """The front matter of the generated file: the author's keys, and what layouts can use."""
    data = dict(source.front_matter)
    if (
        "layout" not in data
        and body.blog.default(site_path(source.path), "layout") is None
        and body.blog.theme.has_layout("post")
    ):
        data = {"layout": "post", **data}
    data.pop("card", None)
    commits = sorted(
        (record.finished, record.short_commit)
        for id in post.figures
        if (record := results[id].record)
    )
    data["reportgen"] = {
        "commit": commits[-1][1] if commits else "",
        "figures": [
            describe(shown, post, results, body.about[shown.id]) for shown in post.figures.values()
        ],
        "headings": [
            {"level": h.level, "id": h.id, "html": liquid.entities(h.html)} for h in body.headings
        ],
    }
    return data


def describe(shown: Numbered, post: Draft, results: Results, about: str) -> dict[str, Any]:
    """A figure for layouts and feeds: its picture with labels, the size that suits a page, and
    its caption in short.
    """
    from reportgen.posts.figures import state_of

    result, folder = results[shown.id], figures_folder(post.source.path)
    data: dict[str, Any] = {"id": shown.id, "anchor": shown.anchor, "label": shown.label}
    data |= {"state": state_of(result, results), "about": about}
    if result.drawn is not None:
        data |= {"file": f"/{folder}/{result.drawn.full}" if result.drawn.full else ""}
        data |= {"alt": result.drawn.alt}
        data |= page_size(result.drawn)
    if thumbnail := post.thumbnails.get(shown.id):
        data["thumbnail"] = f"/{thumbnail.path}"
    if pages := post.versions.get(shown.id):
        data["versions"] = f"/{pages[0].path}"
    return data


def page_size(drawn: Drawn) -> dict[str, int]:
    """Width and height in CSS px of the picture with labels; nothing for a table."""
    from reportgen.media.card import CHARTS

    for file in drawn.files:
        if file.name == drawn.full and file.width and file.height:
            twice = file.role == "composite" or drawn.kind in CHARTS  # the pixels of the page
            density = 2 if twice else 1
            return {"width": -(-file.width // density), "height": -(-file.height // density)}
    return {}
