"""What a project has to publish: its posts and figures rendered, staged as files, and checked.

This is the one module of this room that knows how a report is made.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import __version__
from reportgen.blog import config, jekyll
from reportgen.blog.blog import Blog
from reportgen.errors import ReportgenError
from reportgen.files import write_bytes
from reportgen.project import Project
from reportgen.publish.branch import BranchBlog, others_of
from reportgen.publish.dates import date_of
from reportgen.publish.git import Git, top_of
from reportgen.publish.manifest import Manifest
from reportgen.publish.paths import BLOG_PATHS, Content, collect, refusal
from reportgen.publish.provenance import project_commit
from reportgen.publish.publisher import Wanted, no_notes
from reportgen.publish.survey import Survey
from reportgen.publish.target import Target
from reportgen.publish.workflow import FOLDER as WORKFLOWS

if TYPE_CHECKING:
    from reportgen.checks import Finding
    from reportgen.engine.results import Results
    from reportgen.posts import Post

PRIVATE = ("_site", "_preview", "_drafts", ".jekyll-cache", ".sass-cache", ".reportgen",
           ".DS_Store", ".git", "vendor", "node_modules")  # fmt: skip
"""Names in a site's folder that are never published."""

REDIRECT = (
    '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Posts</title>\n'
    '<meta http-equiv="refresh" content="0; url=posts/">\n<a href="posts/">Posts</a>\n</html>\n'
)


@dataclass(frozen=True)
class Request:
    """``baseurl`` None means that of the site's _config.yml. ``check`` False skips the lints."""

    allow_stale: bool = False
    baseurl: str | None = None
    check: bool = True


@contextmanager
def gathered(
    project: Project, target: Target, request: Request, id: str, git: Git, seen: Survey
) -> Iterator[Wanted]:
    """All that the project publishes to a target, in files that live as long as the context.

    ``id`` is that of the report, ``seen`` the branch as it is in the cache ``git``. Nothing is run:
    what is stale is refused, unless ``allow_stale``, and what never ran in any case. Raises
    ReportgenError for that, and for errors that the checks find.
    """
    from reportgen.checks import check_paths
    from reportgen.site.ledger import written

    with tempfile.TemporaryDirectory(prefix="reportgen-publish-") as temporary:
        staging = Path(temporary) / "site"
        staging.mkdir()
        blog = None if target.own else BranchBlog(git, seen, target.folder, staging)
        posts, stale = rendered(project, request.allow_stale, blog)
        stage(project, target, posts, staging)
        baseurl = (
            config.baseurl(config.read(staging)) if request.baseurl is None else request.baseurl
        )
        notes = [f"Stale: {', '.join(stale)}. The pages say so."] if stale else []
        if request.check and target.kind == "html":  # before Jekyll stumbles over it
            notes += refuse_faults(check_paths([staging]), staging)
        relative = target.kind == "html" and not jekyll.installed()
        files = built(project, target, posts, staging, baseurl)
        commit, dirty = project_commit(project.root, (*project.experiments, project.templates))
        notes += ["The project has uncommitted changes."] if dirty else []
        manifest = Manifest(
            id, name_of(project), target.kind, baseurl=baseurl, commit=commit, dirty=dirty,
            version=__version__,
        )  # fmt: skip
        yield Wanted(
            manifest,
            files,
            () if target.own else BLOG_PATHS,
            tuple(notes),
            certain=relative or request.baseurl is not None,
            written=written(project),
            check=partial(faults, target, staging, baseurl) if request.check else no_notes,
        )


def faults(target: Target, staging: Path, baseurl: str, git: Git, seen: Survey) -> list[str]:
    """A note on what the checks find, the files of the branch taken into account.

    Raises ReportgenError for errors.
    """
    from reportgen.checks import check_paths, check_site

    if target.kind == "html":
        site = staging.parent / "built"
        there = list(others_of(seen, target.folder))
        return refuse_faults(check_site(site, baseurl, there=there), site)
    blog = BranchBlog(git, seen, target.folder, staging)
    where = [staging] if target.own else [staging / "_posts"]
    orphans = [] if target.own else ["image-orphaned"]  # those of others are not ours to judge
    return refuse_faults(check_paths(where, ignore=orphans, blog=blog), staging)


def name_of(project: Project) -> str:
    """What people call a report: its title, or else its folder."""
    return " ".join((project.title or project.root.name).split())


def rendered(
    project: Project, allow_stale: bool, blog: Blog | None
) -> "tuple[list[Post], list[str]]":
    """The posts for a blog, and what in them is stale. Raises ReportgenError."""
    from reportgen.engine.draw import draw_figure, results_of
    from reportgen.engine.session import Session
    from reportgen.posts import figures_of, post_files, render_posts

    files = post_files(project)
    if not files:
        raise ReportgenError(
            "There is no post to publish.",
            hint=f"Write one: {project.templates}/posts/YYYY-MM-DD-title.md",
        )
    session = Session(project)
    results = results_of(session)
    uses = [figures_of(file, project.root) for file in files]
    asked = {name for use in uses for name in (*use.figures, *use.names)}
    refuse_stale(results, asked, allow_stale)
    for node in session.graph:
        if node.is_figure and session.status(node).record is not None:
            draw_figure(session, results, node)
    posts = render_posts(project, results, blog=blog)
    asked |= {id for post in posts for id in post.figures}  # some ids are computed by a template
    return posts, refuse_stale(results, asked, allow_stale)


