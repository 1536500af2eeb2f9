"""The pictures that stand for a post, and for its figures, where they are linked: in social
networks and lists."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from reportgen.errors import did_you_mean
from reportgen.posts.draft import Draft
from reportgen.posts.post import Asset
from reportgen.posts.source import figures_folder

if TYPE_CHECKING:
    from reportgen.blog.blog import Blog
    from reportgen.engine.results import Result, Results
    from reportgen.project import Project

NAME = "card.png"
LIST = "figures.html"
"""The page of a site that lists the figures of its posts."""


def social_card(post: Draft, results: Results, project: Project) -> tuple[dict[str, Any], Asset]:
    """What the front matter says of the card, and its file.

    It shows a figure, or the title of a post without pictures; then it is ``plain``. Raises
    ReportgenError for a ``card`` in the front matter that the post does not show.
    """
    from reportgen.media.card import SIZE, write_card, write_words

    path = f"{figures_folder(post.source.path)}/{NAME}"
    size = {"width": SIZE[0], "height": SIZE[1]}
    for result in candidates(post, results):
        if result.drawn is None or result.folder is None:
            continue
        file = write_card(result.drawn, result.folder)
        if file:
            return {"path": f"/{path}", "alt": result.drawn.alt, **size}, Asset(file, path)
    title, site = str(post.source.front_matter["title"]), project.title or project.root.name
    name = sha256(f"{site}\n{title}".encode()).hexdigest()[:32]
    file = write_words(title, site, project.store_dir / "drawn" / name)
    return {"path": f"/{path}", "alt": title, **size, "plain": True}, Asset(file, path)


def thumbnails(post: Draft, results: Results, blog: Blog) -> dict[str, Asset]:
    """The thumbnails of a post's figures by id, where the site has a page that lists figures."""
    from reportgen.media.thumbnail import write_thumbnail

    if not (blog.root / LIST).is_file():
        return {}
    found, folder = {}, figures_folder(post.source.path)
    for id in post.figures:
        drawn, place = results[id].drawn, results[id].folder
        if drawn and place and (file := write_thumbnail(drawn, place)):
            found[id] = Asset(file, f"{folder}/{file.name}")
    return found


def candidates(post: Draft, results: Results) -> Iterator[Result]:
    """The figure that the author chose as ``card``; otherwise all, those that show pixels first."""
    from reportgen.media.card import CHARTS

    chosen = post.source.front_matter.get("card")
    if chosen is None:
        shown = [results[id] for id in post.figures]
        yield from (r for r in shown if r.drawn and r.drawn.kind not in CHARTS)
        yield from (r for r in shown if r.drawn and r.drawn.kind in CHARTS)
    elif chosen in post.figures:
        yield results[chosen]
    else:
        hint = did_you_mean(str(chosen), list(post.figures)) or None
        message = f"The card is to show '{chosen}', which is not in this post."
        lines = enumerate(post.source.lines, 1)
        line = next((n for n, text in lines if text.startswith("card:")), 1)
        raise post.source.error(message, line, str(chosen), hint)
