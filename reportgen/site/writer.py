"""Posts into a Jekyll site: ``_posts``, ``assets/figures`` and the files they share."""

from collections.abc import Sequence
from pathlib import Path

import reportgen
from reportgen import media
from reportgen.posts import Post, post_files
from reportgen.posts.source import slug_of
from reportgen.project import Project
from reportgen.site.ledger import Content, Ledger, SiteChanges, slug_at


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
    ledger = Ledger.read(project, site_dir or project.site_dir)
    staying = {slug_of(path) for path in post_files(project)} - {post.slug for post in posts}

    def gone(path: str) -> bool:
        slug = slug_at(path)
        return bool(slug) and slug not in staying

    return ledger.update(files_of(posts), gone=gone, overwrite=overwrite)


def files_of(posts: Sequence[Post]) -> dict[str, Content]:
    """The files of posts with their figures and what they share, by path below a site."""
    files: dict[str, Content] = {}
    for post in posts:
        files[post.path] = post.markdown.encode()
        files.update({asset.path: asset.source for asset in post.assets})
    if any("/assets/reportgen.css" in post.markdown for post in posts):
        files.update(shared_files())
    return files


def shared_files() -> dict[str, Path]:
    """What the posts share, by path below the site."""
    folder = Path(reportgen.__file__).parent / "media"
    return {path: folder / path for path in media.SHARED}