def refuse_stale(results: "Results", asked: Collection[str], allow_stale: bool) -> list[str]:
    """The stale ones among figures and artifacts. Raises ReportgenError unless allowed and run."""
    from reportgen.freshness.states import ENV_STALE, FRESH

    found = {results[name].node.id: results[name] for name in sorted(asked) if name in results}
    bad = {id: result for id, result in found.items() if result.state not in (FRESH, ENV_STALE)}
    absent = {id: result for id, result in bad.items() if result.record is None}
    if absent or (bad and not allow_stale):
        refused = absent if allow_stale else bad
        marked = "Or publish them as they are, marked as stale, with --allow-stale."
        raise refusal(
            "These are not fresh",
            [f"{id} is {result.state}: {result.reason}." for id, result in refused.items()],
            "Run: reportgen build" if absent else f"Run: reportgen build\n{marked}",
        )
    return list(bad)


def stage(project: Project, target: Target, posts: "Sequence[Post]", staging: Path) -> None:
    """Write into ``staging`` the Jekyll source that is published, or built and then published."""
    from reportgen.site.ledger import Ledger
    from reportgen.site.writer import files_of

    files = files_of(posts)
    if target.own and project.site_dir.is_dir():
        ledger = Ledger.read(project, project.site_dir)
        ledger.refuse(ledger.strangers(files))
        for path, file in site_files(project.site_dir).items():
            if path not in ledger.ids:
                copy(file, staging / path)
    for path, content in files.items():
        if isinstance(content, bytes):
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).write_bytes(content)
        else:
            copy(content, staging / path)
    workflow = project.root / WORKFLOWS / "pages.yml"
    if target.own and target.kind == "source" and workflow.is_file():
        copy(workflow, staging / WORKFLOWS / "pages.yml")


def site_files(site: Path) -> dict[str, Path]:
    """The files of a site that git does not ignore."""
    among: Collection[str] | None = None
    git = Git(within=site)
    if top_of(site):
        listed = git.text("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        among = set(listed.split("\0"))
    return collect(site, leave_out=PRIVATE, among=among)


def copy(source: Path, target: Path) -> None:
    """Copy a file as it is, and make the folder for it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target, follow_symlinks=False)


def refuse_faults(findings: "Sequence[Finding]", folder: Path) -> list[str]:
    """A note on the warnings among findings. Raises ReportgenError where there are errors."""
    errors = [f"{place(finding, folder)}: {finding.message}" for finding in findings
              if finding.severity == "error"]  # fmt: skip
    if errors:
        raise refusal("The checks found errors", errors, "Run: reportgen build && reportgen check")
    count = len(findings)
    return [f"The checks found {count} warning{'s' * (count > 1)}."] if count else []


def place(finding: "Finding", folder: Path) -> str:
    """Where a finding stands, as ``path:line`` below the folder."""
    path = finding.path.resolve()
    shown = path.relative_to(folder.resolve()) if path.is_relative_to(folder.resolve()) else path
    return f"{shown}:{finding.line}"


def built(
    project: Project,
    target: Target,
    posts: "Sequence[Post]",
    staging: Path,
    baseurl: str,
) -> dict[str, Content]:
    """The files to publish: the staged source, or the site built from it."""
    if target.kind == "source":
        return dict(collect(staging, leave_out=PRIVATE))
    site = staging.parent / "built"
    if jekyll.installed():
        stop_the_clock(staging)
        jekyll.build(staging, site, baseurl)
    else:
        without_jekyll(project, posts, staging, site)
    return {**collect(site, leave_out=PRIVATE), ".nojekyll": b""}


def stop_the_clock(staging: Path) -> None:
    """Let Jekyll's ``site.time`` and the ages of files be the date of the newest post.

    A feed or a sitemap that names the time of the build would differ with every publish.
    """
    posts = {
        path: file.read_bytes() for path, file in collect(staging).items() if "_posts/" in path
    }
    dates = [when for path, content in posts.items() if (when := date_of(path, content))]
    if not dates:
        return
    for file in collect(staging).values():
        os.utime(file, (max(dates).timestamp(),) * 2)
    config = staging / "_config.yml"
    written = config.read_bytes() if config.is_file() else b""
    if not re.search(rb"^time:", written, re.MULTILINE):
        config.write_bytes(
            written.rstrip(b"\n") + f"\ntime: {max(dates).isoformat(' ')}\n".encode()
        )


def without_jekyll(
    project: Project, posts: "Sequence[Post]", staging: Path, destination: Path
) -> None:
    """Our own pages instead of Jekyll's: ``posts/SLUG/``, with links that need no baseurl."""
    from reportgen.site.preview import preview_files

    files = {path: file for path, file in collect(staging, leave_out=PRIVATE).items()
             if path.startswith("assets/") or path == "CNAME"}  # fmt: skip
    for path, file in files.items():
        copy(file, destination / path)
    for path, html in preview_files(project, posts, staging).items():
        write_bytes(destination / "posts" / path, html.replace(b"/_preview/", b"/posts/"))
    (destination / "index.html").write_text(REDIRECT, encoding="utf-8")
