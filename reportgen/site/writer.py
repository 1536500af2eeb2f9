"""Posts into a Jekyll site: ``_posts``, ``assets/figures`` and the files they share."""

from collections.abc import Sequence
from pathlib import Path

import reportgen
from reportgen import media
from reportgen.posts import Post, post_files
from reportgen.posts.source import slug_of
from reportgen.project import Project
from reportgen.site.ledger import Content, Ledger, SiteChanges

SHARED = "reportgen"
"""The owner of the files that belong to no single post."""


def write_site(
    project: Project,
    posts: Sequence[Post],
    *,
    site_dir: Path | None = None,
    overwrite: bool = False,
) -> SiteChanges:
    """Write posts with their figures into a site, the project's own by default.

    Files are written only when they change. Files of posts whose source is gone are removed;
    those of posts that are not among ``posts`` stay. Raises ReportgenError, before anything is
    touched, where a file of ours was edited by hand or one of somebody else is in the way.
    """
    ledger = Ledger.read(site_dir or project.site_dir)
    files: dict[str, tuple[str, Content]] = {}
    for post in posts:
        files[post.path] = (post.slug, post.markdown.encode())
        files.update({asset.path: (post.slug, asset.source) for asset in post.assets})
    if any("/assets/reportgen.css" in post.markdown for post in posts):
        files.update({path: (SHARED, source) for path, source in shared_files().items()})
    sources = {slug_of(path) for path in post_files(project)}
    owners = {owner for owner, _ in ledger.owned.values()}
    gone = owners - sources - {SHARED, *(post.slug for post in posts)}
    return ledger.update(files, gone=gone, overwrite=overwrite)


def shared_files() -> dict[str, Path]:
    """What the posts share, by path below the site."""
    folder = Path(reportgen.__file__).parent / "media" / "assets"
    return {f"assets/{name}": folder / name for name in media.SHARED}
