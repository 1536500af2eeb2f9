"""The preview: finished pages without Ruby, in ``_preview`` inside the site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.blog import front_matter
from reportgen.posts import post_files
from reportgen.posts.figures import html_templates
from reportgen.posts.source import Source, read_source, site_path, slug_of
from reportgen.site.ledger import Content, Ledger

if TYPE_CHECKING:
    from reportgen.posts import Heading, Post
    from reportgen.project import Project

GALLERY = "figures.html"
FOLDER = "_preview"  # Jekyll leaves folders with an underscore out of the built site


def write_preview(project: Project, posts: Sequence[Post], *, site_dir: Path | None = None) -> Path:
    """Write a page for each post and an index of all; return the index.

    Pages of posts that are not among ``posts`` stay while their sources do. Pages use the site's
    own stylesheet where there is one, and a small one of ours otherwise.
    """
    site = site_dir or project.site_dir
    files: dict[str, Content] = {**preview_files(project, posts, site), ".gitignore": b"*\n"}
    sources = {slug_of(path) for path in post_files(project)}
    Ledger.read(project, site / FOLDER).update(
        files, gone=lambda path: path.partition("/")[0] not in sources, overwrite=True
    )
    return site / FOLDER / "index.html"


def preview_files(project: Project, posts: Sequence[Post], site: Path) -> dict[str, bytes]:
    """The pages of posts and their index, by path below the preview of a site."""
    pages = {f"{post.slug}/index.html": preview_page(project, post, site) for post in posts}
    pages |= {
        "index.html": index_page(project, posts, site),
        GALLERY: gallery_page(project, posts, site),
    }
    return {path: page.encode() for path, page in pages.items()}


def preview_page(project: Project, post: Post, site: Path) -> str:
    """The page of one post, as it is served two folders below the site."""
    return render(
        project,
        "page.html",
        **frame(project, site, "../.."),
        post=post,
        body=post.html,
        toc=contents(post),
        states=states(post),
        lang=post.front_matter.get("lang", "en"),
    )


def index_page(project: Project, posts: Sequence[Post], site: Path) -> str:
    """The list of posts, newest first, as it is served one folder below the site."""
    entries = newest_first(project, posts, site)
    return render(project, "index.html", **frame(project, site, ".."), posts=entries, lang="en")


def gallery_page(project: Project, posts: Sequence[Post], site: Path) -> str:
    """All figures of all posts, served beside the list of posts."""
    groups = [
        (post, figures)
        for post in newest_first(project, posts, site)
        if (figures := figures_of(post, site))
    ]
    return render(project, "gallery.html", **frame(project, site, ".."), groups=groups, lang="en")


def figures_of(post: Post | Source, site: Path) -> list[dict[str, Any]]:
    """What layouts know of a post's figures; of a mere source, by its published file."""
    if not isinstance(post, Source):
        return list(post.front_matter["reportgen"]["figures"])
    file = site / site_path(post.path)
    known = front_matter.read(file.read_text("utf-8")) if file.is_file() else None
    return list(known.get("reportgen.figures") or []) if known else []


def newest_first(project: Project, posts: Sequence[Post], site: Path) -> list[Post | Source]:
    """Posts, and the sources of those that are not among ``posts`` but have a page."""
    rendered = {post.slug for post in posts}
    older = [
        read_source(path, project.root)
        for path in post_files(project)
        if slug_of(path) not in rendered
        and (site / FOLDER / slug_of(path) / "index.html").is_file()
    ]
    entries: list[Post | Source] = [*posts, *older]
    return sorted(entries, key=lambda entry: (entry.date, entry.slug), reverse=True)


def frame(project: Project, site: Path, root: str) -> dict[str, Any]:
    """What every page needs: the site's name, its address, its styles."""
    wanted = ("css/site.css", "js/site.js", "favicon.svg")
    own = [name for name in wanted if (site / "assets" / name).is_file()]
    return {
        "site_title": project.title or project.root.name,
        "root": root,
        "styles": [f"{root}/assets/{name}" for name in own if name.endswith(".css")],
        "scripts": [f"{root}/assets/{name}" for name in own if name.endswith(".js")],
        "icon": next((f"{root}/assets/{name}" for name in own if name.endswith(".svg")), ""),
    }


def contents(post: Post) -> list[tuple[Heading, list[Heading]]]:
    """The headings of the second level, each with those of the third level below it."""
    found: list[tuple[Heading, list[Heading]]] = []
    for heading in post.headings:
        if heading.level == 2 or (heading.level == 3 and not found):
            found.append((heading, []))
        elif heading.level == 3:
            found[-1][1].append(heading)
    return found


def states(post: Post) -> list[tuple[str, int]]:
    """How many figures are fresh, accepted, stale, in this order."""
    found = [figure["state"] for figure in post.front_matter["reportgen"]["figures"]]
    order = ["fresh", "accepted", "env-stale", "stale", "failed", "missing"]
    return [(state, found.count(state)) for state in order if state in found]


def render(project: Project, name: str, **values: Any) -> str:
    """A page of the preview by one of its templates."""
    return html_templates(project.templates_dir).get_template(name).render(**values)
