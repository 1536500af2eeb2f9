"""The versions of a figure that the store has: what changed when, and two one over the other.

The preview shows all of them. A post shows those before its own where ``versions`` of the settings
says how many: on a page beside the figure's files, which loads nothing until somebody opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.blog.page import Page
from reportgen.engine.draw import drawing_of, stem
from reportgen.engine.history import history
from reportgen.errors import ReportgenError
from reportgen.posts.figures import html_templates
from reportgen.posts.post import Asset
from reportgen.posts.records import kept, public
from reportgen.posts.source import figures_folder, site_path
from reportgen.store.private import is_secret

if TYPE_CHECKING:
    from reportgen.blog.blog import Blog
    from reportgen.engine.results import Results
    from reportgen.posts.draft import Draft
    from reportgen.project import Project
    from reportgen.registry import Node
    from reportgen.store import Record

ROLES = ("composite", "image", "still")
"""The files of a drawing that show all of it, best first."""

GONE = "Its picture is no longer in the store."


@dataclass(frozen=True)
class Version:
    """One result of a figure. ``changes`` says in sentences how it came to differ from the one
    before; ``file`` is its picture, None for a table, which is ``html``."""

    record: Record
    changes: tuple[str, ...]
    file: Path | None = None
    size: tuple[int, int] = (0, 0)
    html: str = ""

    @property
    def name(self) -> str:
        """``2026-11-28 19:03:12, f2f6e99``: what a reader calls it."""
        day = self.record.finished[:19].replace("T", " ")
        return ", ".join(filter(None, [day, self.record.short_commit]))


def versions_of(
    project: Project, results: Results, node: Node, last: Record | None = None, most: int = 0
) -> list[Version]:
    """The versions of a figure, oldest first: all, or the ``most`` that led to the record ``last``
    and itself."""

    def runs(name: str) -> Sequence[Record]:
        return [seen(record, results.public) for record in results.store.records_of(name)]

    found = history(node, results.graph, runs)
    if last is not None:
        at = max((i for i, (one, _) in enumerate(found) if one.output == last.output), default=-1)
        found = found[max(0, at - most) : at + 1]
    return [drawn_version(project, results, node, record, why) for record, why in found]


def seen(record: Record, allowed: Collection[str]) -> Record:
    """A record with those parameters alone that everybody may see."""
    params = {k: v for k, v in record.params.items() if k in allowed or not is_secret(k, v)}
    return replace(record, params=public(params))


def drawn_version(
    project: Project, results: Results, node: Node, record: Record, why: tuple[str, ...]
) -> Version:
    """A version with its picture, or without where its objects have gone from the store."""
    try:
        drawn, folder = drawing_of(project, results.store, node, record, (node.id, ""))
    except (ReportgenError, OSError):
        return Version(record, (*why, GONE))
    for role in ROLES:
        for file in drawn.files:
            if file.role == role:
                size = (file.width or 0, file.height or 0)
                return Version(record, why, folder / file.name, size)
    return Version(record, why, html=drawn.html)


def versions_page(
    project: Project,
    node: Node,
    versions: Sequence[Version],
    address: Callable[[Version], str],
    *,
    site: str,
    home: str,
    post: tuple[str, str] | None = None,
) -> str:
    """The page of a figure's versions, the newest first.

    ``address`` gives that of a picture, ``site`` is the address of the site's root from the page,
    ``home`` that of its first page, ``post`` the address and title of what shows the figure.
    """
    shown = [(each, address(each) if each.file else "") for each in reversed(versions)]
    template = html_templates(project.templates_dir).get_template("versions.html")
    title = project.title or project.root.name
    values = {"node": node, "versions": shown, "site_title": title}
    return template.render(**values, site=site, home=home, post=post)


def page_of(node: Node) -> str:
    """The name of the page of a figure's versions, among the figure's files."""
    return f"{stem(node)}-versions.html"


def published_versions(
    draft: Draft, results: Results, project: Project, blog: Blog
) -> Mapping[str, tuple[Asset, ...]]:
    """The pages of the versions of a post's figures, by id, each with the pictures on it.

    There is none where a figure has one version.
    """
    found: dict[str, tuple[Asset, ...]] = {}
    source = draft.source
    folder, title = figures_folder(source.path), str(source.front_matter["title"])
    file = blog.root / site_path(source.path)
    address = f"../../..{Page(file, source.text, blog, source.date).url}"
    for id, shown in draft.figures.items():
        result = results[id]
        if result.record is None or result.drawn is None:
            continue
        versions = versions_of(project, results, result.node, result.record, project.versions)
        if len(versions) > 1:
            page = versions_page(
                project, result.node, versions, picture_name,
                site="../../..", home="../../../", post=(f"{address}#{shown.anchor}", title),
            )  # fmt: skip
            pictures = [
                Asset(each.file, f"{folder}/{picture_name(each)}")
                for each in versions
                if each.file is not None
            ]
            file = kept(project.store_dir, "versions.html", page)
            found[id] = Asset(file, f"{folder}/{page_of(result.node)}"), *pictures
    return found


def picture_name(version: Version) -> str:
    """The name of a version's picture in the site, which no picture of another version has."""
    assert version.file is not None
    return f"{version.file.stem}-{version.record.output[:12]}{version.file.suffix}"
